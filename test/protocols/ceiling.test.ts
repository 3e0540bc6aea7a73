import { expect, test } from "bun:test";
import fc from "fast-check";
import type { Dialect } from "../../server/core/call.ts";
import { protocols } from "../../server/protocols/index.ts";

function lower(dialect: Dialect, text: string, ceiling: number, model: string | null = null): string {
  const body = Uint8Array.from(Buffer.from(text));
  return Buffer.from(protocols.get(dialect).lowerCeiling(body, JSON.parse(text), ceiling, model)).toString();
}

test("a ceiling that the client wrote is lowered in place, every other byte as it was", () => {
  expect(lower("openai-chat", '{ "a":"ü", "max_tokens" : 1000 ,"b":1.0}', 300)).toBe(
    '{ "a":"ü", "max_tokens" : 300 ,"b":1.0}',
  );
  expect(lower("openai-chat", '{"max_completion_tokens":1000}', 300, "gpt-4o")).toBe(
    '{"max_completion_tokens":300}',
  );
  expect(lower("openai-responses", '{"max_output_tokens":1000}', 300)).toBe('{"max_output_tokens":300}');
  expect(lower("anthropic-messages", '{"max_tokens":1000}', 300)).toBe('{"max_tokens":300}');
  expect(lower("anthropic-messages", '{"max_tokens_to_sample":1000}', 300)).toBe(
    '{"max_tokens_to_sample":300}',
  );
  expect(lower("gemini", '{"generationConfig":{ "maxOutputTokens":1000}}', 300)).toBe(
    '{"generationConfig":{ "maxOutputTokens":300}}',
  );
  expect(lower("gemini", '{"generation_config":{"maxOutputTokens":1000}}', 300)).toBe(
    '{"generation_config":{"maxOutputTokens":300}}',
  );
  expect(lower("cohere-chat", '{"max_tokens":1000}', 300)).toBe('{"max_tokens":300}');
});

test("where the client wrote none, the field that the model takes is added", () => {
  for (const model of [
    "o3",
    "o4-mini",
    "gpt-5",
    "gpt-5.1-codex",
    "openai/gpt-5-nano",
    "O1-preview",
    "ft:o4-mini:org::id",
  ]) {
    expect(lower("openai-chat", '{"model":"x"}', 300, model)).toBe(
      '{"max_completion_tokens":300,"model":"x"}',
    );
  }
  for (const model of [
    "gpt-4o",
    "gpt-4.1",
    "gpt-35-turbo",
    "ft:gpt-4o:org::id",
    "mistral-large",
    "olmo-2",
    null,
  ]) {
    expect(lower("openai-chat", '{"model":"x"}', 300, model)).toBe('{"max_tokens":300,"model":"x"}');
  }
  expect(lower("openai-responses", "{ }", 300)).toBe('{"max_output_tokens":300 }');
  expect(lower("gemini", '{"contents":[]}', 300)).toBe(
    '{"generationConfig":{"maxOutputTokens":300},"contents":[]}',
  );
  expect(lower("gemini", '{"generationConfig":{}}', 300)).toBe(
    '{"generationConfig":{"maxOutputTokens":300}}',
  );
  expect(lower("gemini", '{"generationConfig":null}', 300)).toBe(
    '{"generationConfig":{"maxOutputTokens":300}}',
  );
  expect(lower("gemini", '{"input":"x"}', 300)).toBe(
    '{"generation_config":{"max_output_tokens":300},"input":"x"}',
  );
});

test("of two ceilings both are lowered, and none is raised", () => {
  expect(lower("openai-chat", '{"max_tokens":1000,"max_completion_tokens":100}', 300)).toBe(
    '{"max_tokens":300,"max_completion_tokens":100}',
  );
  expect(lower("openai-chat", '{"max_tokens":"100"}', 300)).toBe('{"max_tokens":"100"}');
  expect(lower("openai-chat", '{"max_tokens":-1}', 300)).toBe('{"max_tokens":300}');
  expect(lower("openai-chat", '{"max_tokens":null,"max_completion_tokens":null}', 300)).toBe(
    '{"max_tokens":300,"max_completion_tokens":null}',
  );
});

test("whatever the request, what is demanded afterwards is at most the ceiling and never more than before", () => {
  const dialect = fc.constantFrom<Dialect[]>(
    "openai-chat",
    "openai-responses",
    "anthropic-messages",
    "gemini",
    "cohere-chat",
  );
  const value = fc.oneof(fc.integer({ min: -10, max: 5000 }), fc.constantFrom(null, "77", "x", 1.5, true));
  const limits = fc.dictionary(
    fc.constantFrom(
      ...["max_tokens", "max_completion_tokens", "max_output_tokens", "maxOutputTokens"],
      "max_tokens_to_sample",
    ),
    value,
    { noNullPrototype: true },
  );
  const request = fc.tuple(
    limits,
    fc.dictionary(fc.constantFrom("generationConfig", "generation_config"), limits, {
      noNullPrototype: true,
    }),
    fc.dictionary(fc.string(), fc.jsonValue(), { noNullPrototype: true }),
  );
  fc.assert(
    fc.property(dialect, request, fc.integer({ min: 1, max: 6000 }), (name, [own, nested, rest], ceiling) => {
      const text = JSON.stringify({ ...rest, ...own, ...nested });
      const protocol = protocols.get(name);
      const before =
        protocol.readRequest(JSON.parse(text), text, null).demand.ceiling ?? Number.POSITIVE_INFINITY;
      const lowered = JSON.parse(lower(name, text, ceiling));
      expect(protocol.readRequest(lowered, "", null).demand.ceiling).toBe(Math.min(before, ceiling));
    }),
  );
});
