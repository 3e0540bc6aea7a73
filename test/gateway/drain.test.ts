/** A gateway that shuts down: whoever waits is told at once, and has taken nothing. */
import { describe, expect, test } from "bun:test";
import { type DataPlane, manualStream, openDataPlane } from "../support/data-plane.ts";
import { askTimes, chat, createValve, outcomeOf, taken, turn, works } from "../support/governed.ts";

const CALM = "trust: { enabled: false }\nloops: { action: off }\n";
const never = new Promise<void>(() => undefined);

/** Where calls wait, and how many are in flight while they do. */
interface Case {
  readonly where: string;
  readonly config: string;
  readonly inFlight: number;
}

const CASES: readonly Case[] = [
  { where: "for a slot", config: "providers: { openai: { max_concurrency: 1 } }", inFlight: 1 },
  {
    where: "for others' holds",
    config: "agents: { bot: { budget: { max_cost_per_day: 0.0001 } } }",
    inFlight: 1,
  },
  {
    where: "by a policy's delay",
    config:
      'policies: [{ name: slow, condition: "call_count >= 0", action: throttle, params: { delay_ms: 9000 } }]',
    inFlight: 0,
  },
];

/** One call more than may be in flight; the last of them waits. */
async function waitFor({ config, inFlight }: Case) {
  const valve = createValve();
  const plane = openDataPlane({ config: CALM + config, upstream: valve.upstream });
  const calls = Array.from({ length: inFlight + 1 }, () => plane.send("/agents/bot/openai", chat()));
  await turn();
  expect(valve.waiting).toHaveLength(inFlight);
  return { plane, valve, calls };
}

const blocked = ({ lines }: DataPlane) => lines.filter(({ type }) => type === "blocked");

describe("a call that waits", () => {
  test.each(CASES)("$where is refused as soon as the gateway shuts down", async (one) => {
    const { plane, valve, calls } = await waitFor(one);
    using _ = plane;
    const before = taken(plane);
    const drained = plane.gateway.drain(never);
    const waiting = calls.at(-1);
    if (!waiting) throw new Error("one call waits");
    const refused = await waiting;
    expect([outcomeOf(refused), refused.headers.get("retry-after")]).toEqual(["shutting_down", "1"]);
    expect(taken(plane)).toEqual(before);
    for (let call = 0; call < one.inFlight; call++) valve.answer();
    await drained;
    for (const call of calls.slice(0, -1)) expect((await call).status).toBe(200);
    expect(blocked(plane)).toMatchObject([{ reason: "shutting_down" }]);
    expect([plane.store.holds.size, plane.gateway.inFlight, plane.sent.length]).toEqual([0, 0, one.inFlight]);
  });

  test("is refused alone: a stream goes on to its end", async () => {
    const stream = manualStream();
    using plane = openDataPlane({
      config: `${CALM}providers: { openai: { max_concurrency: 1 } }`,
      upstream: () => stream.response,
    });
    const answer = await plane.send("/agents/bot/openai", chat("hi", {}, { stream: true }));
    const waiting = plane.send("/agents/other/openai", chat());
    await turn();
    const drained = plane.gateway.drain(never);
    expect(outcomeOf(await waiting)).toBe("shutting_down");
    stream.push(
      `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: "on" } }] })}\n\ndata: [DONE]\n\n`,
    );
    stream.end();
    expect(await answer.text()).toContain("[DONE]");
    await drained;
    expect(plane.calls()).toMatchObject([{ agent: "bot", ending: "complete" }]);
  });

  test("and whose client leaves in the moment of the shutdown is refused to nobody", async () => {
    const valve = createValve();
    using plane = openDataPlane({
      config: `${CALM}providers: { openai: { max_concurrency: 1 } }`,
      upstream: valve.upstream,
    });
    const first = plane.send("/agents/bot/openai", chat());
    const client = new AbortController();
    const second = plane.send("/agents/bot/openai", { ...chat(), signal: client.signal });
    await turn();
    client.abort();
    const drained = plane.gateway.drain(never);
    valve.answer();
    await drained;
    expect([(await first).status, (await second).status, blocked(plane)]).toEqual([200, 499, []]);
    expect(plane.gateway.controls.lanes.occupancy().size).toBe(0);
  });
});

test("new calls are refused from then on, and consume nothing", async () => {
  using plane = openDataPlane({ config: `${CALM}agents: { bot: { rate_limit: 1/day } }`, upstream: works });
  await plane.gateway.drain(never);
  expect(await askTimes(plane, "bot", 2)).toEqual(["shutting_down", "shutting_down"]);
  expect([plane.sent, plane.fleet.agents.size]).toEqual([[], 0]);
});
