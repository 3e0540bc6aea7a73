import { defineCommand } from "citty";
import { renderPath } from "../config/problem.ts";
import { isAgentName } from "../core/agent.ts";
import type { AgentAnswer } from "../management/wire/settings.ts";
import { renderSettings } from "./agents-show.ts";
import { ask } from "./ask.ts";
import { type Assignment, buildTree, parseAssignment, parsePath } from "./assignments.ts";
import { fail, orFail } from "./failure.ts";
import { findAgent } from "./find-agent.ts";
import { WORDS_HINT } from "./options.ts";
import { VISIBLE_KEY } from "./secret.ts";
import { styleFor } from "./style.ts";
import { findTarget, TARGET_ARGS, type Target } from "./target.ts";
import { EXIT, type Terminal } from "./terminal.ts";

const AGENT = { type: "positional", required: false, description: "The agent's name" } as const;

const JSON_ANSWER = {
  type: "boolean",
  description: "Print the answer of PATCH /api/agents/{agent}",
} as const;

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
      json: JSON_ANSWER,
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
      const secret = piped.length === 0 ? null : (await terminal.input.readAll()).trim();
      if (secret === "") misuse("Standard input is empty.", "set");
      const filled = assignments.map((one) => (one.isPiped ? { ...one, value: secret } : one));
      const target = orFail(findTarget(args, terminal));
      if (!args.new)
        orFail(await findAgent(target, agent, "With --new it is configured before its first call."));
      const answer = await change(target, agent, filled);
      for (const line of renderChange(answer, filled, args.json, terminal)) terminal.print(line);
      const isTold = assignments.some(({ path, isPiped }) => path.at(-1) === "api_key" && !isPiped);
      if (isTold) terminal.complain(VISIBLE_KEY);
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
      json: JSON_ANSWER,
      ...TARGET_ARGS,
    },
    async run({ args }) {
      const { agent, words } = readWords(args._, "unset");
      const paths = words.map(
        (word) => parsePath(word) ?? misuse(`${JSON.stringify(word)} is no setting.`, "unset"),
      );
      const target = orFail(findTarget(args, terminal));
      orFail(await findAgent(target, agent));
      const wanted = paths.map((path) => ({ path, value: null }));
      const answer = await change(target, agent, wanted);
      for (const line of renderChange(answer, wanted, args.json, terminal)) terminal.print(line);
    },
  });
}

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

type Wanted = readonly Pick<Assignment, "path" | "value">[];

async function change(target: Target, id: string, wanted: Wanted): Promise<AgentAnswer> {
  const body = buildTree(wanted);
  return orFail(await ask(target, (client) => client.api.agents({ id }).patch(body)));
}

/** What holds now where the change was made, or the whole answer as JSON. */
function renderChange(
  answer: AgentAnswer,
  wanted: Wanted,
  asJson: boolean | undefined,
  terminal: Terminal,
): string[] {
  if (asJson) return [JSON.stringify(answer, null, 2)];
  const paths = wanted.map(({ path }) => renderPath(path));
  const changed = answer.config.filter(({ setting }) =>
    paths.some((path) => setting === path || setting.startsWith(`${path}.`)),
  );
  return renderSettings(changed, terminal.columns, styleFor(terminal));
}

function misuse(message: string, command: string): never {
  return fail(message, `\`tollgate agents ${command} --help\` shows what is possible.`, EXIT.usage);
}
