/** Chat completions: there and back again is the same, for whole requests, whole answers and streams. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { chatSpeaker } from "../../../server/protocols/translation/chat/speaker.ts";
import type {
  AnswerPart,
  NeutralAnswer,
  NeutralEvent,
  NeutralRequest,
  Part,
  Signature,
} from "../../../server/protocols/translation/form.ts";
import type { AnswerTerms } from "../../../server/protocols/translation/speaker.ts";
import { arbitraryAnswer, arbitraryRequest } from "./arbitrary.ts";
import { eventsOf, foldEvents } from "./events.ts";

const NO_LINE = { model: null, stream: null };
const TERMS: AnswerTerms = {
  requestId: "req1",
  model: "asked-model",
  framing: "sse",
  usageChunk: true,
  now: 1_760_000_000_000,
};

/** What a request for a provider of this format has a place for. */
const requests = arbitraryRequest({
  without: [
    "cache",
    "document-url",
    "document-text",
    "url-type",
    "result-media",
    "result-error",
    "unsigned-thinking",
    "mixed-order",
    "neighbours",
    "topK",
    "schema-unnamed",
    "thinking-shown",
  ],
  signers: ["openai-chat"],
  thinkingAmounts: ["effort"],
}).map(fitRequest);

const answers = arbitraryAnswer({
  without: ["no-created", "mixed-order", "neighbours", "stop-sequence"],
}).map(fitAnswer);

describe("a request", () => {
  test("is the same there and back again", () => {
    fc.assert(
      fc.property(requests, (request) => {
        const written = chatSpeaker.writeRequest(request, { model: request.model, maxOutput: 4_096 });
        const read = chatSpeaker.readRequest(JSON.parse(JSON.stringify(written.body)), NO_LINE);
        expect(written.uncarried).toEqual([]);
        expect(read).toEqual({ request, uncarried: [] });
      }),
    );
  });

  test("loses nothing without naming it, whatever is asked for", () => {
    fc.assert(
      fc.property(arbitraryRequest(), (request) => {
        const { body, uncarried } = chatSpeaker.writeRequest(request, { model: "m", maxOutput: 4_096 });
        const read = chatSpeaker.readRequest(JSON.parse(JSON.stringify(body)), NO_LINE);
        if (!("request" in read)) throw new Error(read.message);
        expect(read.uncarried).toEqual([]);
        expect(uncarried.includes("topK")).toBe(request.topK !== null);
        for (const kind of ["image", "document", "audio"] as const) {
          if (uncarried.includes(kind)) continue;
          // A text file is said as text.
          const isKind = (part: Part) =>
            part.kind === kind && !(part.kind === "document" && part.source.kind === "text");
          expect(countParts(read.request, isKind)).toBe(countParts(request, isKind));
        }
        expect(countParts(read.request, (part) => part.kind === "tool-call")).toBe(
          countParts(request, (part) => part.kind === "tool-call"),
        );
      }),
    );
  });

  test("is read or refused, never thrown at, whatever it holds", () => {
    const hostile = fc.dictionary(
      fc.oneof(fc.constantFrom(...MEMBERS), fc.string()),
      fc.oneof(fc.jsonValue({ maxDepth: 2 }), messages),
    );
    fc.assert(
      fc.property(hostile, (body) => {
        const read = chatSpeaker.readRequest(body, NO_LINE);
        if ("reason" in read) expect(read.reason).toBe("invalid_request");
        else expect(read.uncarried.length).toBeLessThanOrEqual(32);
      }),
      { numRuns: 100 },
    );
  });
});

test("what is deeper or longer than the engine's stack is read without a throw", () => {
  const deep = (depth: number) => JSON.parse("[".repeat(depth) + "]".repeat(depth));
  // More than the engine takes as the arguments of one function.
  const content = Array.from({ length: 70_000 }, () => ({ type: "text", text: "a" }));
  const long = chatSpeaker.readRequest({ messages: [{ role: "user", content }] }, NO_LINE);
  expect(long).toHaveProperty("request");
  const call = { id: "a", function: { name: "f", arguments: { deep: deep(20_000) } } };
  const details = [{ type: "reasoning.encrypted", data: "x", more: deep(20_000) }];
  const message = { tool_calls: [call], reasoning_details: details };
  expect(chatSpeaker.readAnswer({ choices: [{ message }] })?.parts).toEqual([
    { kind: "tool-call", id: "a", name: "f", arguments: "{}" },
  ]);
});

describe("an answer", () => {
  test("is the same there and back again", () => {
    fc.assert(
      fc.property(answers, (answer) => {
        const written = JSON.parse(JSON.stringify(chatSpeaker.writeAnswer(answer, TERMS)));
        expect(chatSpeaker.readAnswer(written)).toEqual(answer);
      }),
    );
  });

  test("is the same as a stream, cut anywhere", () => {
    fc.assert(
      fc.property(answers, fc.array(fc.integer({ min: 1, max: 5 })), (answer, pieces) => {
        expect(foldEvents(throughWire(eventsOf(answer, pieces))).answer).toEqual(answer);
      }),
    );
  });

  test("is the same as a stream whose calls come side by side", () => {
    fc.assert(
      fc.property(answers, fc.infiniteStream(fc.boolean()), (answer, coins) => {
        const events = interleave(eventsOf(answer, [3]), coins);
        expect(foldEvents(events).answer).toEqual(answer);
        expect(foldEvents(throughWire(events)).answer).toEqual(answer);
      }),
    );
  });

  test("of a stream that breaks off has no end", () => {
    fc.assert(
      fc.property(answers, fc.nat(), (answer, cut) => {
        const whole = eventsOf(answer, [2]);
        const finish = whole.findIndex(({ kind }) => kind === "finish");
        const told = throughWire(whole.slice(0, cut % finish));
        expect(told.filter(({ kind }) => kind === "end" || kind === "finish")).toEqual([]);
      }),
    );
  });

  test("of any JSON, whole or streamed, is read without a throw", () => {
    const hostile = fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.record({ choices: fc.array(choice), usage: fc.jsonValue({ maxDepth: 2 }) }),
    );
    fc.assert(
      fc.property(fc.array(hostile, { maxLength: 6 }), (chunks) => {
        const reader = chatSpeaker.createStreamReader();
        const events = [
          ...chunks.flatMap((chunk) => reader.read(null, JSON.stringify(chunk))),
          ...reader.read(null, "[DONE]"),
          ...reader.end(),
        ];
        // Throws where the stream breaks the rules of the form.
        foldEvents(events);
        for (const chunk of chunks) {
          if (typeof chunk === "object" && chunk !== null && !Array.isArray(chunk)) {
            chatSpeaker.readAnswer(chunk as Record<string, unknown>);
          }
          chatSpeaker.readError(200, chunk);
        }
      }),
      { numRuns: 100 },
    );
  });
});

const MEMBERS = ["messages", "tools", "tool_choice", "stop", "response_format", "reasoning", "thinking", "n"];
const delta = fc.record(
  {
    content: fc.oneof(fc.string(), fc.jsonValue({ maxDepth: 2 })),
    reasoning: fc.oneof(fc.string(), fc.jsonValue({ maxDepth: 2 })),
    reasoning_details: fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.array(
        fc.record(
          {
            type: fc.constantFrom("reasoning.text", "reasoning.encrypted", "reasoning.summary"),
            text: fc.string(),
            data: fc.string(),
            index: fc.nat(2),
          },
          { requiredKeys: [] },
        ),
      ),
    ),
    refusal: fc.string(),
    tool_calls: fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.array(
        fc.record(
          {
            index: fc.nat(2),
            id: fc.constantFrom("a", "b"),
            function: fc.record({ name: fc.string(), arguments: fc.constantFrom("{}", "", '{"a":') }),
          },
          { requiredKeys: [] },
        ),
      ),
    ),
  },
  { requiredKeys: [] },
);
const choice = fc.record(
  { delta, message: delta, index: fc.nat(1), finish_reason: fc.constantFrom(null, "stop", "tool_calls") },
  { requiredKeys: [] },
);
const messages = fc.array(
  fc.record(
    {
      role: fc.constantFrom("system", "user", "assistant", "tool", "function"),
      content: fc.oneof(
        fc.string(),
        fc.array(
          fc.record(
            {
              type: fc.constantFrom("text", "image_url", "file", "input_audio", "thinking", "video_url"),
              text: fc.jsonValue({ maxDepth: 2 }),
              image_url: fc.jsonValue({ maxDepth: 2 }),
              file: fc.jsonValue({ maxDepth: 2 }),
            },
            { requiredKeys: [] },
          ),
        ),
      ),
      tool_calls: fc.array(fc.jsonValue({ maxDepth: 2 })),
      tool_call_id: fc.jsonValue({ maxDepth: 2 }),
    },
    { requiredKeys: [] },
  ),
);

function countParts({ turns }: NeutralRequest, isCounted: (part: Part) => boolean): number {
  return turns.flatMap(({ parts }) => parts).filter(isCounted).length;
}

/** What the writer makes of the events, as the reader understands it. */
function throughWire(events: readonly NeutralEvent[]): readonly NeutralEvent[] {
  const writer = chatSpeaker.createStreamWriter(TERMS);
  const reader = chatSpeaker.createStreamReader();
  const text = events.map((event) => writer.write(event)).join("");
  const told = text.split("\n\n").flatMap((one) => (one === "" ? [] : reader.read(null, one.slice(6))));
  return [...told, ...reader.end()];
}

/** The same stream with its calls told side by side: all begin before the first ends. */
function interleave(events: readonly NeutralEvent[], coins: Iterator<boolean>): readonly NeutralEvent[] {
  const calls = new Set(
    events.flatMap((event) =>
      event.kind === "part-start" && event.part.kind === "tool-call" ? [event.index] : [],
    ),
  );
  const isOfCall = (event: NeutralEvent) => "index" in event && calls.has(event.index);
  const first = events.findIndex(isOfCall);
  const ofCalls = events.filter(isOfCall);
  const starts = ofCalls.filter(({ kind }) => kind === "part-start");
  const queues = [...calls].map((call) =>
    ofCalls.filter((event) => "index" in event && event.index === call && event.kind !== "part-start"),
  );
  const mixed: NeutralEvent[] = [];
  while (queues.some(({ length }) => length > 0)) {
    const queue = queues.find(({ length }) => length > 0 && coins.next().value === true);
    const event = queue?.shift();
    if (event) mixed.push(event);
  }
  const others = events.filter((event) => !isOfCall(event));
  return first < 0 ? events : [...others.slice(0, first), ...starts, ...mixed, ...others.slice(first)];
}

/** As a provider of this format signs: with all of its detail. */
function fitThinking<P extends Part | AnswerPart>(part: P): P {
  if (part.kind !== "thinking" || part.signature?.by !== "openai-chat") return part;
  const { value } = part.signature;
  const detail = part.isRedacted
    ? { type: "reasoning.encrypted", data: value }
    : { type: "reasoning.text", signature: value };
  const signature: Signature = { by: "openai-chat", value: JSON.stringify(detail) };
  return { ...part, signature };
}

function fitAnswer(answer: NeutralAnswer): NeutralAnswer {
  return { ...answer, parts: answer.parts.map(fitThinking) };
}

/** Files are demanded to have names; a turn of thinking alone is nobody's. */
function fitRequest(request: NeutralRequest): NeutralRequest {
  const turns = request.turns.map((turn) => ({
    ...turn,
    parts: turn.parts
      .map(fitThinking)
      .map((part) => (part.kind === "document" ? { ...part, name: "a.pdf" } : part)),
  }));
  const said = turns.map((turn) =>
    turn.parts.every(({ kind }) => kind === "thinking")
      ? { ...turn, parts: [...turn.parts, { kind: "text" as const, text: "so" }] }
      : turn,
  );
  return { ...request, turns: said };
}
