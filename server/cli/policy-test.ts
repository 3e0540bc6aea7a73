import { defineCommand } from "citty";
import type { PolicyTestAnswer } from "../management/wire/governance.ts";
import { ask } from "./ask.ts";
import { type Failure, fail, failure, isFailure, orFail } from "./failure.ts";
import { renderForeign, renderTime, renderWhole } from "./figures.ts";
import { guess } from "./guess.ts";
import { type Style, styleFor } from "./style.ts";
import { type Column, renderTable } from "./table.ts";
import { findTarget, TARGET_ARGS, type Target } from "./target.ts";
import { EXIT, type Terminal } from "./terminal.ts";

/** Replays a rule over what happened; nothing comes of it (SPEC 10). */
export function testPolicyCommand(terminal: Terminal) {
  return defineCommand({
    meta: { name: "test", description: "Show whom a policy or a condition would have hit" },
    args: {
      rule: { type: "positional", required: false, description: "A policy's name, or a condition" },
      since: {
        type: "string",
        valueHint: "TIME",
        default: "7d",
        description: "From when: a span back, or ISO 8601",
      },
      json: { type: "boolean", description: "Print the answer of POST /api/policies/test" },
      ...TARGET_ARGS,
    },
    async run({ args }) {
      const { rule, since } = args;
      if (rule === undefined) {
        fail(
          "The policy's name or the condition is missing.",
          "`tollgate policy test --help` shows what is possible.",
          EXIT.usage,
        );
      }
      const target = orFail(findTarget(args, terminal));
      const question = orFail(await readRule(target, rule));
      const answer = orFail(
        await ask(target, (client) => client.api.policies.test.post({ ...question, since })),
      );
      const lines = args.json
        ? [JSON.stringify(answer, null, 2)]
        : renderHits(answer, terminal.columns, styleFor(terminal));
      for (const line of lines) terminal.print(line);
    },
  });
}

/** No condition is a single word, but for these two. */
const NAME = /^(?!true$|false$)[\w.-]+$/;

/** What is meant by the word: a policy's name where there is such a one, else a condition. */
async function readRule(
  target: Target,
  rule: string,
): Promise<{ readonly name: string } | { readonly condition: string } | Failure> {
  const answer = await ask(target, (client) => client.api.policies.get());
  if (isFailure(answer)) return answer;
  const names = answer.policies.map(({ name }) => name);
  if (names.includes(rule)) return { name: rule };
  if (!NAME.test(rule)) return { condition: rule };
  const near = guess(rule, names);
  const hint = near === null ? "." : `; did you mean ${near}?`;
  return failure(
    `There is no policy ${JSON.stringify(rule)}${hint}`,
    names.length === 0
      ? 'The configuration has none. Try a condition: tollgate policy test "cost_today > 5"'
      : `There are: ${names.join(", ")}.`,
  );
}

const COLUMNS: readonly Column[] = [
  { title: "AGENT", align: "left", flexible: true },
  { title: "CALLS HIT", align: "right" },
  { title: "FIRST", align: "left", rank: 1 },
];

/** What was looked at, and a line for each agent that would have been hit: the most often hit first. Pure. */
export function renderHits(
  { since, entries, left_out, hits }: PolicyTestAnswer,
  columns: number,
  style: Style,
): string[] {
  const looked = entries === 1 ? "One call was" : `${renderWhole(entries)} calls were`;
  const summary = [`${looked} looked at, since ${renderTime(since)}.`];
  if (left_out > 0)
    summary.push(style.warning(`${renderWhole(left_out)} were left out: there are too many agents.`));
  if (hits.length === 0) return [...summary, "Nobody would have been hit."];
  const rows = hits
    .toSorted((one, other) => other.calls - one.calls)
    .map(({ agent, calls, first }) => [renderForeign(agent), renderWhole(calls), renderTime(first)]);
  const table = renderTable(COLUMNS, rows, columns);
  return [...summary, "", style.bold(table.head), ...table.lines];
}
