/** The laws of budgets, held to whatever calls come, in whatever order (SPEC 7.2, 7.3). */
import { expect, test } from "bun:test";
import fc from "fast-check";
import type { Account } from "../../server/core/budget.ts";
import type { CallLine } from "../../server/core/event.ts";
import type { DataPlane } from "../support/data-plane.ts";
import { finish, type Going, openWorld, type RandomCall, randomCall } from "./budget-random.ts";
import { PRICED, turn } from "./budget-support.ts";

const NANO = 1_000_000_000;
const CAPS = { agent: 0.04, team: 0.06, gateway: 0.08, run: 0.015 };
/** Less than the agent's money buys, so that either may be what a call of `b` does not fit. */
const TOKENS = 3_000;
const CAPPED = `${PRICED}
gateway: { budget: { max_cost_total: ${CAPS.gateway} } }
owners: { team: { budget: { max_cost_per_day: ${CAPS.team} } } }
agents:
  "*": { budget: { max_cost_per_hour: ${CAPS.agent} } }
  a: { owner: team }
  b: { owner: team, quota: { tokens_per_day: ${TOKENS} } }
`;

type Step = { readonly send: RandomCall } | { readonly step: number } | { readonly wait: number };

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ send: randomCall("a", "b", "c") }) },
    { weight: 10, arbitrary: fc.record({ step: fc.nat() }) },
    { weight: 1, arbitrary: fc.record({ wait: fc.integer({ min: 100, max: 12_000 }) }) },
  ),
  { minLength: 80, maxLength: 160, size: "max" },
);

/** Every account that has a cap, in its own unit. */
function* capped({ fleet, gateway }: DataPlane): Generator<[string, Account, cap: number]> {
  for (const { name, money, tokens } of fleet.agents.values()) {
    yield [name, money, CAPS.agent * NANO];
    yield [`run of ${name}`, gateway.controls.runs.find(name, RUN, true).money, CAPS.run * NANO];
    if (name === "b") yield ["quota of b", tokens, TOKENS];
  }
  yield ["team", fleet.owner("team").money, CAPS.team * NANO];
  yield ["gateway", fleet.gateway.money, CAPS.gateway * NANO];
}

const RUN = { id: "r", parent: null, budget: null };

function checkCaps(plane: DataPlane): void {
  for (const [name, account, cap] of capped(plane)) {
    expect(account.held, name).toBeGreaterThanOrEqual(0);
    expect(account.spent("hour"), name).toBeLessThanOrEqual(cap);
    expect(account.spent("hour") + account.held, name).toBeLessThanOrEqual(cap);
  }
}

/** What the journal says that these calls cost together. */
function costOfAll(calls: readonly CallLine[], counts: (line: CallLine) => boolean): number {
  return calls.filter(counts).reduce((sum, { cost_nano }) => sum + (cost_nano ?? 0), 0);
}

function checkSums(plane: DataPlane): void {
  const calls = plane.calls();
  for (const agent of plane.fleet.agents.values()) {
    const isIts = (line: CallLine) => line.agent === agent.name;
    expect(agent.total.costNano).toBe(costOfAll(calls, isIts));
    expect(agent.inFlight).toBe(0);
    const run = plane.gateway.controls.runs.find(agent.name, RUN, true);
    expect(run.costNano).toBe(costOfAll(calls, (line) => isIts(line) && line.run === "r"));
  }
  expect(plane.fleet.owner("team").total.costNano).toBe(costOfAll(calls, ({ agent }) => agent !== "c"));
  expect(plane.fleet.gateway.total.costNano).toBe(costOfAll(calls, () => true));
}

/** Every call that was let in ended once; the others left one refusal each, or nothing where their client had left. */
function checkLines(plane: DataPlane, going: readonly Going[]): void {
  const ids = plane.calls().map(({ request_id }) => request_id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.length).toBe(plane.sent.length);
  const blocked = new Set(plane.lines.flatMap((line) => (line.type === "blocked" ? [line.request_id] : [])));
  for (const id of ids) expect(blocked.has(id)).toBe(false);
  for (const { outcome } of going) {
    expect([
      null,
      200,
      500,
      "upstream_broken",
      "upstream_unreachable",
      "breaker_open",
      ...REFUSALS,
    ]).toContain(outcome);
  }
}

const REFUSALS = ["budget_exceeded", "quota_exceeded", "budget_busy"];

test("whatever calls come in whatever order, no cap is exceeded, nothing stays held, and every sum is the journal's", async () => {
  const seen = new Set<string | number | null>();
  await fc.assert(
    fc.asyncProperty(steps, async (script) => {
      using world = openWorld(CAPPED);
      const { plane } = world;
      const going: Going[] = [];
      for (const one of script) {
        if ("send" in one) going.push(world.send(one.send));
        if ("step" in one) {
          const open = going.filter(({ isOver }) => !isOver);
          open[one.step % open.length]?.step();
        }
        if ("wait" in one) {
          plane.advance(one.wait);
          plane.tick();
        }
        await turn();
        checkCaps(plane);
      }
      await finish(world, going);
      checkCaps(plane);
      checkSums(plane);
      checkLines(plane, going);
      for (const [name, account] of capped(plane)) expect(account.held, name).toBe(0);
      expect(plane.store.holds.size).toBe(0);
      expect(plane.gateway.inFlight).toBe(0);
      expect(plane.logs).toEqual([]);
      for (const { outcome } of going) seen.add(outcome);
      for (const line of plane.calls()) seen.add(line.ending);
    }),
    // Unshrunk: each run opens a store, and what fails must be told before the test's time is over.
    { numRuns: 25, endOnFailure: true, seed: 7 },
  );
  // The calls were of every kind.
  expect([...seen]).toEqual(expect.arrayContaining([...REFUSALS, "complete", "failed", "gone", "cut"]));
}, 30_000);
