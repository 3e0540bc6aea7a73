import { expect, test } from "bun:test";
import { locateVirtual } from "../../server/providers/virtual.ts";

function spoken(rest: string, method = "POST"): string {
  return locateVirtual({ method, rest, query: "", headers: new Headers() }).operation.dialect;
}

test("a path tells which format is spoken to nobody in particular", () => {
  expect(["", "v1", "v1/chat/completions", "chat/completions"].map((rest) => spoken(rest))).toEqual(
    Array(4).fill("openai-chat"),
  );
  expect(["v1/responses", "responses"].map((rest) => spoken(rest))).toEqual(
    Array(2).fill("openai-responses"),
  );
  expect(["v1/messages", "messages", "v1/messages/count_tokens"].map((rest) => spoken(rest))).toEqual(
    Array(3).fill("anthropic-messages"),
  );
  expect(
    [
      "v1beta/models/m:generateContent",
      "v1/models/m:streamGenerateContent",
      "models/m%3AgenerateContent",
      // A model that names its provider.
      "v1/models/google/gemini-2.5-flash:generateContent",
      "v1/models/m:countTokens",
      "v1/models/m:embedContent",
      "v1beta/models",
    ].map((rest) => spoken(rest)),
  ).toEqual(Array(7).fill("gemini"));
});

test("a fine-tuned model's name is no action of Google's", () => {
  expect(spoken("v1/models/ft:gpt-4o-mini:my-org::abc", "GET")).toBe("openai-chat");
  expect(spoken("v1beta/openai/chat/completions")).toBe("openai-chat");
});
