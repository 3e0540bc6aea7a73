/** OpenAI's official SDK reads the answers, streams and errors that are written for its clients. */
import { expect, test } from "bun:test";
import fc from "fast-check";
import OpenAI, { APIError, RateLimitError } from "openai";
import { UNKNOWN_USAGE } from "../../../server/core/usage.ts";
import { chatSpeaker } from "../../../server/protocols/translation/chat/speaker.ts";
import type { NeutralAnswer, NeutralEvent } from "../../../server/protocols/translation/form.ts";
import type { AnswerTerms } from "../../../server/protocols/translation/speaker.ts";
import { answering } from "../streams.ts";
import { arbitraryAnswer } from "./arbitrary.ts";
import { eventsOf } from "./events.ts";

const TERMS: AnswerTerms = {
  requestId: "req1",
  model: "asked-model",
  framing: "sse",
  usageChunk: true,
  now: 1_760_000_000_000,
};

const PARALLEL: NeutralAnswer = {
  id: "msg_1",
  model: "claude-x",
  created: null,
  parts: [
    { kind: "thinking", text: "Two cities.", signature: { by: "anthropic-messages", value: "c2ln" } },
    { kind: "text", text: "Let me look — ✓" },
    { kind: "tool-call", id: "toolu_1", name: "get_weather", arguments: '{"city":"Zürich"}' },
    { kind: "tool-call", id: "toolu_2", name: "get_time", arguments: "{}" },
  ],
  finish: { kind: "tool-calls" },
  usage: { ...UNKNOWN_USAGE, inputTokens: 120, outputTokens: 30, cachedTokens: 100, reasoningTokens: 5 },
};

function client(body: string, contentType?: string): OpenAI {
  return new OpenAI({ apiKey: "k", fetch: answering(body, contentType), maxRetries: 0 });
}

function streamText(events: readonly NeutralEvent[], terms = TERMS): string {
  const writer = chatSpeaker.createStreamWriter(terms);
  return events.map((event) => writer.write(event)).join("");
}

const ASKED = { model: "m", messages: [{ role: "user" as const, content: "?" }] };

function whole(answer: NeutralAnswer): Promise<OpenAI.ChatCompletion> {
  const body = JSON.stringify(chatSpeaker.writeAnswer(answer, TERMS));
  return client(body, "application/json").chat.completions.create(ASKED);
}

function streamed(answer: NeutralAnswer, pieces: readonly number[]): Promise<OpenAI.ChatCompletion> {
  const asked = { ...ASKED, stream: true as const, stream_options: { include_usage: true } };
  return client(streamText(eventsOf(answer, pieces)))
    .chat.completions.stream(asked)
    .finalChatCompletion();
}

/** What a program looks at. */
function heard({ id, model, created, choices, usage }: OpenAI.ChatCompletion) {
  const [choice] = choices;
  const calls = (choice?.message.tool_calls ?? []).map((call) =>
    call.type === "function" ? [call.id, call.function.name, call.function.arguments] : [],
  );
  return {
    head: [id, model, created],
    text: choice?.message.content || null,
    refusal: choice?.message.refusal ?? null,
    calls,
    finish: choice?.finish_reason,
    usage: usage ?? null,
  };
}

test("a whole answer has its text, calls, finish and usage in their places", async () => {
  expect(heard(await whole(PARALLEL))).toEqual({
    head: ["msg_1", "claude-x", 1_760_000_000],
    text: "Let me look — ✓",
    refusal: null,
    calls: [
      ["toolu_1", "get_weather", '{"city":"Zürich"}'],
      ["toolu_2", "get_time", "{}"],
    ],
    finish: "tool_calls",
    usage: {
      prompt_tokens: 120,
      completion_tokens: 30,
      total_tokens: 150,
      prompt_tokens_details: { cached_tokens: 100 },
      completion_tokens_details: { reasoning_tokens: 5 },
    },
  });
});

test("a stream comes to the same as the whole answer, cut anywhere", async () => {
  expect(heard(await streamed(PARALLEL, [3]))).toEqual(heard(await whole(PARALLEL)));
  await fc.assert(
    fc.asyncProperty(arbitraryAnswer(), fc.array(fc.integer({ min: 1, max: 4 })), async (answer, pieces) => {
      expect(heard(await streamed(answer, pieces))).toEqual(heard(await whole(answer)));
    }),
    { numRuns: 50 },
  );
});

test("a client that asked for no chunk of usage is sent none", () => {
  const text = streamText(eventsOf(PARALLEL), { ...TERMS, usageChunk: false });
  expect(text).not.toContain("usage");
  expect(text).not.toContain('"choices":[]');
  expect(text).toEndWith("data: [DONE]\n\n");
});

test("a stream that fails makes the SDK throw the provider's words", async () => {
  const [start, begin, piece] = eventsOf(PARALLEL, [3]);
  if (!start || !begin || !piece) throw new Error("an answer has a beginning");
  const error = { status: 529, message: "Overloaded", code: "overloaded_error" };
  const body = streamText([start, begin, piece, { kind: "error", error }]);
  const reading = client(body)
    .chat.completions.stream({ ...ASKED, stream: true })
    .finalChatCompletion();
  const thrown = await reading.then(
    () => null,
    (problem: unknown) => problem,
  );
  expect(thrown).toBeInstanceOf(APIError);
  expect((thrown as APIError).code).toBe("overloaded_error");
  expect(String(thrown)).toContain("Overloaded");
});

test("an error body is the SDK's error of its status", async () => {
  const error = { status: 429, message: "Slow down.", code: "rate_limit_error" };
  const body = JSON.stringify(chatSpeaker.writeError(error, TERMS));
  const fetch = async () =>
    new Response(body, { status: 429, headers: { "content-type": "application/json" } });
  const asking = new OpenAI({ apiKey: "k", fetch, maxRetries: 0 }).chat.completions.create(ASKED);
  const thrown = await asking.then(
    () => null,
    (problem: unknown) => problem,
  );
  expect(thrown).toBeInstanceOf(RateLimitError);
  expect((thrown as RateLimitError).message).toContain("Slow down.");
  expect((thrown as RateLimitError).type).toBe("rate_limit_error");
});
