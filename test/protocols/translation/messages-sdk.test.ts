/** Anthropic's SDK reads the answers, streams and errors that are written for it. */
import { expect, test } from "bun:test";
import Anthropic, { APIError, OverloadedError } from "@anthropic-ai/sdk";
import type { ContentBlock } from "@anthropic-ai/sdk/resources/messages";
import type { NeutralAnswer, NeutralEvent } from "../../../server/protocols/translation/form.ts";
import { messagesSpeaker } from "../../../server/protocols/translation/messages/speaker.ts";
import type { AnswerTerms } from "../../../server/protocols/translation/speaker.ts";
import { eventsOf } from "./events.ts";

const TERMS: AnswerTerms = {
  requestId: "req-1",
  model: "asked-for",
  framing: "sse",
  usageChunk: false,
  now: 1_700_000_000_000,
};

/** A thinking answer of another provider that calls two tools. */
const ANSWER: NeutralAnswer = {
  id: "resp_1",
  model: "gemini-3-pro",
  created: 1_700_000_000_000,
  parts: [
    { kind: "thinking", text: "Zwei Städte, zwei Fragen.", signature: null },
    { kind: "text", text: "Ich sehe nach 🌦️." },
    {
      kind: "tool-call",
      id: "call_1",
      name: "get_weather",
      arguments: '{"city":"Köln"}',
      signature: { by: "gemini", value: "c2lnbmVk" },
    },
    { kind: "tool-call", id: "call_2", name: "get_weather", arguments: '{"city":"Bonn","unit":null}' },
  ],
  finish: { kind: "tool-calls" },
  usage: {
    inputTokens: 100,
    outputTokens: 60,
    cachedTokens: 40,
    cacheWriteTokens: 10,
    reasoningTokens: 25,
  },
};

const USAGE = {
  input_tokens: 50,
  cache_creation_input_tokens: 10,
  cache_read_input_tokens: 40,
  output_tokens: 60,
  output_tokens_details: { thinking_tokens: 25 },
};

const QUESTION = {
  model: "asked-for",
  max_tokens: 1_000,
  messages: [{ role: "user" as const, content: "Wie wird das Wetter?" }],
};

function streamOf(events: readonly NeutralEvent[]): string {
  const writer = messagesSpeaker.createStreamWriter(TERMS);
  return events.map((event) => writer.write(event)).join("");
}

function sdkWith(body: string, type: string, status = 200): Anthropic {
  const fetch = async () => new Response(body, { status, headers: { "content-type": type } });
  return new Anthropic({ apiKey: "k", maxRetries: 0, fetch });
}

function streamWith(events: readonly NeutralEvent[]) {
  return sdkWith(streamOf(events), "text/event-stream").messages.stream(QUESTION);
}

async function thrown(run: () => Promise<unknown>): Promise<unknown> {
  return run().then(
    () => null,
    (error: unknown) => error,
  );
}

test("a whole answer has its texts, its calls with their arguments, its stop reason and its usage", async () => {
  const body = JSON.stringify(messagesSpeaker.writeAnswer(ANSWER, TERMS));
  const message = await sdkWith(body, "application/json").messages.create(QUESTION);
  expect(message).toMatchObject({
    id: "resp_1",
    model: "gemini-3-pro",
    role: "assistant",
    stop_reason: "tool_use",
    stop_sequence: null,
    usage: USAGE,
    content: [
      { type: "thinking", thinking: "Zwei Städte, zwei Fragen.", signature: "tollgate.unsigned" },
      { type: "text", text: "Ich sehe nach 🌦️." },
      { type: "tool_use", id: "call_1", name: "get_weather", input: { city: "Köln" } },
      { type: "redacted_thinking" },
      { type: "tool_use", id: "call_2", name: "get_weather", input: { city: "Bonn", unit: null } },
    ],
  });
});

test.each([[[]], [[1]], [[3, 1, 7]]])(
  "the SDK puts a stream together to the whole answer, cut by %j",
  async (pieces) => {
    const whole = messagesSpeaker.writeAnswer(ANSWER, TERMS);
    const { id, type, role, model, content, stop_reason, stop_sequence, usage } = await streamWith(
      eventsOf(ANSWER, pieces),
    ).finalMessage();
    const told = { id, type, role, model, content, stop_reason, stop_sequence, usage };
    expect(JSON.parse(JSON.stringify(told))).toEqual(JSON.parse(JSON.stringify(whole)));
  },
);

test("calls that a provider makes at the same time are told one after the other", async () => {
  const call = (index: number) => ({ kind: "tool-call" as const, id: `call_${index}`, name: "tell" });
  const stream = streamWith([
    { kind: "start", id: "a", model: "m", created: null },
    { kind: "part-start", index: 0, part: call(0) },
    { kind: "part-start", index: 1, part: call(1) },
    { kind: "piece", index: 1, text: '{"n":' },
    { kind: "piece", index: 0, text: '{"n"' },
    { kind: "part-start", index: 2, part: call(2) },
    { kind: "piece", index: 1, text: "1}" },
    { kind: "part-end", index: 1 },
    { kind: "piece", index: 2, text: '{"n":2}' },
    { kind: "piece", index: 0, text: ":0}" },
    { kind: "part-end", index: 0 },
    { kind: "part-end", index: 2 },
    { kind: "finish", finish: { kind: "tool-calls" } },
    { kind: "end" },
  ]);
  const blocks: ContentBlock[] = [];
  stream.on("contentBlock", (block) => blocks.push(block));
  const { content } = await stream.finalMessage();
  expect(content).toMatchObject([0, 1, 2].map((n) => ({ type: "tool_use", id: `call_${n}`, input: { n } })));
  expect(blocks).toMatchObject([{ id: "call_0" }, { id: "call_1" }, { id: "call_2" }]);
});

test("a stop sequence, a full ceiling and a refusal are told by their reasons", async () => {
  const finishes = [
    [{ kind: "stop", sequence: null }, "end_turn", null],
    [{ kind: "stop", sequence: "END" }, "stop_sequence", "END"],
    [{ kind: "length" }, "max_tokens", null],
    [{ kind: "filtered" }, "refusal", null],
  ] as const;
  for (const [finish, reason, sequence] of finishes) {
    const parts = [{ kind: "text" as const, text: "Hello" }];
    const message = await streamWith(eventsOf({ ...ANSWER, parts, finish })).finalMessage();
    expect(message).toMatchObject({ stop_reason: reason, stop_sequence: sequence });
  }
});

test("an answer without usage, id and model is one that the SDK can count and name", async () => {
  const answer = { ...ANSWER, id: "", model: "", usage: null };
  const message = await streamWith(eventsOf(answer)).finalMessage();
  expect(message).toMatchObject({
    id: "msg_req-1",
    model: "asked-for",
    usage: { input_tokens: 0, output_tokens: 0 },
  });
});

test("an error inside a stream is thrown, and nothing of the stream follows it", async () => {
  const error = { status: 529, message: "Too much to do.", code: null };
  const events: readonly NeutralEvent[] = [
    { kind: "start", id: "a", model: "m", created: null },
    { kind: "part-start", index: 0, part: { kind: "text" } },
    { kind: "piece", index: 0, text: "Hel" },
    { kind: "error", error },
    { kind: "end" },
  ];
  expect(streamOf(events)).toEndWith(`"request_id":"req-1"}\n\n`);
  const failure = await thrown(() => streamWith(events).finalMessage());
  expect(failure).toBeInstanceOf(APIError);
  expect(failure).toMatchObject({ type: "overloaded_error" });
  expect(String(failure)).toContain("Too much to do.");
});

test("an error is of the SDK's class for its status", async () => {
  const body = messagesSpeaker.writeError({ status: 529, message: "Too much to do.", code: "x" }, TERMS);
  const client = sdkWith(JSON.stringify(body), "application/json", 529);
  const failure = await thrown(() => client.messages.create(QUESTION));
  expect(failure).toBeInstanceOf(OverloadedError);
  expect(failure).toMatchObject({ status: 529, type: "overloaded_error", apiMessage: "Too much to do." });
});
