import { defineCommand } from "citty";
import { ask } from "./ask.ts";
import { fail, orFail } from "./failure.ts";
import { guess } from "./guess.ts";
import { findTarget, TARGET_ARGS, type Target } from "./target.ts";
import { EXIT, type Terminal } from "./terminal.ts";

/** Makes a rule, in force from the next call on; the gateway checks its condition. */
export function addPolicyCommand(terminal: Terminal) {
  return defineCommand({
    meta: { name: "add", description: "Make a policy, in force from the next call on" },
    args: {
      name: { type: "positional", required: false, description: "What to call it" },
      condition: { type: "positional", required: false, description: "When it acts, such as cost_today > 5" },
      action: {
        type: "string",
        valueHint: "ACTION",
        default: "deny",
        description: "What it does: pause, deny, alert or throttle",
      },
      for: {
        type: "string",
        valueHint: "SPAN",
        description: "pause: how long (10m); until somebody resumes it if not given",
      },
      rate: {
        type: "string",
        valueHint: "RATE",
        description: "throttle: what may still pass, such as 10/min",
      },
      "min-calls": { type: "string", valueHint: "N", description: "Calls before the condition counts" },
      shadow: { type: "boolean", description: "Only record what it would have done" },
      replace: { type: "boolean", description: "Take the place of a policy of that name" },
      json: { type: "boolean", description: "Print the policy as GET /api/policies shows it" },
      ...TARGET_ARGS,
    },
    async run({ args }) {
      const { name, condition, action, for: duration, rate, "min-calls": minCalls, shadow, replace } = args;
      if (name === undefined) misuse("The policy's name is missing.", "add");
      if (condition === undefined) misuse("The condition is missing.", "add");
      if (minCalls !== undefined && !/^\d{1,7}$/.test(minCalls)) {
        misuse(`--min-calls is ${JSON.stringify(minCalls)}; expected a whole number.`, "add");
      }
      const target = orFail(findTarget(args, terminal));
      if (!replace && (await listNames(target)).includes(name)) {
        fail(`There is a policy ${name} already.`, "--replace takes its place.");
      }
      const given = { duration, rate, min_calls: minCalls === undefined ? undefined : Number(minCalls) };
      const params = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
      const policy = { name, condition, action, mode: shadow ? "shadow" : "enforce", params };
      const made = orFail(
        await ask(target, ({ api }) =>
          replace ? api.policies({ name }).put(policy) : api.policies.post(policy),
        ),
      );
      const { action: does, condition: when } = made;
      const told =
        made.mode === "shadow"
          ? `${name} records where it would ${does}: ${when}.`
          : `${name} is in force: ${does} where ${when}.`;
      terminal.print(args.json ? JSON.stringify(made, null, 2) : told);
      terminal.complain(`\`tollgate policy test ${name}\` shows whom it would have hit.`);
    },
  });
}

/** Takes a rule out of force; one that was set over the file's brings the file's back. */
export function removePolicyCommand(terminal: Terminal) {
  return defineCommand({
    meta: { name: "remove", description: "Take a policy out of force, also one of the file's" },
    args: {
      name: { type: "positional", required: false, description: "The policy's name" },
      json: { type: "boolean", description: "Print what is left as GET /api/policies shows it" },
      ...TARGET_ARGS,
    },
    async run({ args }) {
      const { name } = args;
      if (name === undefined) misuse("The policy's name is missing.", "remove");
      const target = orFail(findTarget(args, terminal));
      const names = await listNames(target);
      if (!names.includes(name)) {
        const near = guess(name, names);
        const hint = near === null ? "." : `; did you mean ${near}?`;
        fail(`There is no policy ${JSON.stringify(name)}${hint}`, "`tollgate policy` shows every one.");
      }
      const left = orFail(await ask(target, (client) => client.api.policies({ name }).delete()));
      const isBack = left.policies.some((policy) => policy.name === name);
      const told = isBack ? `${name} is the file's again.` : `${name} is out of force.`;
      terminal.print(args.json ? JSON.stringify(left, null, 2) : told);
    },
  });
}

async function listNames(target: Target): Promise<string[]> {
  const { policies } = orFail(await ask(target, (client) => client.api.policies.get()));
  return policies.map(({ name }) => name);
}

function misuse(message: string, command: string): never {
  return fail(message, `\`tollgate policy ${command} --help\` shows what is possible.`, EXIT.usage);
}
