import { expect, test } from "bun:test";
import type { Dialect } from "../../server/core/call.ts";
import { protocols } from "../../server/protocols/index.ts";

/** The billed units that an answer reports. */
function units(dialect: Dialect, answer: object) {
  const reader = protocols.get(dialect).createReader({});
  reader.readAnswer(answer);
  return reader.reading.units;
}

test("an answer at another rate than the standard one says so in its units", () => {
  const usage = { input_tokens: 5, output_tokens: 1 };
  const message = (more: object) =>
    units("anthropic-messages", { content: [], usage: { ...usage, ...more } });
  expect(message({ speed: "fast" })).toEqual({ fast_tier: 1 });
  expect(message({ inference_geo: "us" })).toEqual({ regional_tier: 1 });
  expect(message({ speed: "standard", inference_geo: "global", service_tier: "standard" })).toEqual({});
  expect(message({ inference_geo: "not_available" })).toEqual({});
});

test("a model that searches unasked charges for it, though its usage is silent", () => {
  const answer = (model: string) =>
    units("openai-chat", { model, choices: [], usage: { prompt_tokens: 5, completion_tokens: 1 } });
  expect(answer("gpt-4o-search-preview-2025-03-11")).toEqual({ search_tier: 1 });
  expect(answer("gpt-5-search-api")).toEqual({ search_tier: 1 });
  expect(answer("gpt-4o")).toEqual({});
});

test("a stream reports its speed where its usage stands", () => {
  const reader = protocols.get("anthropic-messages").createReader({});
  const usage = { input_tokens: 5, speed: "fast" };
  reader.readEvent(null, JSON.stringify({ type: "message_start", message: { usage } }));
  expect(reader.reading.units).toEqual({ fast_tier: 1 });
});
