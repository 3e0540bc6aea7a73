/** There and back again: what the responses API can carry, it carries whole. */
import { expect, test } from "bun:test";
import fc from "fast-check";
import type { Json } from "../../../server/protocols/json.ts";
import type { NeutralRequest, Part, Speaks } from "../../../server/protocols/translation/form.ts";
import { responsesSpeaker } from "../../../server/protocols/translation/responses/speaker.ts";
import type { AnswerTerms } from "../../../server/protocols/translation/speaker.ts";
import { arbitraryAnswer, arbitraryRequest } from "./arbitrary.ts";
import { eventsOf, foldEvents } from "./events.ts";
import { readAll, writeAll } from "./responses-wire.ts";

const FOREIGN: readonly Speaks[] = ["openai-chat", "anthropic-messages", "gemini"];
const LINE = { model: null, stream: null };
const TERMS: AnswerTerms = {
  requestId: "req1",
  model: "asked",
  framing: "sse",
  usageChunk: false,
  now: 1_760_000_000_000,
};

const requests = arbitraryRequest({
  without: [
    ...(["cache", "document-name", "url-type", "audio", "result-error"] as const),
    ...(["redacted-thinking", "unsigned-thinking", "text-signature", "call-signature"] as const),
    ...(["topK", "seed", "frequencyPenalty", "presencePenalty", "stop", "usageChunk"] as const),
    "schema-unnamed",
  ],
  signers: ["openai-responses"],
  thinkingAmounts: ["off", "effort", "unsaid"],
  efforts: ["low", "medium", "high"],
}).map(settle);

const answers = fc.oneof(
  arbitraryAnswer({
    without: ["no-created", "text-signature", "call-signature", "stop-sequence", "unknown-counts"],
    signers: FOREIGN,
  }),
  arbitraryAnswer({
    without: [
      ...(["no-created", "text-signature", "call-signature", "stop-sequence", "unknown-counts"] as const),
      "redacted-thinking",
    ],
    signers: ["openai-responses"],
  }),
);

/** What the format says in one way where the neutral form has several. */
function settle(request: NeutralRequest): NeutralRequest {
  const { thinking, maxTokens } = request;
  const isShown = thinking?.isShown === true && thinking.amount.kind !== "off" ? true : null;
  const isSaid = thinking && (thinking.amount.kind !== "unsaid" || isShown);
  // Nor is a model that thinks told how to choose its tokens.
  const isFree = thinking?.amount.kind !== "effort";
  return {
    ...request,
    ...(isFree ? {} : { temperature: null, topP: null }),
    model: "gpt-5.1",
    maxTokens: maxTokens === null ? null : Math.max(16, maxTokens),
    thinking: isSaid ? { ...thinking, isShown } : null,
    tools: request.tools.map((tool) => ({ ...tool, strict: tool.strict ?? false })),
    turns: request.turns.map(({ role, parts }) => ({ role, parts: parts.map(named) })),
  };
}

/** Files in the request have names that tell what they are, and those that are fetched have none. */
function named<P extends Part>(part: P): P {
  if (part.kind === "tool-result") return { ...part, content: part.content.map(named) };
  if (part.kind !== "document" || part.source.kind === "url") return part;
  return { ...part, name: part.source.kind === "text" ? "notes.txt" : "report.pdf" };
}

test("a request that is written and read means the same", () => {
  fc.assert(
    fc.property(requests, (request) => {
      const written = responsesSpeaker.writeRequest(request, { model: request.model, maxOutput: 1000 });
      expect(written.uncarried).toEqual([]);
      const read = responsesSpeaker.readRequest(JSON.parse(JSON.stringify(written.body)), LINE);
      expect(read).toEqual({ request, uncarried: [] });
    }),
  );
});

test("an answer that is written and read means the same", () => {
  fc.assert(
    fc.property(answers, (answer) => {
      const written = JSON.parse(JSON.stringify(responsesSpeaker.writeAnswer(answer, TERMS)));
      expect(responsesSpeaker.readAnswer(written)).toEqual(answer);
    }),
  );
});

test("a stream that is written and read tells the same answer, however it is cut", () => {
  fc.assert(
    fc.property(answers, fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 4 }), (answer, pieces) => {
      const events = readAll(writeAll(eventsOf(answer, pieces), TERMS));
      expect(foldEvents(events)).toEqual({ answer, error: null });
    }),
  );
});

test("the last event of a stream repeats what the whole answer would have been", () => {
  fc.assert(
    fc.property(arbitraryAnswer({ without: ["no-created"], signers: FOREIGN }), (answer) => {
      const last = writeAll(eventsOf(answer, [2]), TERMS).at(-1);
      expect(last?.response).toEqual(JSON.parse(JSON.stringify(responsesSpeaker.writeAnswer(answer, TERMS))));
    }),
  );
});

test("an answer that a client brings back with its conversation is what the model said, signatures and all", () => {
  const spoken = arbitraryAnswer({ without: ["empty"], signers: FOREIGN });
  fc.assert(
    fc.property(spoken, (answer) => {
      const { output } = responsesSpeaker.writeAnswer(answer, TERMS);
      const input = [{ role: "user", content: "Hi" }, ...(output as Json[])];
      const read = responsesSpeaker.readRequest({ model: "m", input }, LINE);
      const turns = "request" in read ? read.request.turns : null;
      expect(turns?.at(-1)).toEqual({ role: "assistant", parts: answer.parts });
      expect(read).toMatchObject({ uncarried: [] });
    }),
  );
});

test("whatever a client sends is read or refused, and nothing is thrown", () => {
  const junk = fc.dictionary(
    fc.constantFrom("type", "role", "content", "call_id", "name", "arguments", "output", "text", "id"),
    fc.oneof(
      fc.constantFrom("message", "function_call", "function_call_output", "reasoning", "input_text", "user"),
      fc.jsonValue({ maxDepth: 1 }),
    ),
  );
  const member = fc.constantFrom("input", "tools", "tool_choice", "text", "reasoning", "include", "image");
  const bodies = fc.dictionary(member, fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.array(junk)));
  fc.assert(
    fc.property(fc.oneof(bodies, fc.dictionary(fc.string(), fc.jsonValue())), (body) => {
      const read = responsesSpeaker.readRequest(body, LINE);
      if ("reason" in read) expect(read.reason).toBe("invalid_request");
      else expect(read.uncarried.length).toBeLessThanOrEqual(32);
    }),
  );
});

test("whatever a provider sends is read, and nothing is thrown", () => {
  const types = fc.constantFrom(
    ...["response.created", "response.output_item.added", "response.output_item.done", "response.completed"],
    ...["response.output_text.delta", "response.output_text.done", "response.function_call_arguments.delta"],
    ...["response.reasoning_summary_text.delta", "response.reasoning_text.delta", "response.failed", "error"],
  );
  const item = fc.record({
    type: fc.constantFrom("message", "function_call", "reasoning"),
    content: fc.jsonValue(),
  });
  const event = fc.record(
    { type: types, item: fc.oneof(item, fc.jsonValue()), delta: fc.jsonValue(), response: fc.jsonValue() },
    { requiredKeys: ["type"] },
  );
  fc.assert(
    fc.property(fc.array(event), (events) => {
      foldEvents(readAll(events));
    }),
  );
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      responsesSpeaker.readAnswer({ output: [value] });
      responsesSpeaker.readError(500, value);
    }),
  );
});
