/** Requests of the responses API: what clients write, what it means, and what a provider is sent. */
import { expect, test } from "bun:test";
import type { Json } from "../../../server/protocols/json.ts";
import type { NeutralRequest, Part } from "../../../server/protocols/translation/form.ts";
import { responsesSpeaker } from "../../../server/protocols/translation/responses/speaker.ts";
import { BARE } from "./bare.ts";

const LINE = { model: null, stream: null };
const PNG = "iVBORw0KGgo=";

/** The request as it is read; throws where it is refused. */
function read(body: Json) {
  const outcome = responsesSpeaker.readRequest(body, LINE);
  if ("reason" in outcome) throw new Error(outcome.message);
  return outcome;
}

/** Why a request is refused, or what is not carried. */
function refused(body: Json): string {
  const outcome = responsesSpeaker.readRequest(body, LINE);
  return "reason" in outcome ? outcome.message : `carried, but for ${outcome.uncarried.join()}`;
}

function uncarried(body: Json): readonly string[] {
  return read({ model: "m", input: "Hi", ...body }).uncarried;
}

const PLAIN = read({ model: "m", input: "Hi" }).request;

function write(request: Partial<NeutralRequest>, model = "gpt-5.1") {
  return responsesSpeaker.writeRequest({ ...PLAIN, ...request }, { model, maxOutput: 1000 });
}

test("a text is what the user says, and nothing else is said", () => {
  expect(PLAIN).toEqual({
    ...BARE,
    model: "m",
    stream: false,
    system: [],
    turns: [{ role: "user", parts: [{ kind: "text", text: "Hi" }] }],
  });
});

test("an agent's whole conversation comes through, and back to a provider as it was", () => {
  const parameters = { type: "object", properties: { city: { type: "string" } }, required: ["city"] };
  const body = {
    // One that takes a temperature although it thinks.
    model: "grok-4",
    instructions: "Be brief.",
    stream: true,
    input: [
      {
        type: "message",
        role: "user",
        content: [
          { type: "input_text", text: "What is this?" },
          { type: "input_image", image_url: `data:image/png;base64,${PNG}`, detail: "low" },
          { type: "input_image", image_url: "https://example.com/a.png", detail: "auto" },
          { type: "input_file", filename: "a.pdf", file_data: "data:application/pdf;base64,JVBERi0=" },
          { type: "input_file", file_url: "https://example.com/b.pdf" },
        ],
      },
      { type: "reasoning", summary: [{ type: "summary_text", text: "Hm." }], encrypted_content: "gAAAA" },
      { type: "message", role: "assistant", content: [{ type: "output_text", text: "I look." }] },
      { type: "function_call", call_id: "call_1", name: "weather", arguments: '{"city":"Bern"}' },
      { type: "function_call", call_id: "call_2", name: "weather", arguments: "{}" },
      { type: "function_call_output", call_id: "call_1", output: "Rain" },
      {
        type: "function_call_output",
        call_id: "call_2",
        output: [
          { type: "input_text", text: "See" },
          { type: "input_image", image_url: "https://example.com/c.png", detail: "auto" },
        ],
      },
      { type: "message", role: "system", content: [{ type: "input_text", text: "Be kind." }] },
    ],
    tools: [{ type: "function", name: "weather", description: "Tells it", parameters, strict: true }],
    tool_choice: { type: "function", name: "weather" },
    parallel_tool_calls: false,
    max_output_tokens: 500,
    temperature: 0.5,
    top_p: 0.9,
    text: { format: { type: "json_schema", name: "answer", schema: parameters, strict: true } },
    reasoning: { effort: "high", summary: "auto" },
    include: ["reasoning.encrypted_content"],
    safety_identifier: "user-1",
    store: false,
  };
  const { request, uncarried } = read(body);
  expect(uncarried).toEqual([]);
  expect(request.turns.map(({ role, parts }) => [role, ...parts.map(({ kind }) => kind)])).toEqual([
    ["user", "text", "image", "image", "document", "document"],
    ["assistant", "thinking", "text", "tool-call", "tool-call"],
    ["user", "tool-result", "tool-result"],
    ["system", "text"],
  ]);
  expect(request.turns[1]?.parts[0]).toEqual({
    kind: "thinking",
    text: "Hm.",
    signature: { by: "openai-responses", value: "gAAAA" },
  });
  expect(request.turns[2]?.parts[0]).toMatchObject({ id: "call_1", name: "weather", isError: false });
  expect(write(request, "grok-4")).toEqual({ body, uncarried: [] });
});

test("instructions before the conversation are the system prompt, whoever gives them", () => {
  const { request } = read({
    model: "m",
    instructions: "One.",
    input: [
      { role: "developer", content: "Two." },
      { role: "system", content: [{ type: "input_text", text: "Three." }] },
      { role: "user", content: "Hi" },
      { role: "developer", content: "Four." },
    ],
  });
  expect(request.system.map(({ text }) => text)).toEqual(["One.", "Two.", "Three."]);
  expect(request.turns.at(-1)).toEqual({ role: "system", parts: [{ kind: "text", text: "Four." }] });
});

test("results stand before what else the user says, and know their tool", () => {
  const { request } = read({
    model: "m",
    input: [
      { type: "function_call", call_id: "c", name: "f", arguments: "" },
      { role: "user", content: "Wait." },
      { type: "function_call_output", call_id: "c", output: "" },
      { type: "function_call_output", call_id: "gone", output: "x" },
    ],
  });
  expect(request.turns.map(({ parts }) => parts)).toEqual([
    [{ kind: "tool-call", id: "c", name: "f", arguments: "{}" }],
    [
      { kind: "tool-result", id: "c", name: "f", content: [], isError: false },
      {
        kind: "tool-result",
        id: "gone",
        name: null,
        content: [{ kind: "text", text: "x" }],
        isError: false,
      },
      { kind: "text", text: "Wait." },
    ],
  ]);
});

test("a text file is a text, and marks of a cache are kept", () => {
  const file = {
    type: "input_file",
    filename: "a.csv",
    file_data: `data:text/csv;base64,${Buffer.from("ä,b").toString("base64")}`,
  };
  const marked = { type: "input_text", text: "x", prompt_cache_breakpoint: { mode: "explicit", ttl: "12h" } };
  const { request } = read({ model: "m", input: [{ role: "user", content: [file, marked] }] });
  expect(request.turns[0]?.parts).toEqual([
    { kind: "document", source: { kind: "text", text: "ä,b" }, name: "a.csv" },
    { kind: "text", text: "x", cache: "hour" },
  ]);
});

test("what the gateway cannot know, and what runs at OpenAI, is named by its path", () => {
  expect(uncarried({ previous_response_id: "resp_1" })).toEqual(["previous_response_id"]);
  expect(read({ model: "m", prompt: { id: "pmpt_1" } }).uncarried).toEqual(["prompt"]);
  expect(uncarried({ conversation: "conv_1", background: true })).toEqual(["conversation", "background"]);
  expect(
    uncarried({ tools: [{ type: "web_search" }, { type: "function", name: "f", parameters: null }] }),
  ).toEqual(["tools[0].type=web_search"]);
  expect(uncarried({ tool_choice: { type: "mcp", server_label: "x" } })).toEqual(["tool_choice.type=mcp"]);
  expect(uncarried({ input: [{ id: "msg_1" }, { type: "web_search_call", id: "ws_1" }] })).toEqual([
    "input[0].type=item_reference",
    "input[1].type=web_search_call",
  ]);
  const audio = { type: "input_audio", input_audio: { data: "AA==", format: "wav" } };
  expect(uncarried({ input: [{ role: "user", content: [audio] }] })).toEqual([
    "input[0].content[0].type=input_audio",
  ]);
  const file = { type: "input_image", file_id: "file_1" };
  expect(uncarried({ input: [{ role: "user", content: [file] }] })).toEqual(["input[0].content[0].file_id"]);
  expect(uncarried({ text: { verbosity: "low" }, reasoning: { effort: "huge" } })).toEqual([
    "text.verbosity",
    "reasoning.effort=huge",
  ]);
  expect(uncarried({ include: ["message.output_text.logprobs"], top_logprobs: 3 })).toEqual([
    "top_logprobs",
    "include[0]=message.output_text.logprobs",
  ]);
  expect(uncarried({ service_tier: "flex", truncation: "auto", invented: {} })).toEqual([
    "service_tier",
    "truncation",
    "invented",
  ]);
});

test("labels, hints and defaults are nothing to carry", () => {
  expect(
    uncarried({
      metadata: { a: "b" },
      store: true,
      user: "u",
      prompt_cache_key: "k",
      prompt_cache_retention: "24h",
      prompt_cache_options: { ttl: "30m" },
      include: ["reasoning.encrypted_content", "web_search_call.results"],
      stream_options: { include_obfuscation: false },
      service_tier: "auto",
      truncation: "disabled",
      background: false,
      top_logprobs: 0,
      text: { format: { type: "text" }, verbosity: "medium" },
      reasoning: { effort: null, summary: null },
      temperature: null,
      previous_response_id: null,
      tools: [],
      context_management: [],
    }),
  ).toEqual([]);
});

test("a request that makes no sense is refused with a sentence that names the member", () => {
  expect(refused({ model: "m" })).toContain("`input` must be");
  expect(refused({ model: 7, input: "Hi" })).toContain("`model` must be a string");
  expect(refused({ model: "m", input: ["Hi"] })).toContain("`input[0]` must be an object");
  expect(refused({ model: "m", input: [{ role: "wizard", content: "Hi" }] })).toContain("`input[0].role`");
  expect(refused({ model: "m", input: [{ role: "user", content: 7 }] })).toContain("`input[0].content`");
  expect(refused({ model: "m", input: "Hi", max_output_tokens: 0 })).toContain("`max_output_tokens`");
  expect(refused({ model: "m", input: "Hi", temperature: "hot" })).toContain(
    "`temperature` must be a number",
  );
  expect(refused({ model: "m", input: [{ type: "function_call", name: "f" }] })).toContain(
    "`input[0].call_id`",
  );
  expect(refused({ model: "m", input: "Hi", tools: [{ type: "function" }] })).toContain("`tools[0].name`");
  expect(refused({ model: "m", input: "Hi", text: { format: { type: "json_schema" } } })).toContain(
    "`text.format.schema`",
  );
});

test("each result of a long conversation finds its call", () => {
  const input = Array.from({ length: 2_000 }, (_, at) => [
    { type: "function_call", call_id: `c${at}`, name: `f${at}`, arguments: "{}" },
    { type: "function_call_output", call_id: `c${at}`, output: "x" },
  ]).flat();
  const { turns } = read({ model: "m", input }).request;
  expect(turns).toHaveLength(4_000);
  expect(turns.at(-1)?.parts).toMatchObject([{ kind: "tool-result", id: "c1999", name: "f1999" }]);
});

test("what the format has no place for is left out and named", () => {
  const { body, uncarried } = write({
    topK: 5,
    seed: 1,
    frequencyPenalty: 0.5,
    presencePenalty: 0.5,
    stop: ["END"],
    maxTokens: 1,
    temperature: 2.5,
    turns: [
      {
        role: "user",
        parts: [{ kind: "audio", source: { kind: "base64", mediaType: "audio/wav", data: "AA==" } }],
      },
    ],
  });
  expect(uncarried.toSorted()).toEqual(
    [
      ...(["audio", "frequencyPenalty", "presencePenalty", "seed", "stop"] as const),
      ...(["temperature", "topK"] as const),
    ].toSorted(),
  );
  expect(body).toEqual({ model: "gpt-5.1", input: [], max_output_tokens: 16, store: false });
});

test("another provider's thinking is left out, its signatures too, and ids are made to fit", () => {
  const foreign = { by: "gemini" as const, value: "c2ln" };
  const parts: readonly Part[] = [
    { kind: "thinking", text: "Hm.", signature: foreign },
    { kind: "thinking", text: "Hm.", signature: null },
    { kind: "text", text: "So.", signature: foreign },
    { kind: "tool-call", id: "a.b:c", name: "f", arguments: "{}", signature: foreign },
  ];
  const results: readonly Part[] = [
    { kind: "tool-result", id: "a.b:c", name: "f", content: [], isError: true },
    { kind: "tool-result", id: "d", name: "f", content: [{ kind: "text", text: "no" }], isError: true },
  ];
  const { body, uncarried } = write({
    turns: [
      { role: "assistant", parts },
      { role: "user", parts: results },
    ],
  });
  expect(uncarried).toEqual([]);
  const [message, call, failed, told, ...more] = body.input as readonly Json[];
  expect(message).toEqual({
    type: "message",
    role: "assistant",
    content: [{ type: "output_text", text: "So." }],
  });
  expect(call?.call_id).toMatch(/^[\w-]{1,40}$/);
  expect(failed).toMatchObject({ call_id: call?.call_id, output: "Error: the tool failed." });
  expect(told).toMatchObject({ call_id: "d", output: "Error: no" });
  expect(more).toEqual([]);
});

test("thinking is asked for in words, and its cipher with it", () => {
  const thinking = (
    amount: NonNullable<NeutralRequest["thinking"]>["amount"],
    isShown: boolean | null = null,
  ) => write({ thinking: { amount, isShown } }).body;
  const include = ["reasoning.encrypted_content"];
  expect(thinking({ kind: "budget", tokens: 5_000 })).toMatchObject({
    reasoning: { effort: "medium" },
    include,
  });
  expect(thinking({ kind: "adaptive" }, true)).toMatchObject({ reasoning: { summary: "auto" }, include });
  expect(thinking({ kind: "off" })).toMatchObject({ reasoning: { effort: "none" } });
  expect(thinking({ kind: "off" })).not.toHaveProperty("include");
  const plain = write({ thinking: { amount: { kind: "off" }, isShown: null } }, "gpt-4o-mini").body;
  expect(plain).not.toHaveProperty("reasoning");
});

test("functions are not strict here unless they are elsewhere, and schemas get a name", () => {
  const { body } = write({
    tools: [{ name: "f", description: null, parameters: null, strict: null }],
    format: { kind: "schema", name: null, schema: { type: "object" }, strict: null, description: null },
  });
  expect(body.tools).toEqual([{ type: "function", name: "f", parameters: null, strict: false }]);
  expect(body.text).toEqual({ format: { type: "json_schema", name: "answer", schema: { type: "object" } } });
});

test("several texts of a system prompt stay apart, and long labels of users stay out", () => {
  const { body } = write({
    system: [
      { kind: "text", text: "One." },
      { kind: "text", text: "Two." },
    ],
    user: "u".repeat(65),
  });
  expect(body).not.toHaveProperty("instructions");
  expect(body).not.toHaveProperty("safety_identifier");
  expect((body.input as readonly Json[])[0]).toEqual({
    type: "message",
    role: "system",
    content: [
      { type: "input_text", text: "One." },
      { type: "input_text", text: "Two." },
    ],
  });
});
