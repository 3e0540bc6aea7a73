/**
 * `bun run scripts/bench/admission.ts`: how long letting one call in takes, from meeting its agent to the last thing that it
 * takes (SPEC 6.2), in this process: without rules, and with every one of them for 1 agent and for 500, in turn.
 */
import { json, openDataPlane } from "../../test/support/data-plane.ts";
import { governed } from "./governed.ts";
import { clock, median } from "./wire.ts";

const ROUNDS = 3;
const WARM = 15_000;
const CALLS = 5_000;

const BODY = JSON.stringify({
  model: "gpt-4o-mini",
  messages: [
    { role: "system", content: "You are a terse assistant. ".repeat(10) },
    { role: "user", content: "Tell me about foxes and dogs, please. ".repeat(12) },
  ],
});
const ANSWER = {
  model: "gpt-4o-mini",
  choices: [{ index: 0, message: { role: "assistant", content: "Hello." }, finish_reason: "stop" }],
  usage: { prompt_tokens: 180, completion_tokens: 120 },
};

/** A data plane whose agents call in turn; `run` gives the mean time of letting a call in, in microseconds. */
function prepare(name: string, config: string, agents: number) {
  const plane = openDataPlane({ config, upstream: () => json(ANSWER) });
  const { meet, began } = plane.fleet;
  let started = 0;
  let spent = 0;
  Object.assign(plane.fleet, {
    meet(...given: Parameters<typeof meet>) {
      started = clock();
      return meet(...given);
    },
    began(...given: Parameters<typeof began>) {
      began(...given);
      spent += clock() - started;
    },
  });
  async function run(calls: number): Promise<number> {
    spent = 0;
    for (let at = 0; at < calls; at++) {
      const path = `/agents/agent-${at % agents}/openai/v1/chat/completions`;
      const headers = { authorization: "Bearer sk-of-the-client" };
      const answer = await plane.send(path, { method: "POST", body: BODY, headers });
      if (answer.status !== 200) throw new Error(await answer.text());
      await answer.text();
      plane.sent.length = 0;
      plane.lines.length = 0;
    }
    return (spent * 1000) / calls;
  }
  return { name, run, plane };
}

const rules = JSON.stringify(governed("https://api.openai.com/v1"));
const candidates = [
  prepare("no rule, 1 agent", "", 1),
  prepare("every rule, 1 agent", rules, 1),
  prepare("every rule, 500 agents", rules, 500),
];
for (const one of candidates) await one.run(WARM);
const figures = new Map<string, number[]>(candidates.map(({ name }) => [name, []]));
for (let round = 0; round < ROUNDS; round++) {
  for (const one of candidates) figures.get(one.name)?.push(await one.run(CALLS));
}
for (const [name, means] of figures) console.log(`${name}: ${median(means).toFixed(1)} µs`);
for (const { plane } of candidates) plane[Symbol.dispose]();
process.exit(0);
