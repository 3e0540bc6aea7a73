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

const read = (dialect: Dialect, request: Json): Demand => protocols.get(dialect).readDemand(request);

test("an everyday request demands nothing", () => {
  const messages = [{ role: "user", content: "Hi" }];
  const tools = [{ type: "function", function: { name: "f" } }];
  expect(read("openai-chat", { messages, tools, tool_choice: "auto" })).toEqual(NO_DEMAND);
  expect(read("openai-responses", { input: "Hi", text: { format: { type: "text" } } })).toEqual(NO_DEMAND);
  expect(read("anthropic-messages", { messages, tools: [{ name: "f", input_schema: {} }] })).toEqual(
    NO_DEMAND,
  );
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

test("input that stands elsewhere is hidden", () => {
  const said = (part: Json): Json => ({ messages: [{ role: "user", content: [part] }] });
  const hiding: [Dialect, Json][] = [
    ["openai-chat", said({ type: "image_url", image_url: { url: "https://host/a.png" } })],
    ["openai-chat", said({ type: "file", file: { file_id: "file-1" } })],
    ["openai-chat", said({ type: "document_url", document_url: "https://host/a.pdf" })],
    ["openai-chat", said({ type: "file", file: { file_data: "data:application/zip;base64,UEsDBA==" } })],
    ["openai-chat", { messages: [{ role: "assistant", audio: { id: "audio_1" } }] }],
    ["openai-chat", { web_search_options: {} }],
    ["openai-chat", { tools: [{ type: "web_search" }] }],
    ["openai-responses", { previous_response_id: "resp_1" }],
    ["openai-responses", { conversation: "conv_1" }],
    ["openai-responses", { prompt: { id: "pmpt_1" } }],
    ["openai-responses", { input: [{ type: "item_reference", id: "i" }] }],
    ["openai-responses", { input: [{ content: [{ type: "input_file", file_id: "f" }] }] }],
    ["openai-responses", { input: [{ output: [{ type: "input_image", image_url: "https://host/a" }] }] }],
    ["openai-responses", { tools: [{ type: "file_search" }] }],
    ["anthropic-messages", said({ type: "image", source: { type: "url", url: "https://host/a" } })],
    ["anthropic-messages", said({ type: "document", source: { type: "file", file_id: "f" } })],
    ["anthropic-messages", said({ type: "container_upload", file_id: "f" })],
    ["anthropic-messages", { tools: [{ type: "web_search_20250305", name: "web_search" }] }],
    ["anthropic-messages", { mcp_servers: [{ url: "https://host" }] }],
    ["gemini", { cachedContent: "cachedContents/1" }],
    ["gemini", { contents: [{ parts: [{ fileData: { fileUri: "gs://b/a" } }] }] }],
    ["gemini", { contents: [{ parts: [{ file_data: { file_uri: "gs://b/a" } }] }] }],
    ["gemini", { tools: [{ googleSearch: {} }] }],
    ["gemini", { input: "x", previous_interaction_id: "i" }],
    ["gemini", { input: [{ type: "image", uri: "https://host/a" }] }],
    ["cohere-chat", { connectors: [{ id: "web-search" }] }],
    ["cohere-chat", { conversation_id: "c" }],
    ["cohere-chat", said({ type: "image_url", image_url: { url: "https://host/a" } })],
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
      { depthSize: "medium" },
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
      const { textBytes, mediaTokens } = protocols.get(dialect).estimateInput(request, size, "m");
      expect(textBytes).toBeGreaterThanOrEqual(0);
      expect(textBytes).toBeLessThanOrEqual(size);
      expect(Number.isSafeInteger(mediaTokens)).toBe(true);
    }),
    { numRuns: 200 },
  );
});
