import { defineCommand } from "citty";
import { renderPath } from "../config/problem.ts";
import { isAgentName } from "../core/agent.ts";
import { renderSettings } from "./agents-show.ts";
import { ask } from "./ask.ts";
import { type Assignment, buildTree, parseAssignment, parsePath } from "./assignments.ts";
import { fail, orFail } from "./failure.ts";
import { findAgent } from "./find-agent.ts";
import { WORDS_HINT } from "./options.ts";
import { styleFor } from "./style.ts";
import { findTarget, TARGET_ARGS, type Target } from "./target.ts";
import { EXIT, type Terminal } from "./terminal.ts";

const AGENT = { type: "positional", required: false, description: "The agent's name" } as const;

/** Sets parts of an agent's configuration at run time; they win over the file and outlast a restart. */
export function setAgentCommand(terminal: Terminal) {
  return defineCommand({
    meta: { name: "set", description: "Set what holds for an agent, over what the file says" },
    args: {
      agent: AGENT,
      settings: {
        type: "positional",
        required: false,
        valueHint: WORDS_HINT,
        description: "Such as budget.max_cost_per_day=40; a value of - is read from standard input",
      },
      new: { type: "boolean", description: "The agent has never called: configure it all the same" },
      ...TARGET_ARGS,
    },
    async run({ args }) {
      const { agent, words } = readWords(args._, "set");
      const assignments = words.map((word) => {
        const read = parseAssignment(word);
        return typeof read === "string" ? misuse(read, "set") : read;
      });
      const piped = assignments.filter(({ isPiped }) => isPiped);
      if (piped.length > 1) misuse("Only one value can be read from standard input.", "set");
      const secret = piped.length === 0 ? "" : (await terminal.input.readAll()).trim();
      const filled = assignments.map((one) => (one.isPiped ? { ...one, value: secret } : one));
      const target = orFail(findTarget(args, terminal));
      if (!args.new)
        orFail(await findAgent(target, agent, "With --new it is configured before its first call."));
      await change(target, agent, filled, terminal);
      const isTold = assignments.some(({ path, isPiped }) => path.at(-1) === "api_key" && !isPiped);
      if (isTold) terminal.complain(VISIBLE);
    },
  });
}

/** Takes back what was set at run time: the file's value holds again, or the default. */
export function unsetAgentCommand(terminal: Terminal) {
  return defineCommand({
    meta: { name: "unset", description: "Take back what was set for an agent at run time" },
    args: {
      agent: AGENT,
      settings: {
        type: "positional",
        required: false,
        valueHint: WORDS_HINT,
        description: "Such as budget.max_cost_per_day, or budget for all of it",
      },
      ...TARGET_ARGS,
    },
    async run({ args }) {
      const { agent, words } = readWords(args._, "unset");
      const paths = words.map(
        (word) => parsePath(word) ?? misuse(`${JSON.stringify(word)} is no setting.`, "unset"),
      );
      const target = orFail(findTarget(args, terminal));
      orFail(await findAgent(target, agent));
      await change(
        target,
        agent,
        paths.map((path) => ({ path, value: null })),
        terminal,
      );
    },
  });
}

/** What a key in the arguments deserves to be told. */
export const VISIBLE =
  "The key stood on the command line, where other programs and the shell's history see it; next time give - and pipe it in.";

function readWords([agent, ...words]: readonly string[], command: string) {
  if (agent === undefined) return misuse("The agent's name is missing.", command);
  if (!isAgentName(agent)) {
    return misuse(
      `${JSON.stringify(agent)} cannot be an agent; expected 1 to 128 of A-Z a-z 0-9 . _ -`,
      command,
    );
  }
  if (words.length === 0) return misuse("No setting is named.", command);
  return { agent, words };
}

/** Makes the change and shows what holds now where it was made. */
async function change(
  target: Target,
  id: string,
  wanted: readonly Pick<Assignment, "path" | "value">[],
  terminal: Terminal,
): Promise<void> {
  const body = buildTree(wanted);
  const { config } = orFail(await ask(target, (client) => client.api.agents({ id }).patch(body)));
  const paths = wanted.map(({ path }) => renderPath(path));
  const changed = config.filter(({ setting }) =>
    paths.some((path) => setting === path || setting.startsWith(`${path}.`)),
  );
  for (const line of renderSettings(changed, terminal.columns, styleFor(terminal))) terminal.print(line);
}

function misuse(message: string, command: string): never {
  return fail(message, `\`tollgate agents ${command} --help\` shows what is possible.`, EXIT.usage);
}
