/** Five hundred calls at once against a cap that fits ten (SPEC 7.2, 7.3). */
import { expect, test } from "bun:test";
import type { BlockedLine, Line } from "../../server/core/event.ts";
import { type DataPlane, json, openDataPlane, type SentRequest } from "../support/data-plane.ts";
import {
  CHAT,
  call,
  costOf,
  IN,
  MESSAGES,
  OUT,
  outcomeOf,
  PRICED,
  saying,
  turn,
  type Wire,
} from "./budget-support.ts";

const CALLS = 500;
/** What an answer has where nobody keeps it from it. */
const OUTPUT = 2_000;
const EACH = costOf(10, OUTPUT);
const CAP = 10 * EACH;
const CONFIG = `${PRICED}agents:
  runaway: { budget: { max_cost_total: ${CAP / 1e9} } }
  calm: { budget: { max_cost_total: 5 } }
`;
/** What the client asks for at most: more than it will be. */
const CEILING = 2_500;

/** Answers in an order that has nothing to do with that of the calls; streams come in pieces, with others between them. */
function answering(wire: Wire): (request: SentRequest) => Promise<Response> {
  let seed = 7;
  const chance = (below: number): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    return seed % below;
  };
  return async ({ body }) => {
    await some(1 + chance(20));
    const { stream: isStream, max_tokens: ceiling } = JSON.parse(new TextDecoder().decode(body));
    // The provider honours its limit, also one that the gateway has lowered.
    const output = Math.min(OUTPUT, ceiling);
    const said = saying(10, output, Array(Math.ceil(output / 50)).fill("word after word, ".repeat(9)));
    if (!isStream) return json(wire.answer(said));
    const events = wire.events(said);
    const stream = new ReadableStream<Uint8Array>({
      async pull(controller) {
        await some(chance(3));
        const event = events.shift();
        if (event === undefined) controller.close();
        else controller.enqueue(new TextEncoder().encode(event));
      },
    });
    return new Response(stream, { headers: { "content-type": wire.contentType } });
  };
}

test.each([CHAT, MESSAGES])(
  "no more than the cap is ever spent, nothing stays held, nobody is refused too early: $name",
  async (wire) => {
    using plane = openDataPlane({ config: CONFIG, upstream: answering(wire) });
    const flood = Array.from({ length: CALLS }, (_, at) =>
      insist(() => call(plane, "runaway", wire, { ceiling: CEILING, stream: at % 2 === 0 })),
    );
    const calm = Array.from({ length: 20 }, (_, at) =>
      insist(() => call(plane, "calm", wire, { ceiling: CEILING, stream: at % 2 === 0 })),
    );
    const outcomes = await passing(plane, Promise.all(flood));
    expect(await Promise.all(calm)).toEqual(Array(20).fill(200));

    const spent = spentBy(plane, "runaway");
    expect(spent).toBeLessThanOrEqual(CAP);
    expect(plane.sent.length).toBe(plane.calls().length);
    // A final refusal is told as an answer, and pauses the agent as soon as its cap is as good as used up.
    expect(new Set(outcomes)).toEqual(new Set([200, "budget_exceeded"]));
    expect(spent).toBeGreaterThan(0.9 * CAP);
    for (const agent of ["runaway", "calm"]) {
      expect(plane.fleet.agents.get(agent)?.money.held).toBe(0);
      expect(plane.fleet.agents.get(agent)?.inFlight).toBe(0);
    }
    expect(plane.fleet.gateway.money.held).toBe(0);
    expect(plane.store.holds.size).toBe(0);
    expect(spentBy(plane, "calm")).toBe(20 * EACH);
    nobodyIsRefusedTooEarly(plane.lines);
  },
  30_000,
);

/** Time goes on, so that whoever waits for room that others wait for too is given up some day. */
async function passing<Result>(plane: DataPlane, work: Promise<Result>): Promise<Result> {
  let isDone = false;
  const finished = work.finally(() => {
    isDone = true;
  });
  while (!isDone) {
    await turn();
    plane.advance(1);
    plane.tick();
  }
  return finished;
}

async function some(number: number): Promise<void> {
  for (let at = 0; at < number; at++) await turn();
}

/** The outcome once the answer has come whole; who is told to try again does, as every SDK would. */
async function insist(send: () => Promise<Response>): Promise<number | string> {
  for (;;) {
    const response = await send();
    await response.text();
    const outcome = outcomeOf(response);
    if (outcome !== "budget_busy") return outcome;
  }
}

function spentBy(plane: DataPlane, agent: string): number {
  return plane.calls().reduce((sum, line) => sum + (line.agent === agent ? (line.cost_nano ?? 0) : 0), 0);
}

/** The journal is in order: what had settled when a call was refused for good left no room for the least of answers. */
function nobodyIsRefusedTooEarly(lines: readonly Line[]): void {
  let spent = 0;
  const isFinal = (line: Line): line is BlockedLine & Line =>
    line.type === "blocked" && line.reason === "budget_exceeded";
  for (const line of lines) {
    if (line.type === "call" && line.agent === "runaway") spent += line.cost_nano ?? 0;
    if (isFinal(line)) expect(CAP - spent).toBeLessThan(256 * OUT + 500 * IN);
  }
  expect(lines.some(isFinal)).toBe(true);
}
