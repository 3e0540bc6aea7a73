/** OpenAI's SDK reads what the gateway writes in the responses API: whole, streamed, and failed. */
import { expect, test } from "bun:test";
import fc from "fast-check";
import OpenAI, { APIError } from "openai";
import type { NeutralAnswer, NeutralEvent } from "../../../server/protocols/translation/form.ts";
import { responsesSpeaker } from "../../../server/protocols/translation/responses/speaker.ts";
import type { AnswerTerms } from "../../../server/protocols/translation/speaker.ts";
import { arbitraryAnswer } from "./arbitrary.ts";
import { eventsOf } from "./events.ts";
import { writeText } from "./responses-wire.ts";

const TERMS: AnswerTerms = {
  requestId: "req1",
  model: "asked",
  framing: "sse",
  usageChunk: false,
  now: 1_760_000_000_000,
};
const ASKED = { model: "m", input: "Hi" };

const ANSWER: NeutralAnswer = {
  id: "msg_1",
  model: "claude-haiku-4-5",
  created: null,
  parts: [
    { kind: "thinking", text: "The weather.", signature: { by: "anthropic-messages", value: "c2ln" } },
    { kind: "text", text: "I look it up." },
    { kind: "tool-call", id: "toolu_1", name: "weather", arguments: '{"city":"Bern"}' },
    {
      kind: "tool-call",
      id: "toolu_2",
      name: "time",
      arguments: "{}",
      signature: { by: "gemini", value: "c2ln" },
    },
  ],
  finish: { kind: "tool-calls" },
  usage: { inputTokens: 100, outputTokens: 50, cachedTokens: 30, cacheWriteTokens: 10, reasoningTokens: 20 },
};

function client(body: string, contentType: string, status = 200): OpenAI {
  const fetch = async () => new Response(body, { status, headers: { "content-type": contentType } });
  return new OpenAI({ apiKey: "k", fetch, maxRetries: 0 });
}

function whole(answer: NeutralAnswer) {
  const body = JSON.stringify(responsesSpeaker.writeAnswer(answer, TERMS));
  return client(body, "application/json").responses.create(ASKED);
}

function streamed(events: readonly NeutralEvent[]) {
  return client(writeText(events, TERMS), "text/event-stream").responses.stream(ASKED);
}

async function thrown(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => null,
    (error: unknown) => error,
  );
}

test("a whole answer is read with its text, its calls, its thinking and its usage", async () => {
  const response = await whole(ANSWER);
  expect(response.id).toBe("msg_1");
  expect(response.status).toBe("completed");
  expect(response.output_text).toBe("I look it up.");
  expect(response.output.map(({ type }) => type)).toEqual([
    "reasoning",
    "message",
    "function_call",
    "function_call",
    "reasoning",
  ]);
  expect(response.output[2]).toMatchObject({ call_id: "toolu_1", arguments: '{"city":"Bern"}' });
  expect(response.usage).toEqual({
    input_tokens: 100,
    input_tokens_details: { cached_tokens: 30, cache_write_tokens: 10 },
    output_tokens: 50,
    output_tokens_details: { reasoning_tokens: 20 },
    total_tokens: 150,
  });
});

test("a stream is accumulated to the same answer, however it is cut", async () => {
  await fc.assert(
    fc.asyncProperty(
      arbitraryAnswer({ without: ["no-created"] }),
      fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 3 }),
      async (answer, pieces) => {
        const final = await streamed(eventsOf(answer, pieces)).finalResponse();
        const expected = await whole(answer);
        expect(final.output_text).toBe(expected.output_text);
        expect(JSON.parse(JSON.stringify(final))).toMatchObject(JSON.parse(JSON.stringify(expected)));
      },
    ),
    { numRuns: 50 },
  );
});

test("pieces reach the client as they come, numbered, and the last event comes last", async () => {
  const stream = streamed(eventsOf(ANSWER, [4]));
  const events = await Array.fromAsync(stream);
  expect(events.map(({ sequence_number }) => sequence_number)).toEqual(events.map((_, at) => at));
  const deltas = events.flatMap((event) =>
    event.type === "response.output_text.delta" ? [event.delta] : [],
  );
  expect(deltas).toEqual(["I lo", "ok i", "t up", "."]);
  const thoughts = events.filter(({ type }) => type === "response.reasoning_summary_text.delta");
  expect(thoughts).toHaveLength(3);
  expect(events.slice(0, 2).map(({ type }) => type)).toEqual(["response.created", "response.in_progress"]);
  expect(events.at(-1)?.type).toBe("response.completed");
});

test("calls whose pieces come in turn keep their arguments apart", async () => {
  const call = (index: number, id: string): NeutralEvent => ({
    kind: "part-start",
    index,
    part: { kind: "tool-call", id, name: "f" },
  });
  const final = await streamed([
    { kind: "start", id: "a", model: "m", created: null },
    call(0, "one"),
    call(1, "two"),
    { kind: "piece", index: 1, text: '{"n":' },
    { kind: "piece", index: 0, text: '{"n":1}' },
    { kind: "piece", index: 1, text: "2}" },
    { kind: "part-end", index: 1 },
    { kind: "part-end", index: 0 },
    { kind: "finish", finish: { kind: "tool-calls" } },
    { kind: "end" },
  ]).finalResponse();
  expect(final.output).toMatchObject([
    { call_id: "one", arguments: '{"n":1}', status: "completed" },
    { call_id: "two", arguments: '{"n":2}', status: "completed" },
  ]);
});

test("an answer that was cut short says why", async () => {
  const cut = await streamed(eventsOf({ ...ANSWER, finish: { kind: "length" } })).finalResponse();
  expect([cut.status, cut.incomplete_details]).toEqual(["incomplete", { reason: "max_output_tokens" }]);
  const filtered = await whole({ ...ANSWER, parts: [], finish: { kind: "filtered" } });
  expect([filtered.status, filtered.incomplete_details]).toEqual([
    "incomplete",
    { reason: "content_filter" },
  ]);
  const declined = await whole({
    ...ANSWER,
    parts: [{ kind: "refusal", text: "No." }],
    finish: { kind: "filtered" },
  });
  expect([declined.status, declined.incomplete_details]).toEqual(["completed", null]);
});

test("a stream that ends without its parts' ends is whole all the same", async () => {
  const final = await streamed([
    { kind: "part-start", index: 0, part: { kind: "text" } },
    { kind: "piece", index: 0, text: "Hi" },
    { kind: "end" },
  ]).finalResponse();
  expect(final.output_text).toBe("Hi");
  expect([final.id, final.model, final.status]).toEqual(["resp_req1", "asked", "completed"]);
});

test("an error in a stream is thrown, and the response has failed for those who read on", async () => {
  const error = { status: 429, message: "Slow down.", code: "rate_limit_exceeded" };
  const events: NeutralEvent[] = [...eventsOf(ANSWER, [4]).slice(0, 6), { kind: "error", error }];
  const failure = await thrown(streamed(events).finalResponse());
  expect(failure).toBeInstanceOf(APIError);
  expect((failure as APIError).code).toBe("rate_limit_exceeded");
  const text = writeText([...events, { kind: "end" }], TERMS);
  const last = JSON.parse(text.trim().split("data: ").at(-1) ?? "");
  expect(last.type).toBe("response.failed");
  expect(last.response).toMatchObject({ status: "failed", error: { code: "rate_limit_exceeded" } });
  expect(text).not.toContain("response.completed");
});

test("an error's status, type, code and sentence reach the client", async () => {
  const error = { status: 404, message: "No such model.", code: "model_not_found" };
  const body = JSON.stringify(responsesSpeaker.writeError(error, TERMS));
  const failure = await thrown(client(body, "application/json", 404).responses.create(ASKED));
  expect(failure).toMatchObject({ status: 404, code: "model_not_found", type: "not_found_error" });
  expect((failure as APIError).message).toContain("No such model.");
});
