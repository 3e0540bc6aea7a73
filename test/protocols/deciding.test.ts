import { expect, test } from "bun:test";
import fc from "fast-check";
import { findDuplicate } from "../../server/protocols/deciding.ts";

const duplicate = (text: string): string | null => findDuplicate(Buffer.from(text), text, JSON.parse(text));

test("a member that decides is found where it stands twice, escaped names included", () => {
  expect(duplicate('{"model":"a","model":"b"}')).toBe("model");
  expect(duplicate('{"model":"a","x":{"model":"b"},"mod\\u0065l":"c"}')).toBe("model");
  const names = [
    "tools",
    "tool_choice",
    "prompt",
    "num_generations",
    "reasoning_effort",
    "modalities",
    "speed",
  ];
  const further = [
    "previous_response_id",
    "conversation",
    "cache_control",
    "serviceTier",
    "web_search_options",
  ];
  for (const name of [...names, ...further, "inference_geo", "thinking", "generation_config"]) {
    expect(duplicate(`{"a":1,"${name}":1,"b":2,"${name}":2}`), name).toBe(name);
  }
});

test("a setting is found where it stands twice", () => {
  expect(duplicate('{"generationConfig":{"maxOutputTokens":1,"a":2,"maxOutputTokens":9}}')).toBe(
    "generationConfig.maxOutputTokens",
  );
  expect(duplicate('{"generation_config":{"candidateCount":1,"candidateCount":9}}')).toBe(
    "generation_config.candidateCount",
  );
  expect(duplicate('{"messages":[],"thinking":{"type":"disabled","type":"adaptive"}}')).toBe("thinking.type");
  expect(
    duplicate('{"generationConfig":{"thinkingConfig":{"thinkingBudget":0,"thinking\\u0042udget":9}}}'),
  ).toBe("generationConfig.thinkingConfig.thinkingBudget");
});

test("what decides nothing may stand twice, and names in other places are others", () => {
  expect(duplicate('{"a":1,"a":2,"x":{"model":1,"model":2}}')).toBeNull();
  expect(duplicate('{"a":"\\"}","model":1,"b":[{"model":2}]}')).toBeNull();
  expect(duplicate('{"model":"model","messages":[{"content":"\\"model\\":1"}],"input":"model"}')).toBeNull();
  expect(duplicate('{"thinking":{"type":"a"},"tools":[{"type":"b","type":"c"}]}')).toBeNull();
});

test("depth and size cost no stack and only linear time", () => {
  const hostile = [
    `{"thinking":${'{"thinking":'.repeat(200_000)}1${"}".repeat(200_000)}}`,
    `{${'"thinking":{"thinking":{}},'.repeat(200_000)}"a":1}`,
    `{"generationConfig":{${'"a":{},'.repeat(500_000)}"b":{}}}`,
  ];
  for (const text of hostile) {
    const started = performance.now();
    findDuplicate(Buffer.from(text), text, { thinking: {}, generationConfig: {} });
    expect(performance.now() - started, text.slice(0, 40)).toBeLessThan(1_000);
  }
});

test("whatever the document, no member is taken for two", () => {
  const name = fc.constantFrom(
    "model",
    "thinking",
    "generationConfig",
    "type",
    "tools",
    "n",
    "thinkingConfig",
  );
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      { depthSize: "small" },
      fc.constantFrom<unknown>("model", 1, null),
      fc.dictionary(name, tie("any")),
    ),
  })).any;
  fc.assert(
    fc.property(fc.dictionary(name, value, { noNullPrototype: true }), (request) => {
      expect(duplicate(JSON.stringify(request))).toBeNull();
    }),
  );
});
