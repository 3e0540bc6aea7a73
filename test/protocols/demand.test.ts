import { expect, test } from "bun:test";
import fc from "fast-check";
import type { Dialect } from "../../server/core/call.ts";
import { NO_DEMAND } from "../../server/protocols/demand.ts";
import { protocols } from "../../server/protocols/index.ts";
import type { Json } from "../../server/protocols/json.ts";
import type { Demand } from "../../server/protocols/protocol.ts";

const DIALECTS: readonly Dialect[] = [
  "openai-chat",
  "openai-responses",
  "anthropic-messages",
  "gemini",
  "cohere-chat",
];

const read = (dialect: Dialect, request: Json): Demand =>
  protocols.get(dialect).readRequest(request, JSON.stringify(request), "m").demand;

test("an everyday request demands nothing", () => {
  const messages = [{ role: "user", content: "Hi" }];
  const tools = [{ type: "function", function: { name: "f" } }];
  expect(read("openai-chat", { messages, tools, tool_choice: "auto" })).toEqual(NO_DEMAND);
  expect(read("openai-responses", { input: "Hi", text: { format: { type: "text" } } })).toEqual(NO_DEMAND);
  // Where nothing is written to a cache unasked, it costs no more than it says.
  expect(read("anthropic-messages", { messages, tools: [{ name: "f", input_schema: {} }] })).toEqual({
    ...NO_DEMAND,
    cacheWrite: "none",
  });
  expect(read("gemini", { contents: [{ parts: [{ text: "Hi" }] }] })).toEqual(NO_DEMAND);
  expect(read("cohere-chat", { messages, tools })).toEqual(NO_DEMAND);
});

test("each dialect's ceiling is found under its name", () => {
  const asking: [Dialect, Json][] = [
    ["openai-chat", { max_tokens: 100 }],
    ["openai-chat", { max_completion_tokens: 100 }],
    ["openai-chat", { max_tokens: 7, max_completion_tokens: 100 }],
    ["openai-responses", { max_output_tokens: 100 }],
    ["anthropic-messages", { max_tokens: 100 }],
    ["anthropic-messages", { max_tokens_to_sample: 100 }],
    ["gemini", { generationConfig: { maxOutputTokens: 100 } }],
    ["gemini", { generation_config: { max_output_tokens: 100 } }],
    ["gemini", { generationConfig: { maxOutputTokens: 3 }, generation_config: { max_output_tokens: "100" } }],
    ["cohere-chat", { max_tokens: 100 }],
  ];
  for (const [dialect, request] of asking) {
    expect(read(dialect, request).ceiling, JSON.stringify(request)).toBe(100);
  }
});

test("what hosts read as no bound is none, what they convert is one, and none grows beyond reason", () => {
  const ceiling = (value: unknown): number | null => read("openai-chat", { max_tokens: value }).ceiling;
  for (const value of [0, -1, null, "", "many", true, [], {}, Number.NaN]) expect(ceiling(value)).toBeNull();
  expect(ceiling("100")).toBe(100);
  expect(ceiling(99.2)).toBe(100);
  expect(ceiling(Number.POSITIVE_INFINITY)).toBe(10_000_000);
});

test("choices are counted wherever one request is answered more than once", () => {
  const choices = (request: Json): number => read("openai-chat", request).choices;
  expect(choices({ n: 3 })).toBe(3);
  expect(choices({ n: 2, best_of: 5, prompt: "a" })).toBe(5);
  expect(choices({ n: 2, prompt: ["a", "b", "c"] })).toBe(6);
  expect(choices({ prompt: [[1, 2], [3]] })).toBe(2);
  expect(choices({ prompt: [1, 2, 3] })).toBe(1);
  expect(choices({ n: -4 })).toBe(1);
  expect(read("gemini", { generationConfig: { candidateCount: 4 } }).choices).toBe(4);
  expect(read("cohere-chat", { num_generations: 2 }).choices).toBe(2);
});

test("structured output and forced tools are demands, free choice is none", () => {
  const demanding: [Dialect, Json][] = [
    ["openai-chat", { response_format: { type: "json_schema", json_schema: {} } }],
    ["openai-chat", { tool_choice: "required" }],
    ["openai-chat", { tool_choice: { type: "function", function: { name: "f" } } }],
    ["openai-chat", { tool_choice: { type: "allowed_tools", allowed_tools: { mode: "required" } } }],
    ["openai-chat", { function_call: { name: "f" } }],
    ["openai-responses", { text: { format: { type: "json_object" } } }],
    ["openai-responses", { tool_choice: { type: "file_search" } }],
    ["anthropic-messages", { tool_choice: { type: "any" } }],
    ["anthropic-messages", { output_format: { type: "json_schema" } }],
    ["anthropic-messages", { output_config: { format: { type: "json_schema" } } }],
    ["gemini", { generationConfig: { responseMimeType: "application/json" } }],
    ["gemini", { generation_config: { response_schema: {} } }],
    ["gemini", { toolConfig: { functionCallingConfig: { mode: "ANY" } } }],
    ["gemini", { input: "x", response_format: {} }],
    ["cohere-chat", { response_format: { type: "json_object" } }],
    ["cohere-chat", { tool_choice: "REQUIRED" }],
  ];
  const free: [Dialect, Json][] = [
    ["openai-chat", { response_format: { type: "text" }, tool_choice: "none", function_call: "auto" }],
    ["openai-responses", { tool_choice: { type: "allowed_tools", mode: "auto" } }],
    ["anthropic-messages", { tool_choice: { type: "auto" } }],
    ["gemini", { generationConfig: { responseMimeType: "text/plain" } }],
    ["gemini", { toolConfig: { functionCallingConfig: { mode: "AUTO" } } }],
    ["cohere-chat", { tool_choice: "NONE" }],
  ];
  for (const [dialect, request] of demanding) {
    expect(read(dialect, request).demandsStructure, JSON.stringify(request)).toBe(true);
  }
  for (const [dialect, request] of free) {
    expect(read(dialect, request).demandsStructure, JSON.stringify(request)).toBe(false);
  }
});

test("a thinking budget is found, a dynamic one is none", () => {
  const budget = (dialect: Dialect, request: Json): number => read(dialect, request).thinkingBudget;
  expect(budget("anthropic-messages", { thinking: { type: "enabled", budget_tokens: 2048 } })).toBe(2048);
  expect(budget("gemini", { generationConfig: { thinkingConfig: { thinkingBudget: 512 } } })).toBe(512);
  expect(budget("gemini", { generationConfig: { thinkingConfig: { thinkingBudget: -1 } } })).toBe(0);
  expect(budget("openai-chat", { extra_body: { google: { thinking_config: { thinking_budget: 9 } } } })).toBe(
    9,
  );
  expect(budget("cohere-chat", { thinking: { token_budget: 5 } })).toBe(5);
});

test("thinking is on, off, or left to the model, whatever the host calls it", () => {
  const thinks = (dialect: Dialect, request: Json): boolean | null => read(dialect, request).thinks;
  const on: [Dialect, Json][] = [
    ["anthropic-messages", { thinking: { type: "adaptive" } }],
    ["anthropic-messages", { thinking: { type: "enabled", budget_tokens: 1024 } }],
    ["anthropic-messages", { output_config: { effort: "low" } }],
    ["openai-chat", { reasoning_effort: "minimal" }],
    ["openai-chat", { reasoning: { effort: "high" } }],
    ["openai-chat", { enable_thinking: true }],
    ["openai-chat", { chat_template_kwargs: { thinking: true } }],
    ["openai-chat", { extra_body: { google: { thinking_config: { thinking_level: "low" } } } }],
    ["openai-responses", { reasoning: { effort: "low" } }],
    ["gemini", { generationConfig: { thinkingConfig: { thinkingBudget: -1 } } }],
    ["gemini", { generation_config: { thinking_config: { thinking_level: "high" } } }],
    ["gemini", { input: "x", generation_config: { thinking_level: "low" } }],
    ["gemini", { generationConfig: { thinkingConfig: { thinkingBudget: 0, includeThoughts: true } } }],
    ["cohere-chat", { thinking: { type: "enabled" } }],
  ];
  const off: [Dialect, Json][] = [
    ["anthropic-messages", { thinking: { type: "disabled" }, output_config: { effort: "high" } }],
    ["openai-chat", { reasoning_effort: "none" }],
    ["openai-chat", { thinking: { type: "disabled" } }],
    ["openai-responses", { reasoning: { effort: "none", summary: "auto" } }],
    ["gemini", { generationConfig: { thinkingConfig: { thinkingBudget: 0 } } }],
    ["cohere-chat", { thinking: { type: "disabled" } }],
  ];
  for (const [dialect, request] of on) expect(thinks(dialect, request), JSON.stringify(request)).toBe(true);
  for (const [dialect, request] of off) expect(thinks(dialect, request), JSON.stringify(request)).toBe(false);
  expect(thinks("openai-responses", { reasoning: { summary: "auto" } })).toBeNull();
});

test("answers asked for in something else than text are told", () => {
  const media: [Dialect, Json][] = [
    ["openai-chat", { modalities: ["text", "audio"] }],
    ["openai-chat", { audio: { voice: "ash", format: "wav" } }],
    ["openai-responses", { tools: [{ type: "image_generation" }] }],
    ["gemini", { generationConfig: { responseModalities: ["TEXT", "IMAGE"] } }],
    ["gemini", { generation_config: { response_modalities: ["AUDIO"] } }],
    ["gemini", { input: "x", response_modalities: ["image"] }],
  ];
  for (const [dialect, request] of media) {
    expect(read(dialect, request).mediaOutput, JSON.stringify(request)).toBe(true);
  }
  expect(read("openai-chat", { modalities: ["text"] }).mediaOutput).toBe(false);
  expect(read("gemini", { generationConfig: { responseModalities: ["TEXT"] } }).mediaOutput).toBe(false);
});

test("a cache is written to for as long as the dearest of its marks says", () => {
  const marked = (cache_control: unknown): Json => ({
    messages: [{ role: "user", content: [{ type: "text", text: "x", cache_control }] }],
  });
  const write = (dialect: Dialect, request: Json) => read(dialect, request).cacheWrite;
  expect(write("anthropic-messages", marked({ type: "ephemeral" }))).toBe("short");
  expect(write("anthropic-messages", marked({ type: "ephemeral", ttl: "5m" }))).toBe("short");
  expect(write("anthropic-messages", marked({ type: "ephemeral", ttl: "1h" }))).toBe("hour");
  expect(write("anthropic-messages", { cache_control: { type: "ephemeral" } })).toBe("short");
  expect(write("anthropic-messages", { tools: [{ name: "f", cache_control: { ttl: "1h" } }] })).toBe("hour");
  expect(write("anthropic-messages", { system: "say cache_control" })).toBe("none");
  expect(write("anthropic-messages", marked(null))).toBe("none");
  expect(write("openai-chat", marked({ type: "ephemeral", ttl: "1h" }))).toBe("hour");
  // These hosts write of their own accord.
  expect(write("openai-chat", { messages: [] })).toBe("short");
  const escaped = '{"cache\\u005fcontrol":{"ttl":"1h"}}';
  expect(
    protocols.get("anthropic-messages").readRequest(JSON.parse(escaped), escaped, "m").demand.cacheWrite,
  ).toBe("hour");
});

test("what is charged beside the usual rates is told by its unit, the standard by none", () => {
  const surcharges = (dialect: Dialect, request: Json) => read(dialect, request).surcharges;
  expect(surcharges("openai-chat", { service_tier: "flex" })).toEqual(["flex_tier"]);
  expect(surcharges("openai-responses", { service_tier: "priority" })).toEqual(["priority_tier"]);
  expect(surcharges("gemini", { serviceTier: "PRIORITY" })).toEqual(["priority_tier"]);
  expect(surcharges("anthropic-messages", { speed: "fast", inference_geo: "us" })).toEqual([
    "fast_tier",
    "regional_tier",
  ]);
  expect(surcharges("openai-chat", { web_search_options: {} })).toEqual(["search_tier"]);
  expect(surcharges("openai-chat", { model: "gpt-4o-mini-search-preview" })).toEqual(["search_tier"]);
  for (const standard of [
    { service_tier: "default" },
    { service_tier: "auto" },
    { speed: "standard", inference_geo: "global" },
    { service_tier: 1, speed: {}, inference_geo: null },
  ]) {
    expect(surcharges("anthropic-messages", standard)).toEqual([]);
  }
});

test("input that stands elsewhere is hidden", () => {
  const said = (part: Json): Json => ({ messages: [{ role: "user", content: [part] }] });
  const hiding: [Dialect, Json][] = [
    ["openai-chat", said({ type: "file", file: { file_id: "file-1" } })],
    ["openai-chat", said({ type: "document_url", document_url: "https://host/a.pdf" })],
    ["openai-chat", said({ type: "file", file: { file_data: "data:application/zip;base64,UEsDBA==" } })],
    ["openai-chat", { messages: [{ role: "assistant", audio: { id: "audio_1" } }] }],
    ["openai-chat", said({ type: "video_url", video_url: { url: "https://host/a.mp4" } })],
    ["openai-chat", { web_search_options: {} }],
    ["openai-chat", { model: "gpt-4o-search-preview" }],
    ["openai-chat", { tools: [{ type: "web_search" }] }],
    ["openai-responses", { previous_response_id: "resp_1" }],
    ["openai-responses", { conversation: "conv_1" }],
    ["openai-responses", { prompt: { id: "pmpt_1" } }],
    ["openai-responses", { input: [{ type: "item_reference", id: "i" }] }],
    ["openai-responses", { input: [{ content: [{ type: "input_file", file_id: "f" }] }] }],
    ["openai-responses", { input: [{ content: [{ type: "input_image", file_id: "f" }] }] }],
    ["openai-responses", { tools: [{ type: "file_search" }] }],
    ["anthropic-messages", said({ type: "document", source: { type: "file", file_id: "f" } })],
    ["anthropic-messages", said({ type: "document", source: { type: "url", url: "https://host/a.pdf" } })],
    ["anthropic-messages", said({ type: "container_upload", file_id: "f" })],
    ["anthropic-messages", { tools: [{ type: "web_search_20250305", name: "web_search" }] }],
    ["anthropic-messages", { mcp_servers: [{ url: "https://host" }] }],
    ["gemini", { cachedContent: "cachedContents/1" }],
    ["gemini", { contents: [{ parts: [{ fileData: { fileUri: "gs://b/a" } }] }] }],
    ["gemini", { contents: [{ parts: [{ file_data: { file_uri: "gs://b/a" } }] }] }],
    ["gemini", { tools: [{ googleSearch: {} }] }],
    ["gemini", { input: "x", previous_interaction_id: "i" }],
    ["gemini", { input: [{ type: "video", uri: "https://host/a" }] }],
    ["cohere-chat", { connectors: [{ id: "web-search" }] }],
    ["cohere-chat", { conversation_id: "c" }],
  ];
  for (const [dialect, request] of hiding) {
    expect(read(dialect, request).hiddenInput, `${dialect} ${JSON.stringify(request)}`).toBe(true);
  }
});

test("tools that the client runs hide nothing", () => {
  const shown: [Dialect, Json][] = [
    ["openai-responses", { tools: [{ type: "function" }, { type: "custom" }, { type: "apply_patch" }] }],
    ["anthropic-messages", { tools: [{ type: "bash_20250124" }, { type: "custom" }, { name: "f" }] }],
    ["gemini", { tools: [{ functionDeclarations: [] }] }],
  ];
  for (const [dialect, request] of shown) expect(read(dialect, request).hiddenInput, dialect).toBe(false);
});

test("background answers and asked-for usage are told", () => {
  expect(read("openai-responses", { background: true }).background).toBe(true);
  expect(read("gemini", { background: true }).background).toBe(true);
  const options = { stream_options: { include_usage: true } };
  expect(read("openai-chat", { stream: true, ...options }).usageChunk).toBe(true);
  expect(read("openai-chat", { stream: false, ...options }).usageChunk).toBe(false);
});

/** Members that the readers look into, holding anything at all. */
const hostile = fc.dictionary(
  fc.constantFrom(
    ...[
      "messages",
      "contents",
      "input",
      "prompt",
      "system",
      "tools",
      "tool_choice",
      "generationConfig",
      "images",
    ],
    ...[
      "generation_config",
      "thinking",
      "text",
      "response_format",
      "stream_options",
      "max_tokens",
      "requests",
    ],
    ...["content", "parts", "type", "source", "image_url", "inlineData", "data", "extra_body", "n", "output"],
  ),
  fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: "small" },
      fc.constantFrom<unknown>(null, 1, -1, "", "image", "image_url", "base64", "data:,", true),
      fc.array(tie("value"), { maxLength: 4 }),
      fc.dictionary(
        fc.constantFrom(
          "content",
          "parts",
          "type",
          "source",
          "data",
          "image_url",
          "inlineData",
          "mimeType",
          "__proto__",
        ),
        tie("value"),
        { noNullPrototype: true },
      ),
    ),
  })).value,
  { noNullPrototype: true },
);

test("whatever stands in a request, it is read without harm and in bounds", () => {
  fc.assert(
    fc.property(fc.constantFrom(...DIALECTS), hostile, (dialect, request) => {
      const demand = read(dialect, request);
      expect(demand.choices).toBeGreaterThanOrEqual(1);
      expect(demand.thinkingBudget).toBeGreaterThanOrEqual(0);
      const size = Buffer.byteLength(JSON.stringify(request));
      const { textBytes, mediaTokens } = protocols
        .get(dialect)
        .readRequest(request, JSON.stringify(request), "m").input;
      expect(textBytes).toBeGreaterThanOrEqual(0);
      expect(textBytes).toBeLessThanOrEqual(size);
      expect(Number.isSafeInteger(mediaTokens)).toBe(true);
    }),
    { numRuns: 200 },
  );
});
