/** Answers of OpenAI and of compatible hosts: what they mean, whole, streamed, broken off and as errors. */
import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Json, objectOf, parseJson } from "../../../server/protocols/json.ts";
import { readSseEvent } from "../../../server/protocols/sse.ts";
import { chatSpeaker } from "../../../server/protocols/translation/chat/speaker.ts";
import type { AnswerPart, NeutralEvent } from "../../../server/protocols/translation/form.ts";
import { errorBody } from "../../support/answers/errors.ts";
import { foldEvents } from "./events.ts";

const HEAD = { id: "c1", object: "chat.completion.chunk", created: 1_750_000_000, model: "m" };

function chunk(delta: Json, finish: string | null = null): Json {
  return { ...HEAD, choices: [{ index: 0, delta, finish_reason: finish }] };
}

/** The events of a stream of these chunks, with `[DONE]` unless it breaks off. */
function stream(chunks: readonly Json[], last: "done" | "cut" = "done"): readonly NeutralEvent[] {
  const reader = chatSpeaker.createStreamReader();
  return [
    ...chunks.flatMap((one) => reader.read(null, JSON.stringify(one))),
    ...(last === "done" ? reader.read(null, "[DONE]") : []),
    ...reader.end(),
  ];
}

function partsOf(deltas: readonly Json[], finish = "stop"): readonly AnswerPart[] | undefined {
  return foldEvents(stream([...deltas.map((delta) => chunk(delta)), chunk({}, finish)])).answer?.parts;
}

function wholeOf(message: Json, more: Json = {}) {
  return chatSpeaker.readAnswer({
    ...HEAD,
    choices: [{ index: 0, message, finish_reason: "stop" }],
    ...more,
  });
}

describe("recorded answers", () => {
  const fixtures = join(import.meta.dir, "../../conformance/fixtures");
  const recorded = ["openai", "mistral", "deepseek", "moonshot", "minimax", "zhipu", "baichuan"].flatMap(
    (host) =>
      readdirSync(join(fixtures, host)).map((file) => ({
        name: `${host}/${file}`,
        fixture: JSON.parse(readFileSync(join(fixtures, host, file), "utf8")),
      })),
  );
  const chats = recorded.filter(({ fixture }) => /chat\/?completion/.test(fixture.rest));

  for (const { name, fixture } of chats.filter(({ fixture }) => fixture.events && !fixture.expected.error)) {
    test(`the stream ${name} is an answer with the usage that is metered`, () => {
      const reader = chatSpeaker.createStreamReader();
      const events: NeutralEvent[] = [];
      for (const event of fixture.events) {
        readSseEvent(event, (name, data) => {
          events.push(...reader.read(name, data));
          return "more";
        });
      }
      events.push(...reader.end());
      const { answer, error } = foldEvents(events);
      expect(error).toBeNull();
      expect(answer?.usage?.inputTokens ?? null).toBe(fixture.expected.usage?.[0] ?? null);
      expect(answer?.usage?.outputTokens ?? null).toBe(fixture.expected.usage?.[1] ?? null);
    });
  }

  for (const { name, fixture } of chats.filter(({ fixture }) => fixture.expected.error)) {
    test(`the error ${name} is read as one`, () => {
      const event = fixture.events?.at(-1)?.replace(/^data: ?/, "");
      const body = event ?? (typeof fixture.body === "string" ? fixture.body : JSON.stringify(fixture.body));
      const parsed = parseJson(body);
      const { status, message } = chatSpeaker.readError(fixture.status, parsed);
      expect(status).toBeGreaterThanOrEqual(400);
      expect(message).not.toBe("");
      if (fixture.status < 400) expect(chatSpeaker.readAnswer(objectOf(parsed) ?? {})).toBeNull();
    });
  }
});

describe("calls of tools in a stream", () => {
  const first = { index: 0, id: "a", type: "function", function: { name: "f", arguments: "" } };
  const second = { index: 1, id: "b", type: "function", function: { name: "g", arguments: "" } };
  const args = (index: number, text: string) => ({ tool_calls: [{ index, function: { arguments: text } }] });

  test("one after the other end one after the other", () => {
    const events = stream([
      chunk({ role: "assistant", content: null }),
      chunk({ tool_calls: [first] }),
      chunk(args(0, '{"a":')),
      chunk(args(0, "1}")),
      chunk({ tool_calls: [second] }),
      chunk(args(1, "{}")),
      chunk({}, "tool_calls"),
    ]);
    expect(events.map((event) => ("index" in event ? `${event.kind} ${event.index}` : event.kind))).toEqual([
      "start",
      "part-start 0",
      "piece 0",
      "piece 0",
      "part-end 0",
      "part-start 1",
      "piece 1",
      "part-end 1",
      "finish",
      "end",
    ]);
  });

  test("side by side keep their pieces apart", () => {
    const deltas = [
      { tool_calls: [first] },
      { tool_calls: [second] },
      args(1, '{"b":2}'),
      args(0, '{"a":1}'),
    ];
    expect(partsOf(deltas, "tool_calls")).toEqual([
      { kind: "tool-call", id: "a", name: "f", arguments: '{"a":1}' },
      { kind: "tool-call", id: "b", name: "g", arguments: '{"b":2}' },
    ]);
  });

  test("all numbered alike, or not at all, are told apart by their ids", () => {
    const whole = (id: string, index?: number) => ({
      ...(index === undefined ? {} : { index }),
      id,
      function: { name: "f", arguments: "{}" },
    });
    for (const index of [0, undefined]) {
      const ids = partsOf([{ tool_calls: [whole("a", index)] }, { tool_calls: [whole("b", index)] }])?.map(
        (part) => (part.kind === "tool-call" ? part.id : null),
      );
      expect(ids).toEqual(["a", "b"]);
    }
  });

  test("a call without an id gets one that no other answer has", () => {
    const call = { function: { name: "f", arguments: { a: 1 } } };
    expect(wholeOf({ tool_calls: [call, { ...call, id: "x" }] })?.parts).toEqual([
      { kind: "tool-call", id: "call_c1_0", name: "f", arguments: '{"a":1}' },
      { kind: "tool-call", id: "x", name: "f", arguments: '{"a":1}' },
    ]);
  });

  test("a piece that comes late for a call that is over begins no other", () => {
    const deltas = [{ tool_calls: [first] }, args(0, "{}"), { tool_calls: [second] }, args(0, "")];
    expect(partsOf(deltas)?.length).toBe(2);
  });

  test("end in a call's finish also where the host says stop", () => {
    const answer = wholeOf({
      content: null,
      tool_calls: [{ ...first, function: { name: "f", arguments: "{}" } }],
    });
    expect(answer?.finish).toEqual({ kind: "tool-calls" });
  });

  test("carry Google's signature", () => {
    const extra_content = { google: { thought_signature: "c2ln" } };
    const call = { ...first, function: { name: "f", arguments: "{}" }, extra_content };
    expect(partsOf([{ tool_calls: [call] }])).toEqual([
      {
        kind: "tool-call",
        id: "a",
        name: "f",
        arguments: "{}",
        signature: { by: "openai-chat", value: "c2ln" },
      },
    ]);
  });
});

describe("thinking", () => {
  const text = { kind: "text", text: "4" };
  const thinking = (value: string) => ({
    kind: "thinking",
    text: "hm, 2+2",
    signature: { by: "openai-chat", value },
  });

  test("is found wherever a host shows it, and remembers where", () => {
    for (const place of ["reasoning_content", "reasoning"]) {
      const deltas = [{ [place]: "hm, " }, { [place]: "2+2" }, { content: "4" }];
      expect(partsOf(deltas)).toEqual([thinking(place), text] as AnswerPart[]);
    }
    const mistral = [
      { content: [{ type: "thinking", thinking: [{ type: "text", text: "hm, " }] }] },
      { content: [{ type: "thinking", thinking: [{ type: "text", text: "2+2" }] }] },
      { content: "4" },
    ];
    expect(partsOf(mistral)).toEqual([thinking("thinking"), text] as AnswerPart[]);
  });

  test("in details is told once, with all that its provider wants back", () => {
    const detail = (more: Json) => ({ type: "reasoning.text", format: "f-1", index: 0, ...more });
    const deltas = [
      { reasoning: "hm, ", reasoning_details: [detail({ text: "hm, ", signature: null })] },
      { reasoning: "2+2", reasoning_details: [detail({ text: "2+2" })] },
      { reasoning_details: [detail({ signature: "s" })] },
      { content: "4" },
    ];
    const value = '{"type":"reasoning.text","format":"f-1","signature":"s"}';
    expect(partsOf(deltas)).toEqual([thinking(value), text] as AnswerPart[]);
  });

  test("that is encrypted is a signature and nothing else", () => {
    const message = {
      content: "4",
      reasoning_details: [{ type: "reasoning.encrypted", data: "x", index: 0 }],
    };
    expect(wholeOf(message)?.parts).toEqual([
      {
        kind: "thinking",
        text: "",
        isRedacted: true,
        signature: { by: "openai-chat", value: '{"type":"reasoning.encrypted","data":"x"}' },
      },
      { kind: "text", text: "4" },
    ]);
  });
});

describe("a stream", () => {
  test("without [DONE] ends with its body once it has finished", () => {
    const events = stream([chunk({ content: "a" }), chunk({}, "length")], "cut");
    expect(foldEvents(events).answer?.finish).toEqual({ kind: "length" });
  });

  test("that breaks off has neither finish nor end", () => {
    const events = stream([chunk({ content: "a" })], "cut");
    expect(events.map(({ kind }) => kind)).toEqual(["start", "part-start", "piece"]);
  });

  test("that turns into an error ends with it", () => {
    const error = { code: 429, message: "Slow down." };
    const events = stream([
      chunk({ content: "a" }),
      { ...chunk({}, "error"), error },
      chunk({ content: "b" }),
    ]);
    expect(events.at(-1)).toEqual({
      kind: "error",
      error: { status: 429, message: "Slow down.", code: "429" },
    });
    expect(events.filter(({ kind }) => kind === "piece").length).toBe(1);
  });

  test("begins with the chunk that says something: a filter's verdict on the prompt is none", () => {
    const verdict = { id: "", model: "", choices: [], prompt_filter_results: [] };
    expect(stream([verdict, chunk({ content: "a" })])[0]).toEqual({
      kind: "start",
      id: "c1",
      model: "m",
      created: 1_750_000_000_000,
    });
  });

  test("tells usage wherever a host puts it", () => {
    const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 };
    const places = [
      { ...HEAD, choices: [], usage },
      { ...HEAD, choices: [], x_groq: { usage } },
      { ...HEAD, choices: [{ index: 0, delta: {}, usage }] },
    ];
    for (const place of places) {
      const { answer } = foldEvents(stream([chunk({ content: "a" }), chunk({}, "stop"), place]));
      expect(answer?.usage).toMatchObject({ inputTokens: 3, outputTokens: 2, cachedTokens: null });
    }
  });

  test("of several choices is the first one's", () => {
    const other = { ...HEAD, choices: [{ index: 1, delta: { content: "b" }, finish_reason: "stop" }] };
    const events = stream([chunk({ content: "a" }), other, chunk({}, "length")]);
    expect(foldEvents(events).answer?.parts).toEqual([{ kind: "text", text: "a" }]);
  });
});

describe("an answer", () => {
  test("in which the model declines is filtered", () => {
    expect(wholeOf({ content: null, refusal: "I cannot." })).toMatchObject({
      parts: [{ kind: "refusal", text: "I cannot." }],
      finish: { kind: "filtered" },
      usage: null,
    });
  });

  test("that is none is null", () => {
    expect(chatSpeaker.readAnswer({})).toBeNull();
    expect(chatSpeaker.readAnswer({ choices: [] })).toBeNull();
    expect(chatSpeaker.readAnswer({ base_resp: { status_code: 1008, status_msg: "no balance" } })).toBeNull();
  });
});

describe("an error", () => {
  test("is found in every host's shape", () => {
    for (const shape of ["openai", "anthropic", "gemini", "cohere", "mistral", "minimax"] as const) {
      const { message, status } = chatSpeaker.readError(400, errorBody(shape, 400, "No such model."));
      expect([message, status]).toEqual(["No such model.", 400]);
    }
    expect(chatSpeaker.readError(400, [errorBody("gemini", 400, "In a list.")]).message).toBe("In a list.");
    expect(chatSpeaker.readError(422, { detail: [{ msg: "field required", loc: [] }] }).message).toBe(
      "field required",
    );
    expect(chatSpeaker.readError(400, { error: "Just text." }).message).toBe("Just text.");
  });

  test("inside a 200 has the status that it would have had", () => {
    const base_resp = { status_code: 1002, status_msg: "rate limit" };
    expect(chatSpeaker.readError(200, { base_resp })).toEqual({
      status: 429,
      message: "rate limit",
      code: "1002",
    });
    expect(chatSpeaker.readError(200, { error: { type: "overloaded_error", message: "o" } }).status).toBe(
      503,
    );
    expect(chatSpeaker.readError(200, { error: { message: "?" } }).status).toBe(502);
  });

  test("that says nothing gets a sentence, and one that says too much is cut", () => {
    expect(chatSpeaker.readError(503, undefined).message).toContain("503");
    expect(chatSpeaker.readError(500, { error: { message: "x".repeat(9_000) } }).message.length).toBe(2_000);
  });
});
