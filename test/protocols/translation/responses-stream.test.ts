/** Streams of the responses API as providers and hosts send them: with pieces missing, in odd orders, and broken. */
import { expect, test } from "bun:test";
import { responsesSpeaker } from "../../../server/protocols/translation/responses/speaker.ts";
import { foldEvents } from "./events.ts";
import { readAll } from "./responses-wire.ts";

const HEAD = { id: "resp_1", created_at: 1_760_000_000, model: "gpt-5.1" };
const CREATED = {
  type: "response.created",
  response: { ...HEAD, status: "in_progress", output: [], usage: null },
};
const COMPLETED = {
  type: "response.completed",
  response: {
    ...HEAD,
    status: "completed",
    output: [],
    usage: { input_tokens: 9, output_tokens: 4, output_tokens_details: { reasoning_tokens: 1 } },
  },
};

/** What a stream of these events amounts to. */
function partsOf(...events: readonly object[]) {
  return foldEvents(readAll([CREATED, ...events, COMPLETED])).answer?.parts;
}

test("a stream tells its head, its usage and its end", () => {
  const delta = { type: "response.output_text.delta", output_index: 0, content_index: 0, delta: "Hi" };
  expect(readAll([CREATED, delta, COMPLETED])).toEqual([
    { kind: "start", id: "resp_1", model: "gpt-5.1", created: 1_760_000_000_000 },
    { kind: "part-start", index: 0, part: { kind: "text" } },
    { kind: "piece", index: 0, text: "Hi" },
    { kind: "part-end", index: 0 },
    {
      kind: "usage",
      usage: {
        inputTokens: 9,
        outputTokens: 4,
        cachedTokens: null,
        cacheWriteTokens: null,
        reasoningTokens: 1,
      },
    },
    { kind: "finish", finish: { kind: "stop", sequence: null } },
    { kind: "end" },
  ]);
});

test("what no delta has told is taken from the item's end, and nothing is told twice", () => {
  const text = { type: "message", content: [{ type: "output_text", text: "Hello" }] };
  const call = { type: "function_call", call_id: "c", name: "f", arguments: '{"a":1}' };
  expect(
    partsOf(
      { type: "response.output_text.delta", output_index: 0, content_index: 0, delta: "Hel" },
      { type: "response.output_item.done", output_index: 0, item: text },
      { type: "response.output_item.done", output_index: 0, item: text },
      { type: "response.function_call_arguments.delta", output_index: 1, delta: '{"a"' },
      { type: "response.output_item.done", output_index: 1, item: call },
    ),
  ).toEqual([
    { kind: "text", text: "Hello" },
    { kind: "tool-call", id: "c", name: "f", arguments: '{"a":1}' },
  ]);
});

test("a host that streams nothing but the end tells all of it there", () => {
  const output = [
    { type: "reasoning", summary: [], encrypted_content: "gAAA" },
    { type: "message", content: [{ type: "output_text", text: "Hello" }] },
  ];
  const ended = { ...COMPLETED, response: { ...COMPLETED.response, output } };
  expect(foldEvents(readAll([ended])).answer).toMatchObject({
    id: "resp_1",
    parts: [
      { kind: "thinking", text: "", signature: { by: "openai-responses", value: "gAAA" } },
      { kind: "text", text: "Hello" },
    ],
    finish: { kind: "stop" },
  });
});

test("the paragraphs of a summary become one text, and the cipher its signature", () => {
  const delta = (summary_index: number, text: string) => ({
    type: "response.reasoning_summary_text.delta",
    output_index: 0,
    summary_index,
    delta: text,
  });
  const summary = [
    { type: "summary_text", text: "One." },
    { type: "summary_text", text: "Two." },
  ];
  const item = { type: "reasoning", summary, encrypted_content: "gAAA" };
  const signature = { by: "openai-responses" as const, value: "gAAA" };
  expect(
    partsOf(delta(0, "On"), delta(0, "e."), delta(1, "Two."), {
      type: "response.output_item.done",
      output_index: 0,
      item,
    }),
  ).toEqual([{ kind: "thinking", text: "One.\n\nTwo.", signature }]);
});

test("a host that shows the thinking itself and sums it up afterwards has thought once", () => {
  const item = {
    type: "reasoning",
    summary: [{ type: "summary_text", text: "Short." }],
    content: [{ type: "reasoning_text", text: "Long." }],
  };
  expect(
    partsOf(
      { type: "response.reasoning_text.delta", output_index: 0, content_index: 0, delta: "Lon" },
      { type: "response.reasoning_summary_text.delta", output_index: 0, summary_index: 0, delta: "Short." },
      { type: "response.output_item.done", output_index: 0, item },
    ),
  ).toEqual([{ kind: "thinking", text: "Long.", signature: null }]);
});

test("events that are not known, and what is no event, mean nothing", () => {
  const reader = responsesSpeaker.createStreamReader();
  expect(reader.read("keepalive", '{"type":"keepalive"}')).toEqual([]);
  expect(reader.read(null, "[DONE]")).toEqual([]);
  expect(reader.read(null, "{")).toEqual([]);
  expect(reader.read(null, '{"type":"response.web_search_call.searching","output_index":0}')).toEqual([]);
});

test("an event is known by its name where it has no type", () => {
  const reader = responsesSpeaker.createStreamReader();
  const [start] = reader.read("response.created", JSON.stringify({ response: HEAD }));
  expect(start).toMatchObject({ kind: "start", id: "resp_1" });
});

test("a stream that breaks off has no end, and nothing follows an end", () => {
  const reader = responsesSpeaker.createStreamReader();
  reader.read(null, JSON.stringify(CREATED));
  expect(reader.end()).toEqual([]);
  expect(reader.read(null, JSON.stringify(COMPLETED)).at(-1)).toEqual({ kind: "end" });
  expect(reader.read(null, JSON.stringify(COMPLETED))).toEqual([]);
  expect(reader.end()).toEqual([]);
});

test("a response that is cut short says by what", () => {
  const incomplete = (reason: string) => ({
    type: "response.incomplete",
    response: { ...HEAD, status: "incomplete", incomplete_details: { reason } },
  });
  expect(foldEvents(readAll([incomplete("max_output_tokens")])).answer?.finish).toEqual({ kind: "length" });
  expect(foldEvents(readAll([incomplete("content_filter")])).answer?.finish).toEqual({ kind: "filtered" });
});

test("errors end a stream, flat, nested or as a response that failed", () => {
  const failed = (event: object) => foldEvents(readAll([CREATED, event])).error;
  expect(failed({ type: "error", code: "rate_limit_exceeded", message: "Slow down.", param: null })).toEqual({
    status: 429,
    message: "Slow down.",
    code: "rate_limit_exceeded",
  });
  expect(failed({ type: "error", error: { type: "invalid_request_error", message: "No." } })).toEqual({
    status: 400,
    message: "No.",
    code: "invalid_request_error",
  });
  const response = { ...HEAD, status: "failed", error: { code: "server_error", message: "Sorry." } };
  expect(failed({ type: "response.failed", response })).toEqual({
    status: 502,
    message: "Sorry.",
    code: "server_error",
  });
  expect(failed({ type: "response.cancelled", response: HEAD })?.message).toContain("did not say why");
});

test("a whole document that tells of a failure is no answer", () => {
  expect(responsesSpeaker.readAnswer({ ...HEAD, status: "failed", output: [], error: {} })).toBeNull();
  expect(responsesSpeaker.readAnswer({ error: { message: "No." } })).toBeNull();
});

test("every feature has a name in this format", () => {
  expect(responsesSpeaker.memberOf("maxTokens")).toBe("max_output_tokens");
  expect(responsesSpeaker.memberOf("format")).toBe("text.format");
});
