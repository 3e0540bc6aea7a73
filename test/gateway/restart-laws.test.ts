/** Rate limits made what they were from when calls were let in: whatever was called, and whenever. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { createLimits, type Limited, type Limits } from "../../server/gateway/limits.ts";
import { restoreLimits } from "../../server/gateway/limits-past.ts";
import { createSetup, type Setup } from "../../server/gateway/setup.ts";
import { settingsOf } from "../support/data-plane.ts";

const NOW = Date.UTC(2026, 0, 15, 12);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

interface Call {
  readonly gap: number;
  readonly agent: string;
  readonly provider: string;
}
interface Admission {
  readonly time: number;
  readonly agent: string;
  readonly provider: string;
}

const calls = fc.array(
  fc.record({
    gap: fc.integer({ min: 0, max: 30_000 }),
    agent: fc.constantFrom("a", "b"),
    provider: fc.constantFrom("openai", "mistral"),
  }),
  { maxLength: 60 },
);

const WINDOWS = [
  "agents: { '*': { rate_limit: { max_requests: 3, window_seconds: 60 } } }",
  "agents: { a: { rate_limit: [{ max_requests: 2, window_seconds: 30 }, { max_requests: 5, window_seconds: 120 }] } }",
  "agents: { '*': { provider_rate_limits: { openai: { max_requests: 2, window_seconds: 45 } } } }",
  "providers: { openai: { rate_limit: { max_requests: 4, window_seconds: 60 } } }",
].map(setupOf);
const BUCKETS = ["3/min", "[3/min, 20/hour]", "1/s", "[5/min, { max_requests: 4, window_seconds: 20 }]"].map(
  (limit) => setupOf(`agents: { '*': { rate_limit: ${limit} } }`),
);

function setupOf(config: string): Setup {
  return createSetup(settingsOf(config, "/tmp"));
}

function limitsOf({ providers }: Setup): Limits {
  return createLimits((provider) => providers.find(provider) !== null);
}

function limited(setup: Setup, { agent, provider }: Omit<Call, "gap">): Limited {
  const providerLimit = setup.settings.providers[provider]?.rate_limit ?? null;
  return { agent, provider, terms: setup.agent(agent), providerLimit };
}

/** Makes calls from an instant on; tells when each of those that passed did. */
function play(limits: Limits, setup: Setup, all: readonly Call[], from: number): Admission[] {
  const admissions: Admission[] = [];
  let time = from;
  for (const { gap, agent, provider } of all) {
    time += gap;
    const call = limited(setup, { agent, provider });
    if (limits.check(call, time) > 0) continue;
    limits.take(call, time);
    admissions.push({ time, agent, provider });
  }
  return admissions;
}

/** What a gateway that starts `now` knows from these admissions. */
function restart(past: readonly Admission[], setup: Setup, now: number): Limits {
  const limits = limitsOf(setup);
  const index = { admissions: (since: number) => past.filter(({ time }) => time >= since) };
  restoreLimits(limits, index, setup, setup.agent, now);
  return limits;
}

const endOf = (all: readonly Call[], from: number): number => all.reduce((time, { gap }) => time + gap, from);

test("windows go on as if there had been no restart", () => {
  fc.assert(
    fc.property(fc.constantFrom(...WINDOWS), calls, calls, (setup, before, after) => {
      const limits = limitsOf(setup);
      const past = play(limits, setup, before, NOW);
      const now = endOf(before, NOW);
      const again = restart(past, setup, now);
      expect(play(again, setup, after, now)).toEqual(play(limits, setup, after, now));
    }),
  );
});

test("buckets hold what they held or less, and the same once they have had time to fill", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...BUCKETS),
      calls,
      fc.integer({ min: 0, max: HOUR }),
      (setup, before, wait) => {
        const limits = limitsOf(setup);
        const past = play(limits, setup, before, NOW);
        const now = endOf(before, NOW);
        const again = restart(past, setup, now);
        for (const agent of ["a", "b"]) {
          const call = limited(setup, { agent, provider: "openai" });
          expect(again.check(call, now)).toBeGreaterThanOrEqual(limits.check(call, now));
          expect(again.check(call, now + wait)).toBeGreaterThanOrEqual(limits.check(call, now + wait));
          expect(again.check(call, now + 2 * HOUR)).toBe(0);
        }
      },
    ),
  );
});

describe("the index", () => {
  const asked = (config: string): number[] => {
    const since: number[] = [];
    const index = {
      admissions(from: number) {
        since.push(NOW - from);
        return [];
      },
    };
    const setup = setupOf(config);
    restoreLimits(limitsOf(setup), index, setup, setup.agent, NOW);
    return since;
  };

  test("is not asked where no rate is limited", () => {
    expect(asked("agents: { bot: { budget: { max_cost_per_day: 1 } } }")).toEqual([]);
  });

  test("is asked once, as far back as the longest limit of anybody looks, and twice as far for a bucket", () => {
    expect(asked("agents: { bot: { rate_limit: 5/min } }")).toEqual([2 * MINUTE]);
    expect(
      asked("agents: { '*': { rate_limit: [5/min, { max_requests: 9, window_seconds: 600 }] } }"),
    ).toEqual([10 * MINUTE]);
    const provider = "providers: { openai: { rate_limit: { max_requests: 9, window_seconds: 7200 } } }";
    expect(asked(`${provider}\nagents: { bot: { rate_limit: 5/min } }`)).toEqual([2 * HOUR]);
  });
});
