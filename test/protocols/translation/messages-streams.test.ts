/** A provider's stream in Anthropic's format is read whatever is missing of it; errors are read in any shape. */
import { expect, test } from "bun:test";
import type { NeutralEvent } from "../../../server/protocols/translation/form.ts";
import { messagesSpeaker } from "../../../server/protocols/translation/messages/speaker.ts";
import { foldEvents } from "./events.ts";

type Event = { readonly type: string; readonly [member: string]: unknown };

const START = { type: "message_start", message: { id: "msg_1", model: "claude-haiku-4-5" } };
const STOP = { type: "message_delta", delta: { stop_reason: "end_turn", stop_sequence: null } };
const END = { type: "message_stop" };

function read(...events: readonly Event[]): readonly NeutralEvent[] {
  const reader = messagesSpeaker.createStreamReader();
  return [...events.flatMap((event) => reader.read(event.type, JSON.stringify(event))), ...reader.end()];
}

function begin(index: number, content_block: object): Event {
  return { type: "content_block_start", index, content_block };
}

function add(index: number, delta: object): Event {
  return { type: "content_block_delta", index, delta };
}

function stop(index: number): Event {
  return { type: "content_block_stop", index };
}

test("a documented stream is read with its usage from both halves", () => {
  const usage = {
    input_tokens: 10,
    cache_read_input_tokens: 90,
    cache_creation_input_tokens: 0,
    output_tokens: 1,
  };
  const { answer } = foldEvents(
    read(
      { ...START, message: { ...START.message, usage } },
      begin(0, { type: "thinking", thinking: "", signature: "" }),
      { type: "ping" },
      add(0, { type: "thinking_delta", thinking: "Two " }),
      add(0, { type: "thinking_delta", thinking: "steps." }),
      add(0, { type: "signature_delta", signature: "EqQB" }),
      stop(0),
      begin(1, { type: "tool_use", id: "toolu_1", name: "get_weather", input: {} }),
      add(1, { type: "input_json_delta", partial_json: "" }),
      add(1, { type: "input_json_delta", partial_json: '{"city": "Par' }),
      add(1, { type: "input_json_delta", partial_json: 'is"}' }),
      stop(1),
      { type: "an_event_of_tomorrow", index: 1 },
      { type: "message_delta", delta: { stop_reason: "tool_use" }, usage: { output_tokens: 80 } },
      END,
    ),
  );
  expect(answer).toEqual({
    id: "msg_1",
    model: "claude-haiku-4-5",
    created: null,
    parts: [
      { kind: "thinking", text: "Two steps.", signature: { by: "anthropic-messages", value: "EqQB" } },
      { kind: "tool-call", id: "toolu_1", name: "get_weather", arguments: '{"city": "Paris"}' },
    ],
    finish: { kind: "tool-calls" },
    usage: {
      inputTokens: 100,
      outputTokens: 80,
      cachedTokens: 90,
      cacheWriteTokens: 0,
      reasoningTokens: null,
    },
  });
});

test("what other hosts send otherwise is understood: whole blocks, no pieces, no ends", () => {
  const { answer } = foldEvents(
    read(
      START,
      begin(0, { type: "text", text: "Hello" }),
      begin(1, { type: "tool_use", id: "a", name: "tell", input: { n: 1 } }),
      stop(1),
      begin(2, { type: "tool_use", id: "b", name: "tell", input: {} }),
      STOP,
      END,
    ),
  );
  expect(answer?.parts).toEqual([
    { kind: "text", text: "Hello" },
    { kind: "tool-call", id: "a", name: "tell", arguments: '{"n":1}' },
    { kind: "tool-call", id: "b", name: "tell", arguments: "{}" },
  ]);
});

test("a stream without its beginnings is read all the same", () => {
  const { answer } = foldEvents(read(add(0, { type: "text_delta", text: "Hello" }), STOP, END));
  expect(answer).toMatchObject({ id: "", model: "", parts: [{ kind: "text", text: "Hello" }] });
});

test("what the provider's own tools did is passed over", () => {
  const events = read(
    START,
    begin(0, { type: "server_tool_use", id: "s", name: "web_search", input: {} }),
    add(0, { type: "input_json_delta", partial_json: '{"query":"a"}' }),
    stop(0),
    begin(1, { type: "web_search_tool_result", tool_use_id: "s", content: [] }),
    stop(1),
    begin(2, { type: "text", text: "" }),
    add(2, { type: "text_delta", text: "Found." }),
    stop(2),
    STOP,
    END,
  );
  expect(foldEvents(events).answer?.parts).toEqual([{ kind: "text", text: "Found." }]);
});

test("a stream that breaks off has no end, and one whose stop was told has", () => {
  const said = [START, begin(0, { type: "text", text: "" }), add(0, { type: "text_delta", text: "Hel" })];
  expect(read(...said).at(-1)).toEqual({ kind: "piece", index: 0, text: "Hel" });
  expect(read(...said, stop(0)).some(({ kind }) => kind === "end" || kind === "finish")).toBe(false);
  expect(foldEvents(read(...said, STOP)).answer?.finish).toEqual({ kind: "stop", sequence: null });
});

test("after an error nothing is read any more, and no end is owed", () => {
  const error = { type: "error", error: { type: "overloaded_error", message: "Overloaded" } };
  const events = read(START, STOP, error, END);
  expect(events.at(-1)).toEqual({
    kind: "error",
    error: { status: 529, message: "Overloaded", code: "overloaded_error" },
  });
});

test("the end of a stream is told once", () => {
  expect(
    read(START, STOP, STOP, END, END).filter(({ kind }) => kind === "end" || kind === "finish"),
  ).toHaveLength(2);
});

test("what is not JSON, or no event, says nothing", () => {
  const reader = messagesSpeaker.createStreamReader();
  for (const data of ["[DONE]", "", "null", "[]", "{", '"a"']) expect(reader.read("ping", data)).toEqual([]);
  expect(reader.end()).toEqual([]);
});

test("a document that is no message is no answer", () => {
  expect(messagesSpeaker.readAnswer({ type: "error", error: { message: "no" } })).toBeNull();
  expect(messagesSpeaker.readAnswer({ content: "Hello" })).toBeNull();
});

test("an error is read in any shape in which hosts send it", () => {
  const bodies: readonly (readonly [unknown, string, string | null])[] = [
    [
      { type: "error", error: { type: "not_found_error", message: "model: x" } },
      "model: x",
      "not_found_error",
    ],
    [{ error: { message: "bad key", code: 1004 } }, "bad key", "1004"],
    [{ error: "bad key" }, "bad key", null],
    [{ message: "Forbidden" }, "Forbidden", null],
    [{ detail: "Unauthorized" }, "Unauthorized", null],
    ["Bad gateway", "Bad gateway", null],
  ];
  for (const [body, message, code] of bodies) {
    expect(messagesSpeaker.readError(418, body)).toEqual({ status: 418, message, code });
  }
  const silent = messagesSpeaker.readError(503, undefined);
  expect(silent).toEqual({
    status: 503,
    message: "The provider answered with status 503 and did not say why.",
    code: null,
  });
  expect(messagesSpeaker.readError(500, { error: { message: "x".repeat(5_000) } }).message).toHaveLength(
    2_000,
  );
});
