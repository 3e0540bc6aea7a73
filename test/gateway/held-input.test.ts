/** The input that is held, as reports move it. */
import { expect, test } from "bun:test";
import fc from "fast-check";
import { UNKNOWN_USAGE } from "../../server/core/usage.ts";
import { correctInput, outputAside, plannedInput } from "../../server/gateway/held-input.ts";
import { PLAN } from "./hold-support.ts";

const price = ({ inputTokens }: { inputTokens: number | null }) => (inputTokens ?? 0) * 10;
const reports = fc.array(fc.option(fc.integer({ min: -5, max: 5_000 })), { minLength: 1, maxLength: 8 });

test("whatever is reported in whatever order, the most that was reported is held, and more only where it is bounded", () => {
  fc.assert(
    fc.property(reports, fc.boolean(), fc.boolean(), (tokens, hidesInput, isStranger) => {
      let held = plannedInput(PLAN);
      for (const inputTokens of tokens) {
        held = correctInput(held, { ...UNKNOWN_USAGE, inputTokens }, { hidesInput, isStranger, price });
      }
      const most = Math.max(0, ...tokens.map((one) => one ?? 0));
      if (!isStranger) expect(held.tokens).toBeGreaterThanOrEqual(most);
      if (isStranger) expect(held.tokens).toBeLessThanOrEqual(PLAN.inputTokens);
      if (hidesInput) expect(held.tokens).toBeGreaterThanOrEqual(PLAN.inputTokens);
      if (!hidesInput && !isStranger && most > 0) expect(held.tokens).toBe(most);
      expect(held.nano).toBe(held.tokens * 10);
    }),
  );
});

test("where the price of a report cannot be said, its tokens count all the same", () => {
  const correction = { hidesInput: false, isStranger: false, price: () => null };
  const held = correctInput(plannedInput(PLAN), { ...UNKNOWN_USAGE, inputTokens: 4_000 }, correction);
  expect(held).toMatchObject({ tokens: 4_000, nano: 10_000 });
});

test("output is put aside, also where it is charged under another number", () => {
  const usage = { ...UNKNOWN_USAGE, inputTokens: 5, outputTokens: 7, reasoningTokens: 3 };
  const billed = { ...usage, billing: { inputAudioTokens: 2, outputTokens: 9 } };
  expect(outputAside(billed)).toMatchObject({
    inputTokens: 5,
    outputTokens: 0,
    reasoningTokens: 0,
    billing: { inputAudioTokens: 2, outputTokens: 0 },
  });
});
