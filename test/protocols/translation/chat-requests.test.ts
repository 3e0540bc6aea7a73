/** Requests for chat completions as they are documented: what they mean, and how they are said again. */
import { describe, expect, test } from "bun:test";
import type { Json } from "../../../server/protocols/json.ts";
import { chatSpeaker } from "../../../server/protocols/translation/chat/speaker.ts";
import type { NeutralRequest, Part } from "../../../server/protocols/translation/form.ts";

const LINE = { model: null, stream: null };
const TARGET = { model: "model-a", maxOutput: 4_096 };

function read(body: Json): { readonly request: NeutralRequest; readonly uncarried: readonly string[] } {
  const told = chatSpeaker.readRequest(body, LINE);
  if ("reason" in told) throw new Error(told.message);
  return told;
}

function refused(body: Json): string {
  const told = chatSpeaker.readRequest({ model: "m", messages: [], ...body }, LINE);
  if (!("reason" in told)) throw new Error("it was not refused");
  expect(told.reason).toBe("invalid_request");
  return told.message;
}

function asking(members: Json): Json {
  return { model: "gpt-4o", messages: [{ role: "user", content: "Hi" }], ...members };
}

function written(request: NeutralRequest): Json {
  return chatSpeaker.writeRequest(request, TARGET).body;
}

/** What a provider is sent of one assistant's turn. */
function sentBack(parts: readonly Part[]): unknown {
  const { request } = read(asking({}));
  const { messages } = written({ ...request, turns: [{ role: "assistant", parts }] });
  return messages;
}

const PIXEL = "data:image/png;base64,iVBORw0KGgo=";
const PDF = "data:application/pdf;base64,JVBERi0=";
const WEATHER = {
  type: "function",
  function: {
    name: "get_weather",
    description: "Weather of a city.",
    parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
    strict: true,
  },
};

/** All that the format has a place for, as a client writes it that writes nothing needlessly. */
const WHOLE = {
  model: "model-a",
  messages: [
    { role: "system", content: "Be brief." },
    {
      role: "user",
      content: [
        { type: "text", text: "What is this?" },
        { type: "image_url", image_url: { url: PIXEL, detail: "high" } },
        { type: "image_url", image_url: { url: "https://example.com/a.png" } },
        { type: "file", file: { filename: "a.pdf", file_data: PDF } },
        { type: "input_audio", input_audio: { data: "UklGRg==", format: "wav" } },
      ],
    },
    {
      role: "assistant",
      content: "Looking.",
      tool_calls: [
        { id: "call_1", type: "function", function: { name: "get_weather", arguments: '{"city":"Bern"}' } },
        { id: "call_2", type: "function", function: { name: "get_weather", arguments: '{"city":"Rom"}' } },
      ],
    },
    { role: "tool", tool_call_id: "call_1", content: "12 °C" },
    { role: "tool", tool_call_id: "call_2", content: "" },
    { role: "user", content: "And?" },
    { role: "system", content: "In French." },
  ],
  max_tokens: 500,
  temperature: 0.2,
  top_p: 0.9,
  seed: 7,
  frequency_penalty: 0.5,
  presence_penalty: -0.5,
  stop: ["END"],
  tools: [WEATHER],
  tool_choice: { type: "function", function: { name: "get_weather" } },
  parallel_tool_calls: false,
  response_format: {
    type: "json_schema",
    json_schema: { name: "answer", schema: { type: "object" }, strict: true },
  },
  reasoning_effort: "low",
  user: "user-1",
  stream: true,
  stream_options: { include_usage: true },
};

describe("a request with everything", () => {
  test("is said again as it was", () => {
    const { request, uncarried } = read(WHOLE);
    expect(uncarried).toEqual([]);
    expect(written(request)).toEqual(WHOLE);
  });

  test("has its results in the user's turn, named after their calls", () => {
    const { turns, system } = read(WHOLE).request;
    expect(system).toEqual([{ kind: "text", text: "Be brief." }]);
    expect(turns.map(({ role }) => role)).toEqual(["user", "assistant", "user", "system"]);
    expect(turns[2]?.parts).toEqual([
      {
        kind: "tool-result",
        id: "call_1",
        name: "get_weather",
        content: [{ kind: "text", text: "12 °C" }],
        isError: false,
      },
      { kind: "tool-result", id: "call_2", name: "get_weather", content: [], isError: false },
      { kind: "text", text: "And?" },
    ]);
  });

  test("names its ceiling as the model takes it", () => {
    const { request } = read(WHOLE);
    const { body } = chatSpeaker.writeRequest(request, { ...TARGET, model: "gpt-5-mini" });
    expect(body.max_completion_tokens).toBe(500);
    expect(body).not.toHaveProperty("max_tokens");
  });
});

describe("what a client writes besides", () => {
  test("says nothing where it is null, a default or a label", () => {
    const silent = {
      n: 1,
      logprobs: false,
      frequency_penalty: 0,
      service_tier: "auto",
      verbosity: "medium",
      logit_bias: {},
      modalities: ["text"],
      audio: null,
      metadata: { a: "b" },
      store: true,
      prompt_cache_key: "k",
      safety_identifier: "s",
      response_format: { type: "text" },
      stream_options: { include_obfuscation: false },
      tool_choice: "auto",
    };
    expect(read(asking(silent))).toEqual(read(asking({})));
  });

  test("is named by its path where it has no place", () => {
    const { uncarried } = read({
      model: "m",
      messages: [
        {
          role: "user",
          name: "Ann",
          content: [{ type: "video_url", video_url: { url: "https://e.com/v" } }],
        },
        { role: "assistant", content: "a", audio: { id: "audio_1" }, annotations: [], function_call: null },
        { role: "user", content: [{ type: "file", file: { file_id: "file-1" } }] },
        { role: "system", content: [{ type: "image_url", image_url: { url: PIXEL } }] },
        { role: "function", name: "f", content: "x" },
      ],
      n: 2,
      logit_bias: { "50256": -100 },
      tools: [{ type: "web_search" }, WEATHER, { type: "custom", custom: { name: "sql" } }],
      tool_choice: { type: "allowed_tools", allowed_tools: { mode: "auto", tools: [] } },
      web_search_options: {},
      stream_options: { more: true },
      min_p: 0.1,
    });
    expect(uncarried.toSorted()).toEqual([
      "logit_bias",
      "messages[0].content[0].type=video_url",
      "messages[0].name",
      "messages[1].audio",
      "messages[2].content[0].file.file_id",
      "messages[3].content[0].type=image_url",
      "messages[4].role=function",
      "min_p",
      "n",
      "stream_options.more",
      "tool_choice.type=allowed_tools",
      "tools[0].type=web_search",
      "tools[2].type=custom",
      "web_search_options",
    ]);
  });

  test("is refused where it makes no sense, naming the member", () => {
    expect(refused({ messages: "hello" })).toContain("`messages` must be a list");
    expect(refused({ messages: [{ role: "robot", content: "a" }] })).toContain("messages[0].role");
    expect(refused({ messages: [{ role: "tool", content: "a" }] })).toContain("messages[0].tool_call_id");
    expect(refused({ messages: [{ role: "user", content: [{ text: "a" }] }] })).toContain(
      "messages[0].content[0].type",
    );
    expect(refused({ temperature: "hot" })).toContain("`temperature` must be a number");
    expect(refused({ max_tokens: 0 })).toContain("`max_tokens` must be a whole number, 1 or more");
    expect(refused({ stop: [1] })).toContain("`stop` must be");
    expect(refused({ stream: "yes" })).toContain("`stream` must be true or false");
    expect(refused({ reasoning_effort: "huge" })).toContain("`reasoning_effort` must be none");
    expect(refused({ tools: [{ type: "function", function: {} }] })).toContain("tools[0].function.name");
    expect(refused({ response_format: { type: "json_schema" } })).toContain("response_format.json_schema");
  });

  test("is bounded where it is named", () => {
    const many = Object.fromEntries(
      Array.from({ length: 10_000 }, (_, at) => [`${at}${"x".repeat(500)}`, 1]),
    );
    const { uncarried } = read(asking(many));
    expect(uncarried.length).toBe(32);
    expect(uncarried.every(({ length }) => length < 130)).toBe(true);
  });
});

describe("hints and hosts' own words", () => {
  test("marks of a cache are read, from OpenAI's member and from Anthropic's, and are not sent on", () => {
    const content = [
      { type: "text", text: "a", cache_control: { type: "ephemeral" } },
      { type: "text", text: "b", prompt_cache_breakpoint: { mode: "explicit", ttl: "12h" } },
    ];
    const { request, uncarried } = read(asking({ messages: [{ role: "user", content }] }));
    expect(uncarried).toEqual([]);
    expect(request.turns[0]?.parts).toEqual([
      { kind: "text", text: "a", cache: "short" },
      { kind: "text", text: "b", cache: "hour" },
    ]);
    expect(JSON.stringify(written(request))).not.toContain("cache");
  });

  test("each host's switch for thinking is understood", () => {
    const amountOf = (members: Json) => read(asking(members)).request.thinking;
    expect(amountOf({})).toBeNull();
    expect(amountOf({ reasoning_effort: "none" })).toEqual({ amount: { kind: "off" }, isShown: null });
    expect(amountOf({ reasoning: { max_tokens: 2_000, exclude: true } })).toEqual({
      amount: { kind: "budget", tokens: 2_000 },
      isShown: false,
    });
    expect(amountOf({ thinking: { type: "disabled" } })?.amount.kind).toBe("off");
    expect(amountOf({ thinking: { type: "enabled", budget_tokens: 1_024 } })?.amount).toEqual({
      kind: "budget",
      tokens: 1_024,
    });
    const google = { thinking_config: { thinking_budget: -1, include_thoughts: true } };
    expect(amountOf({ extra_body: { google } })).toEqual({ amount: { kind: "adaptive" }, isShown: true });
    expect(amountOf({ google: { thinking_config: { thinking_level: "HIGH" } } })?.amount).toEqual({
      kind: "effort",
      effort: "high",
    });
  });

  test("a budget becomes the effort that comes nearest, and what the model finds right is left to it", () => {
    const { request } = read(asking({}));
    const effortFor = (amount: NonNullable<NeutralRequest["thinking"]>["amount"]) =>
      chatSpeaker.writeRequest(
        { ...request, thinking: { amount, isShown: true } },
        { ...TARGET, model: "gpt-5.1" },
      ).body.reasoning_effort;
    expect(effortFor({ kind: "budget", tokens: 8_000 })).toBe("medium");
    expect(effortFor({ kind: "adaptive" })).toBeUndefined();
    expect(effortFor({ kind: "off" })).toBe("none");
  });

  test("a text in a file is a text document, and is said as text", () => {
    const data = `data:text/plain;base64,${Buffer.from("Grüezi").toString("base64")}`;
    const content = [{ type: "file", file: { filename: "a.txt", file_data: data } }];
    const { request } = read(asking({ messages: [{ role: "user", content }] }));
    expect(request.turns[0]?.parts).toEqual([
      { kind: "document", source: { kind: "text", text: "Grüezi" }, name: "a.txt" },
    ]);
    expect(written(request).messages).toEqual([{ role: "user", content: "a.txt:\nGrüezi" }]);
  });
});

describe("what a provider is not sent", () => {
  test("is named: a fifth stop sequence, top_k, a document by its address, an image from a tool", () => {
    const { request } = read(asking({}));
    const url = { kind: "url", url: "https://e.com/a.pdf", mediaType: null } as const;
    const image = { kind: "image", source: url } as const;
    const { body, uncarried } = chatSpeaker.writeRequest(
      {
        ...request,
        topK: 5,
        stop: ["1", "2", "3", "4", "5"],
        turns: [
          {
            role: "user",
            parts: [
              { kind: "tool-result", id: "c", name: null, content: [image], isError: false },
              { kind: "document", source: url, name: null },
            ],
          },
        ],
      },
      TARGET,
    );
    expect(uncarried.toSorted()).toEqual(["document", "stop", "tool-result", "topK"]);
    expect(body).toEqual({ model: "model-a", messages: [{ role: "tool", tool_call_id: "c", content: "" }] });
    expect(uncarried.map((feature) => chatSpeaker.memberOf(feature))).toContain("top_k");
  });

  test("thinking goes back to where it came from, and nowhere else", () => {
    const said = { kind: "text", text: "4" } as const;
    const thought = (by: "openai-chat" | "gemini", value: string) =>
      ({ kind: "thinking", text: "2+2", signature: { by, value } }) as const;
    expect(sentBack([thought("openai-chat", "reasoning_content"), said])).toEqual([
      { role: "assistant", reasoning_content: "2+2", content: "4" },
    ]);
    expect(sentBack([thought("openai-chat", "thinking"), said])).toEqual([
      {
        role: "assistant",
        content: [
          { type: "thinking", thinking: [{ type: "text", text: "2+2" }] },
          { type: "text", text: "4" },
        ],
      },
    ]);
    expect(
      sentBack([thought("openai-chat", '{"type":"reasoning.text","signature":"s","format":"f"}'), said]),
    ).toEqual([
      {
        role: "assistant",
        reasoning_details: [{ type: "reasoning.text", signature: "s", format: "f", text: "2+2", index: 0 }],
        content: "4",
      },
    ]);
    const plain = [{ role: "assistant", content: "4" }];
    expect(sentBack([thought("gemini", "s"), said])).toEqual(plain);
    expect(sentBack([{ kind: "thinking", text: "2+2", signature: null }, said])).toEqual(plain);
    expect(sentBack([thought("gemini", "s")])).toEqual([]);
  });

  test("a signature on a call goes back to Google's compatible endpoint, and no other's does", () => {
    const call = { kind: "tool-call", id: "c", name: "f", arguments: "{}" } as const;
    const sent = { id: "c", type: "function", function: { name: "f", arguments: "{}" } };
    const extra_content = { google: { thought_signature: "s" } };
    expect(sentBack([{ ...call, signature: { by: "openai-chat", value: "s" } }])).toEqual([
      { role: "assistant", content: null, tool_calls: [{ ...sent, extra_content }] },
    ]);
    expect(sentBack([{ ...call, signature: { by: "gemini", value: "s" } }])).toEqual([
      { role: "assistant", content: null, tool_calls: [sent] },
    ]);
  });

  test("ids are such as every provider takes, alike on the call and on its result", () => {
    const id = "functions.get weather:0/ü";
    const { request } = read({
      model: "m",
      messages: [
        { role: "assistant", tool_calls: [{ id, type: "function", function: { name: "f", arguments: "" } }] },
        { role: "tool", tool_call_id: id, content: "x" },
      ],
    });
    const [call, result] = (written(request).messages ?? []) as [
      { tool_calls: [{ id: string }] },
      { tool_call_id: string },
    ];
    expect(call.tool_calls[0].id).toMatch(/^[\w-]{1,40}$/);
    expect(result.tool_call_id).toBe(call.tool_calls[0].id);
  });

  test("a result that is an error says so in its text", () => {
    const { request } = read(asking({}));
    const content = [{ kind: "text", text: "no such city" }] as const;
    const result = { kind: "tool-result", id: "c", name: null, content, isError: true } as const;
    expect(written({ ...request, turns: [{ role: "user", parts: [result] }] }).messages).toEqual([
      { role: "tool", tool_call_id: "c", content: "Error: no such city" },
    ]);
  });
});
