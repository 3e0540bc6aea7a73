/** What clients send in Gemini's format, and what of it cannot be carried over. */
import { expect, test } from "bun:test";
import type { Json } from "../../../server/protocols/json.ts";
import type { NeutralRequest, Part, Turn } from "../../../server/protocols/translation/form.ts";
import { createCallBook } from "../../../server/protocols/translation/gemini/call-book.ts";
import { geminiSpeaker } from "../../../server/protocols/translation/gemini/speaker.ts";
import { BARE } from "./bare.ts";

const LINE = { model: "gemini-2.5-flash", stream: true };
const HELLO = { contents: [{ parts: [{ text: "Hello" }] }] };

function read(body: Json): { readonly request: NeutralRequest; readonly uncarried: readonly string[] } {
  const outcome = geminiSpeaker.readRequest(body, LINE);
  if (!("request" in outcome)) throw new Error(outcome.message);
  return outcome;
}

function turns(...contents: readonly Json[]): readonly Turn[] {
  return read({ contents }).request.turns;
}

function parts(...given: readonly Json[]): readonly Part[] {
  return turns({ role: "user", parts: given })[0]?.parts ?? [];
}

function uncarried(body: Json): readonly string[] {
  return read({ ...HELLO, ...body }).uncarried;
}

function problem(body: Json): string {
  const outcome = geminiSpeaker.readRequest(body, LINE);
  if ("request" in outcome) throw new Error("it was read");
  expect(outcome).toMatchObject({ reason: "invalid_request", status: 400, retryable: false });
  return outcome.message;
}

test("the smallest request says nothing but its text; model and streaming stand in the line", () => {
  expect(read(HELLO)).toEqual({
    uncarried: [],
    request: {
      ...BARE,
      model: "gemini-2.5-flash",
      stream: true,
      system: [],
      turns: [{ role: "user", parts: [{ kind: "text", text: "Hello" }] }],
    },
  });
  const named = geminiSpeaker.readRequest(
    { ...HELLO, model: "models/gemini-x" },
    { model: null, stream: null },
  );
  expect(named).toMatchObject({ request: { model: "gemini-x", stream: false } });
});

test("both spellings mean the same", () => {
  const camel = read({
    systemInstruction: { parts: [{ text: "Be brief." }] },
    contents: [{ role: "user", parts: [{ inlineData: { mimeType: "image/png", data: "aaaa" } }] }],
    generationConfig: {
      maxOutputTokens: 9,
      stopSequences: ["X"],
      topK: 3,
      responseMimeType: "application/json",
      thinkingConfig: { includeThoughts: true, thinkingBudget: -1 },
    },
    tools: [{ functionDeclarations: [{ name: "tell", parametersJsonSchema: { type: "object" } }] }],
    toolConfig: { functionCallingConfig: { mode: "ANY", allowedFunctionNames: ["tell"] } },
  });
  const snake = read({
    system_instruction: { parts: { text: "Be brief." } },
    contents: [{ role: "user", parts: [{ inline_data: { mime_type: "image/png", data: "aaaa" } }] }],
    generation_config: {
      max_output_tokens: 9,
      stop_sequences: ["X"],
      top_k: 3,
      response_mime_type: "application/json",
      thinking_config: { include_thoughts: true, thinking_budget: -1 },
    },
    tools: { function_declarations: [{ name: "tell", parameters_json_schema: { type: "object" } }] },
    tool_config: { function_calling_config: { mode: "ANY", allowed_function_names: ["tell"] } },
  });
  expect(snake).toEqual(camel);
  expect(camel.uncarried).toEqual([]);
  expect(camel.request).toMatchObject({
    system: [{ kind: "text", text: "Be brief." }],
    toolChoice: { kind: "tool", name: "tell" },
    thinking: { amount: { kind: "adaptive" }, isShown: true },
    format: { kind: "json" },
  });
});

test("a name in both spellings is not guessed at", () => {
  expect(uncarried({ generationConfig: { topK: 1, top_k: 2 } })).toEqual(["generationConfig.top_k"]);
});

test("media are images, documents and recordings by their type; texts are texts", () => {
  expect(
    parts(
      { inlineData: { mimeType: "image/png", data: "aaaa" } },
      { inlineData: { mimeType: "application/pdf", data: "bbbb", displayName: "report.pdf" } },
      { inlineData: { mimeType: "text/csv", data: Buffer.from("a;ü").toString("base64") } },
      { inlineData: { mimeType: "audio/wav", data: "cccc" } },
      { fileData: { mimeType: "image/webp", fileUri: "https://example.com/a" } },
      { fileData: { fileUri: "https://example.com/a.PDF?x=1.png" } },
    ),
  ).toEqual([
    { kind: "image", source: { kind: "base64", mediaType: "image/png", data: "aaaa" } },
    {
      kind: "document",
      source: { kind: "base64", mediaType: "application/pdf", data: "bbbb" },
      name: "report.pdf",
    },
    { kind: "document", source: { kind: "text", text: "a;ü" }, name: null },
    { kind: "audio", source: { kind: "base64", mediaType: "audio/wav", data: "cccc" } },
    { kind: "image", source: { kind: "url", url: "https://example.com/a", mediaType: "image/webp" } },
    {
      kind: "document",
      source: { kind: "url", url: "https://example.com/a.PDF?x=1.png", mediaType: "application/pdf" },
      name: null,
    },
  ]);
});

test("a call and its result find each other by id", () => {
  const read = turns(
    { role: "user", parts: [{ text: "Compare." }] },
    {
      role: "model",
      parts: [
        { functionCall: { id: "b", name: "get", args: { n: 2 } } },
        { functionCall: { id: "a", name: "get", args: {} } },
      ],
    },
    {
      role: "user",
      parts: [
        { text: "Here." },
        { functionResponse: { id: "a", name: "get", response: { output: "one" } } },
        { functionResponse: { id: "b", name: "get", response: { error: "gone" } } },
      ],
    },
  );
  expect(read[1]?.parts).toEqual([
    { kind: "tool-call", id: "b", name: "get", arguments: '{"n":2}' },
    { kind: "tool-call", id: "a", name: "get", arguments: "{}" },
  ]);
  expect(read[2]?.parts).toEqual([
    { kind: "tool-result", id: "a", name: "get", content: [{ kind: "text", text: "one" }], isError: false },
    { kind: "tool-result", id: "b", name: "get", content: [{ kind: "text", text: "gone" }], isError: true },
    { kind: "text", text: "Here." },
  ]);
});

test("without ids results find their calls by name and order, and ids stay the same as the conversation grows", () => {
  const call = (name: string) => ({ functionCall: { name, args: {} } });
  const result = (name: string, output: string) => ({ functionResponse: { name, response: { output } } });
  const first = [
    { role: "user", parts: [{ text: "Go." }] },
    { role: "model", parts: [call("get"), call("tell"), call("get")] },
    { role: "function", parts: [result("tell", "t"), result("get", "1"), result("get", "2")] },
  ];
  const read = turns(...first);
  expect(read[1]?.parts.map((part) => "id" in part && part.id)).toEqual(["call_0", "call_1", "call_2"]);
  expect(read[2]?.parts).toMatchObject([
    { id: "call_1", name: "tell", content: [{ text: "t" }] },
    { id: "call_0", name: "get", content: [{ text: "1" }] },
    { id: "call_2", name: "get", content: [{ text: "2" }] },
  ]);
  const longer = turns(
    ...first,
    { role: "model", parts: [call("get")] },
    { role: "user", parts: [result("get", "3")] },
  );
  expect(longer.slice(0, 3)).toEqual([...read]);
  expect(longer[4]?.parts).toMatchObject([{ id: "call_3", name: "get" }]);
});

test("each of many results finds its own call", () => {
  const calls = createCallBook();
  for (let at = 0; at < 2_000; at++) calls.call(null, "get");
  for (let at = 0; at < 1_999; at++) calls.answer(null, "get");
  expect(calls.answer(null, "get")).toEqual({ id: "call_1999", name: "get" });
});

test("a result without any call is kept, with nobody's name", () => {
  const response = { functionResponse: { name: "get", response: { output: "1" } } };
  expect(parts(response)).toMatchObject([{ kind: "tool-result", id: "call_0", name: null }]);
});

test("what a function gave back is a text under Google's own names, and data under any other", () => {
  const content = (response: Json) => {
    const [result] = parts({ functionResponse: { name: "get", response } });
    return result?.kind === "tool-result" ? result.content : null;
  };
  expect(content({ output: "1" })).toEqual([{ kind: "text", text: "1" }]);
  expect(content({ result: [1, 2] })).toEqual([{ kind: "text", text: "[1,2]" }]);
  expect(content({ weather: "rain", t: 3 })).toEqual([{ kind: "text", text: '{"weather":"rain","t":3}' }]);
  expect(content({})).toEqual([]);
});

test("media in a result are read with it", () => {
  const part = { inlineData: { mimeType: "image/png", data: "aaaa" } };
  expect(
    parts({ functionResponse: { name: "get", response: { output: "see" }, parts: [part] } }),
  ).toMatchObject([
    {
      content: [
        { kind: "text", text: "see" },
        { kind: "image", source: { kind: "base64", mediaType: "image/png", data: "aaaa" } },
      ],
    },
  ]);
});

test("a history of chunks is one turn, and what was told in pieces is one text", () => {
  const chunk = (...said: readonly Json[]) => ({ role: "model", parts: said });
  const read = turns(
    { role: "user", parts: [{ text: "Hi" }] },
    chunk({ text: "Think", thought: true }),
    chunk({ text: "ing.", thought: true }),
    chunk({ text: "He" }),
    chunk({ text: "llo" }, { text: "" }),
    chunk({ text: "", thoughtSignature: "c2ln" }),
    chunk({ text: "" }),
  );
  expect(read[1]).toEqual({
    role: "assistant",
    parts: [
      { kind: "thinking", text: "Thinking.", signature: null },
      { kind: "text", text: "Hello", signature: { by: "gemini", value: "c2ln" } },
    ],
  });
});

test("Google's schemas become JSON Schema, and names of properties stay the client's", () => {
  const { request } = read({
    ...HELLO,
    generationConfig: {
      responseMimeType: "application/json",
      responseSchema: {
        type: "OBJECT",
        property_ordering: ["first_name", "tags"],
        properties: {
          first_name: { type: "STRING", nullable: true, min_length: "2" },
          tags: { type: "ARRAY", items: { type: "STRING", format: "enum", enum: ["a"] }, maxItems: "3" },
          either: { any_of: [{ type: "INTEGER" }, { type: "NUMBER", nullable: true, enum: [1] }] },
          nullable: { nullable: true, anyOf: [{ type: "BOOLEAN" }] },
        },
        required: ["first_name"],
      },
    },
  });
  expect(request.format).toEqual({
    kind: "schema",
    name: null,
    strict: "always",
    description: null,
    schema: {
      type: "object",
      properties: {
        first_name: { type: ["string", "null"], minLength: 2 },
        tags: { type: "array", items: { type: "string", enum: ["a"] }, maxItems: 3 },
        either: { anyOf: [{ type: "integer" }, { type: ["number", "null"], enum: [1, null] }] },
        nullable: { anyOf: [{ anyOf: [{ type: "boolean" }] }, { type: "null" }] },
      },
      required: ["first_name"],
    },
  });
});

test("a plain JSON Schema is passed on as it is written", () => {
  const schema = { type: "object", properties: { min_items: { type: "string" } }, $defs: {} };
  const { request } = read({
    ...HELLO,
    tools: [
      {
        functionDeclarations: [
          { name: "tell", description: "Tells.", parametersJsonSchema: schema },
          { name: "get", parameters: { type: "OBJECT" }, response: { type: "STRING" } },
        ],
      },
    ],
  });
  expect(request.tools).toEqual([
    { name: "tell", description: "Tells.", parameters: schema, strict: null },
    {
      name: "get",
      description: 'Returns JSON of this schema: {"type":"string"}',
      parameters: { type: "object" },
      strict: null,
    },
  ]);
});

test("modes of calling are choices; a choice among some of the functions is not carried over", () => {
  const tools = [{ functionDeclarations: [{ name: "a" }, { name: "b" }, { name: "c" }] }];
  const choose = (functionCallingConfig: Json) => {
    const { request, uncarried: left } = read({ ...HELLO, tools, toolConfig: { functionCallingConfig } });
    return [request.toolChoice, left];
  };
  expect(choose({ mode: "AUTO" })).toEqual([{ kind: "auto" }, []]);
  expect(choose({ mode: "VALIDATED" })).toEqual([{ kind: "auto" }, []]);
  expect(choose({ mode: "none" })).toEqual([{ kind: "none" }, []]);
  expect(choose({ mode: "ANY" })).toEqual([{ kind: "required" }, []]);
  expect(choose({ mode: "ANY", allowedFunctionNames: ["b"] })).toEqual([{ kind: "tool", name: "b" }, []]);
  expect(choose({ mode: "ANY", allowedFunctionNames: ["c", "b", "a"] })).toEqual([{ kind: "required" }, []]);
  expect(choose({ mode: "ANY", allowedFunctionNames: ["a", "b"] })).toEqual([
    { kind: "required" },
    ["toolConfig.functionCallingConfig.allowedFunctionNames"],
  ]);
});

test("thinking is a budget or a level", () => {
  const thinking = (thinkingConfig: Json) =>
    read({ ...HELLO, generationConfig: { thinkingConfig } }).request.thinking;
  expect(thinking({ thinkingBudget: 0 })).toEqual({ amount: { kind: "off" }, isShown: null });
  expect(thinking({ thinkingBudget: 512, includeThoughts: false })).toEqual({
    amount: { kind: "budget", tokens: 512 },
    isShown: false,
  });
  expect(thinking({ thinkingLevel: "LOW" })).toEqual({
    amount: { kind: "effort", effort: "low" },
    isShown: null,
  });
  expect(thinking({ thinkingLevel: "THINKING_LEVEL_UNSPECIFIED" })).toBeNull();
  expect(thinking({})).toBeNull();
});

test("what has no place in the neutral form is named as the client wrote it", () => {
  expect(
    uncarried({
      cached_content: "cachedContents/1",
      newMember: {},
      tools: [{ googleSearch: {} }, { code_execution: {}, functionDeclarations: [] }],
      safetySettings: [
        { category: "C", threshold: "OFF" },
        { category: "C", threshold: "BLOCK_LOW_AND_ABOVE" },
      ],
      generationConfig: {
        candidateCount: 2,
        responseModalities: ["TEXT", "IMAGE"],
        responseMimeType: "text/x.enum",
        responseLogprobs: true,
        speech_config: {},
      },
    }),
  ).toEqual([
    "tools[0].googleSearch",
    "tools[1].code_execution",
    "generationConfig.responseMimeType=text/x.enum",
    "generationConfig.candidateCount",
    "generationConfig.responseModalities",
    "generationConfig.responseLogprobs",
    "generationConfig.speech_config",
    "safetySettings[1].threshold=BLOCK_LOW_AND_ABOVE",
    "cached_content",
    "newMember",
  ]);
  const left = (part: Json, role = "user") =>
    uncarried({ contents: [...HELLO.contents, { role, parts: [part] }] });
  expect(left({ inlineData: { mimeType: "video/mp4", data: "aaaa" } })).toEqual([
    "contents[1].parts[0].inlineData.mimeType=video/mp4",
  ]);
  expect(left({ file_data: { mime_type: "image/png", file_uri: "gs://bucket/a" } })).toEqual([
    "contents[1].parts[0].file_data.file_uri",
  ]);
  const uploaded = "https://generativelanguage.googleapis.com/v1beta/files/x";
  expect(left({ fileData: { mimeType: "application/pdf", fileUri: uploaded } })).toEqual([
    "contents[1].parts[0].fileData.fileUri",
  ]);
  expect(left({ executableCode: { code: "1" } }, "model")).toEqual(["contents[1].parts[0].executableCode"]);
});

test("defaults, labels and hints are no reason to refuse", () => {
  expect(
    uncarried({
      labels: { team: "a" },
      store: true,
      serviceTier: "standard",
      cachedContent: null,
      safetySettings: [{ category: "C", threshold: "BLOCK_NONE" }],
      generationConfig: {
        candidateCount: 1,
        responseModalities: ["TEXT"],
        responseMimeType: "text/plain",
        responseLogprobs: false,
        frequencyPenalty: 0,
        mediaResolution: "MEDIA_RESOLUTION_LOW",
      },
      contents: [{ parts: [{ text: "Hi", partMetadata: { a: 1 }, mediaResolution: { level: "X" } }] }],
    }),
  ).toEqual([]);
});

test("names of no end are not repeated without end", () => {
  const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, at) => [`${"m".repeat(500)}${at}`, 1]));
  const named = uncarried(many);
  expect(named).toHaveLength(32);
  expect(named.every((one) => one.length <= 121)).toBe(true);
});

test("a member of the wrong type is refused by its name", () => {
  const refused: readonly (readonly [Json, string])[] = [
    [{}, "`contents` must be a list of contents with something in it."],
    [{ contents: "Hi" }, "`contents` must be a list."],
    [{ contents: [{ role: "assistant", parts: [] }] }, '`contents[0].role` must be "user" or "model".'],
    [{ contents: [{ parts: [{ text: 1 }] }] }, "`contents[0].parts[0].text` must be a string."],
    [
      { ...HELLO, generation_config: { max_output_tokens: 0 } },
      "`generation_config.max_output_tokens` must be a whole number, 1 or more.",
    ],
    [
      { ...HELLO, tools: [{ functionDeclarations: [{}] }] },
      "`tools[0].functionDeclarations[0].name` must be the function's name.",
    ],
    [
      { ...HELLO, generationConfig: { thinkingConfig: { thinkingLevel: "huge" } } },
      '`generationConfig.thinkingConfig.thinkingLevel` must be "minimal", "low", "medium" or "high".',
    ],
  ];
  for (const [body, sentence] of refused) expect(problem(body)).toStartWith(sentence);
});
