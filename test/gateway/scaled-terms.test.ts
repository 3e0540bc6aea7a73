import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { limitFactor, TIERS } from "../../server/core/trust-tier.ts";
import { createScaling } from "../../server/gateway/scaled-terms.ts";
import { createSetup } from "../../server/gateway/setup.ts";
import { settingsOf } from "../support/data-plane.ts";

const setup = createSetup(
  settingsOf(
    `
agents:
  bot:
    rate_limit: [100/min, 3/s, { max_requests: 10, window_seconds: 60 }]
    provider_rate_limits: { openai: { max_requests: 4, window_seconds: 1 } }
    budget: { max_cost_per_day: 5, max_cost_per_request: 1 }
    quota:
      requests_per_hour: 9
      requests_per_day: 1
      tokens_per_hour: 1000
      max_input_tokens: 500
      max_output_tokens: 200
`,
    "/srv/tollgate",
  ),
);
const terms = setup.agent("bot");

describe("terms under a tier", () => {
  test("are the very same where the factor is 1", () => {
    expect(createScaling()(terms, 1)).toBe(terms);
  });

  test("have their rates and their quotas of an hour and a day times the factor", () => {
    const scaled = createScaling()(terms, 2);
    expect(scaled.buckets).toEqual([
      { count: 200, per: 60_000 },
      { count: 6, per: 1_000 },
    ]);
    expect(scaled.windows("google")).toEqual([{ max: 20, window: 60_000 }]);
    expect(scaled.windows("openai")).toEqual([
      { max: 20, window: 60_000 },
      { max: 8, window: 1_000 },
    ]);
    expect(scaled.quota).toMatchObject({ requests_per_hour: 18, requests_per_day: 2, tokens_per_hour: 2000 });
  });

  test("keep money, request caps and what is not limited", () => {
    for (const factor of [0.5, 2]) {
      const scaled = createScaling()(terms, factor);
      const { buckets: _, windows: __, quota, ...rest } = scaled;
      const { buckets: ___, windows: ____, quota: _____, ...unscaled } = terms;
      expect(rest).toEqual(unscaled);
      expect(scaled.caps).toBe(terms.caps);
      expect(quota).toMatchObject({ max_input_tokens: 500, max_output_tokens: 200, tokens_per_day: null });
    }
  });

  test("never lower a quota to none", () => {
    expect(createScaling()(terms, 0.5).quota).toMatchObject({ requests_per_hour: 4, requests_per_day: 1 });
  });

  test("are one object for each factor, with the same windows each time", () => {
    const scale = createScaling();
    const half = scale(terms, 0.5);
    expect(scale(terms, 0.5)).toBe(half);
    expect(scale(terms, 2)).not.toBe(half);
    expect(scale(setup.agent("other"), 0.5)).not.toBe(half);
    expect(half.windows("openai")).toBe(half.windows("openai"));
    expect(half.windows("google")).toBe(half.windows("mistral"));
  });

  test("are never more than the configured ones without a key, nor where the operator does not raise", () => {
    const scale = createScaling();
    fc.assert(
      fc.property(fc.constantFrom(...TIERS), fc.boolean(), fc.boolean(), (tier, raise, hasKey) => {
        const scaled = scale(terms, limitFactor(tier, raise, hasKey));
        const counts = [
          ...scaled.buckets.map(({ count }, at) => [count, terms.buckets[at]?.count]),
          ...scaled.windows("openai").map(({ max }, at) => [max, terms.windows("openai")[at]?.max]),
          [scaled.quota.requests_per_hour, terms.quota.requests_per_hour],
          [scaled.quota.tokens_per_hour, terms.quota.tokens_per_hour],
        ];
        const isRaised = counts.some(([now, configured]) => (now ?? 0) > (configured ?? 0));
        expect(isRaised).toBe(raise && hasKey && (tier === "trusted" || tier === "privileged"));
      }),
    );
  });
});
