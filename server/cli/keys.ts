/** Gateway keys on the command line: made, listed and revoked in a running gateway (SPEC 4.4). */
import { defineCommand } from "citty";
import { isAgentName } from "../core/agent.ts";
import { type Instant, parseDuration } from "../core/duration.ts";
import type { KeyEntry } from "../management/wire/access.ts";
import { ask } from "./ask.ts";
import { fail, isFailure, orFail } from "./failure.ts";
import { renderForeign, renderTime, UNKNOWN } from "./figures.ts";
import { findAgent } from "./find-agent.ts";
import { type Style, styleFor } from "./style.ts";
import { type Column, renderTable } from "./table.ts";
import { findTarget, TARGET_ARGS } from "./target.ts";
import { EXIT, type Terminal } from "./terminal.ts";

/** Everything about the keys that prove agents. */
export function keysCommand(terminal: Terminal) {
  return defineCommand({
    meta: { name: "keys", description: "Make, list and revoke the keys that prove agents" },
    subCommands: {
      create: createCommand(terminal),
      list: listCommand(terminal),
      revoke: revokeCommand(terminal),
    },
  });
}

function createCommand(terminal: Terminal) {
  return defineCommand({
    meta: { name: "create", description: "Make a key that proves an agent, and print it this once" },
    args: {
      // Missing words are told here: citty would throw.
      agent: { type: "positional", required: false, description: "The agent that the key proves" },
      name: { type: "string", valueHint: "NAME", description: "What to call the key in lists" },
      expires: {
        type: "string",
        valueHint: "SPAN",
        description: "How long it works (30d); for ever if not given",
      },
      ...TARGET_ARGS,
    },
    async run({ args }) {
      const { agent, name, expires } = args;
      if (agent === undefined) misuse("The agent that the key is to prove is missing.", "create");
      if (!isAgentName(agent)) {
        misuse(
          `${JSON.stringify(agent)} cannot be an agent; expected 1 to 128 of A-Z a-z 0-9 . _ -`,
          "create",
        );
      }
      if (expires !== undefined && parseDuration(expires) === null) {
        misuse(`--expires is ${JSON.stringify(expires)}; expected a span such as 30d or 12h.`, "create");
      }
      const target = orFail(findTarget(args, terminal));
      const wanted = { agent, name, expires_in: expires };
      const { id, key, expires_at } = orFail(await ask(target, (client) => client.api.keys.post(wanted)));
      terminal.print(key);
      const until = expires_at === null ? "until it is revoked" : `until ${renderTime(expires_at)}`;
      terminal.complain(`This key is shown this once. It proves ${agent} ${until}; its id is ${id}.`);
      terminal.complain("The agent sends it as its SDK's API key, or as the header x-tollgate-key.");
      // A key may be made before the first call. It may also prove a name that nobody meant.
      const known = await findAgent(target, agent);
      if (isFailure(known)) terminal.complain(known.message);
    },
  });
}

function listCommand(terminal: Terminal) {
  return defineCommand({
    meta: { name: "list", description: "Show every key there ever was, and whether it works" },
    args: {
      json: { type: "boolean", description: "Print the answer of GET /api/keys" },
      ...TARGET_ARGS,
    },
    async run({ args }) {
      const target = orFail(findTarget(args, terminal));
      const answer = orFail(await ask(target, (client) => client.api.keys.get()));
      const lines = args.json
        ? [JSON.stringify(answer, null, 2)]
        : renderKeys(answer.keys, terminal.now(), terminal.columns, styleFor(terminal));
      for (const line of lines) terminal.print(line);
      if (answer.keys.length === 0)
        terminal.complain("No key yet. Make one with `tollgate keys create <agent>`.");
    },
  });
}

function revokeCommand(terminal: Terminal) {
  return defineCommand({
    meta: { name: "revoke", description: "End a key: the next call that shows it is refused" },
    args: {
      id: { type: "positional", required: false, description: "The key's id, key_…" },
      ...TARGET_ARGS,
    },
    async run({ args }) {
      const { id } = args;
      if (id === undefined) misuse("The key's id is missing; `tollgate keys list` shows it.", "revoke");
      // The word is not repeated: it may be a key, which also has no business in an address.
      if (!/^key_\w+$/.test(id))
        misuse("That is no key's id; expected key_…, as `tollgate keys list` shows it.", "revoke");
      const target = orFail(findTarget(args, terminal));
      const { agent } = orFail(await ask(target, (client) => client.api.keys({ id }).delete()));
      terminal.print(`${id} of ${agent} is revoked.`);
    },
  });
}

function misuse(message: string, command: string): never {
  return fail(message, `\`tollgate keys ${command} --help\` shows what is possible.`, EXIT.usage);
}

const COLUMNS: readonly Column[] = [
  { title: "ID", align: "left" },
  { title: "AGENT", align: "left", flexible: true },
  { title: "NAME", align: "left", flexible: true, rank: 2 },
  { title: "STATE", align: "left" },
  { title: "CREATED", align: "left", rank: 1 },
  { title: "EXPIRES", align: "left", rank: 3 },
];

/** A table of the keys in the order given; nothing where there are none. Pure. */
export function renderKeys(keys: readonly KeyEntry[], now: Instant, columns: number, style: Style): string[] {
  if (keys.length === 0) return [];
  const rows = keys.map((key) => [
    key.id,
    renderForeign(key.agent),
    key.name === null ? UNKNOWN : renderForeign(key.name),
    stateOf(key, now),
    renderTime(key.created_at),
    key.expires_at === null ? "never" : renderTime(key.expires_at),
  ]);
  const table = renderTable(COLUMNS, rows, columns);
  return [style.bold(table.head), ...table.lines];
}

function stateOf({ expires_at, revoked_at }: KeyEntry, now: Instant): "works" | "expired" | "revoked" {
  if (revoked_at !== null) return "revoked";
  return expires_at !== null && Date.parse(expires_at) <= now ? "expired" : "works";
}
