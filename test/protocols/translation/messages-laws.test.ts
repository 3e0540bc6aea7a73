/** What is said in Anthropic's messages format is understood as it was meant: there and back again is the same. */
import { expect, test } from "bun:test";
import fc from "fast-check";
import type { Json } from "../../../server/protocols/json.ts";
import type {
  NeutralEvent,
  NeutralRequest,
  Part,
  TextPart,
  Thinking,
} from "../../../server/protocols/translation/form.ts";
import { messagesSpeaker } from "../../../server/protocols/translation/messages/speaker.ts";
import type { AnswerTerms, StreamReader } from "../../../server/protocols/translation/speaker.ts";
import { type AnswerFact, arbitraryAnswer, arbitraryRequest, type RequestFact } from "./arbitrary.ts";
import { eventsOf, foldEvents } from "./events.ts";

const TERMS: AnswerTerms = {
  requestId: "req-1",
  model: "asked-for",
  framing: "sse",
  usageChunk: false,
  now: 1_700_000_000_000,
};

/** What the format has no place for, or no mark that would tell it from something else. */
const WITHOUT: readonly RequestFact[] = [
  "detail",
  "url-type",
  "audio",
  "system-turns",
  "unsigned-thinking",
  "text-signature",
  "call-signature",
  "refusal",
  "no-maxTokens",
  "seed",
  "frequencyPenalty",
  "presencePenalty",
  "format-json",
  "schema-name",
  "schema-strict",
  "schema-description",
  "usageChunk",
];

const WITHOUT_IN_ANSWERS: readonly AnswerFact[] = [
  "created",
  "no-usage",
  "text-signature",
  "call-signature",
  "refusal",
];

/** As the wire has it. */
function overTheWire(document: Json): Json {
  return JSON.parse(JSON.stringify(document));
}

/** The format refuses texts of nothing but white space. */
function settleText<P extends Part>(part: P): P {
  return part.kind === "text" && part.text.trim() === "" ? { ...part, text: "said" } : part;
}

function settlePart(part: Part): Part {
  return part.kind === "tool-result" ? { ...part, content: part.content.map(settleText) } : settleText(part);
}

function settle(request: NeutralRequest, thinking: Thinking | null): NeutralRequest {
  return {
    ...request,
    thinking: thinking?.amount.kind === "off" ? { amount: thinking.amount, isShown: null } : thinking,
    system: request.system.map((part: TextPart) => settleText(part)),
    turns: request.turns.map((turn) => ({ ...turn, parts: turn.parts.map(settlePart) })),
    // It binds to every schema.
    format: request.format?.kind === "schema" ? { ...request.format, strict: "always" } : request.format,
    stop: request.stop.filter((sequence) => sequence.trim() !== ""),
    // Whether several calls may be made stands with which: it needs a choice, and `none` has no place for it.
    parallelTools:
      request.toolChoice === null || request.toolChoice.kind === "none" ? null : request.parallelTools,
  };
}

function expectSame(request: NeutralRequest) {
  const { model } = request;
  const written = messagesSpeaker.writeRequest(request, { model, maxOutput: 8_192 });
  expect(written.uncarried).toEqual([]);
  const read = messagesSpeaker.readRequest(overTheWire(written.body), { model: null, stream: null });
  expect(read).toEqual({ request, uncarried: [] });
}

test("a request for a model that thinks up to a budget is read as it was meant", () => {
  const requests = arbitraryRequest({
    without: WITHOUT,
    signers: ["anthropic-messages"],
    thinkingAmounts: ["off", "budget"],
    highestTemperature: 1,
  }).filter(({ turns }) => turns.at(-1)?.parts.every(({ kind }) => kind !== "tool-result") ?? true);
  fc.assert(
    fc.property(requests, (arbitrary) => {
      const { thinking } = arbitrary;
      const least = thinking?.amount.kind === "budget" ? thinking.amount.tokens + 1 : 0;
      const maxTokens = Math.max(arbitrary.maxTokens ?? 4_096, least);
      expectSame({ ...settle(arbitrary, thinking), maxTokens });
    }),
    { numRuns: 200 },
  );
});

test("a request for a model that thinks as much as it finds right is read as it was meant", () => {
  const requests = arbitraryRequest({
    without: [...WITHOUT, "temperature", "topP", "topK"],
    signers: ["anthropic-messages"],
    thinkingAmounts: ["off", "adaptive", "effort"],
    efforts: ["low", "medium", "high", "xhigh", "max"],
  });
  fc.assert(
    fc.property(requests, (arbitrary) => {
      const maxTokens = arbitrary.maxTokens ?? 4_096;
      expectSame({ ...settle(arbitrary, arbitrary.thinking), model: "claude-opus-4-8", maxTokens });
    }),
    { numRuns: 200 },
  );
});

test("a whole answer is read as it was meant", () => {
  fc.assert(
    fc.property(arbitraryAnswer({ without: WITHOUT_IN_ANSWERS }), (answer) => {
      const written = overTheWire(messagesSpeaker.writeAnswer(answer, TERMS));
      expect(messagesSpeaker.readAnswer(written)).toEqual(answer);
    }),
    { numRuns: 200 },
  );
});

test("a stream is read as it was meant, however its texts are cut", () => {
  fc.assert(
    fc.property(
      arbitraryAnswer({ without: WITHOUT_IN_ANSWERS }),
      fc.array(fc.integer({ min: 1, max: 5 })),
      (answer, pieces) => {
        const events = readStream(writeStream(eventsOf(answer, pieces)));
        expect(foldEvents(events)).toEqual({ answer, error: null });
      },
    ),
    { numRuns: 200 },
  );
});

test("an answer that the client brings back is understood with the signatures of whoever made it", () => {
  const answers = arbitraryAnswer({ without: ["empty", "refusal"] });
  fc.assert(
    fc.property(answers, ({ parts, ...answer }) => {
      const { content } = messagesSpeaker.writeAnswer({ parts, ...answer }, TERMS);
      const messages = [
        { role: "user", content: "Hello" },
        { role: "assistant", content },
      ];
      const read = messagesSpeaker.readRequest(overTheWire({ messages }), { model: "m", stream: null });
      expect(read).toMatchObject({ request: { turns: [{}, { role: "assistant", parts }] }, uncarried: [] });
    }),
    { numRuns: 200 },
  );
});

test("whole and streamed, a client is told the same", () => {
  fc.assert(
    fc.property(
      arbitraryAnswer({ without: ["no-usage"] }),
      fc.array(fc.integer({ min: 1, max: 5 })),
      (answer, pieces) => {
        const whole = messagesSpeaker.readAnswer(overTheWire(messagesSpeaker.writeAnswer(answer, TERMS)));
        const streamed = foldEvents(readStream(writeStream(eventsOf(answer, pieces)))).answer;
        expect(streamed).toEqual(whole);
      },
    ),
  );
});

test("nothing that a client can send makes the reader throw", () => {
  const names = fc.constantFrom(
    ..."type text role content messages system tools tool_choice source data thinking output_config edits".split(
      " ",
    ),
    ..."user assistant tool_use tool_result input id name base64 context_management stop_sequences toString format".split(
      " ",
    ),
  );
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 6 },
      fc.oneof(names, fc.constantFrom(null, 0, -1, true, "")),
      fc.dictionary(names, tie("value"), { maxKeys: 5 }),
      fc.array(tie("value"), { maxLength: 4 }),
    ),
  }));
  fc.assert(
    fc.property(fc.dictionary(names, value), (request) => {
      const read = messagesSpeaker.readRequest(request, { model: null, stream: null });
      expect("reason" in read || Array.isArray(read.uncarried)).toBe(true);
    }),
    { numRuns: 300 },
  );
  fc.assert(
    fc.property(fc.jsonValue(), (json) => {
      messagesSpeaker.readError(500, json);
      const reader = messagesSpeaker.createStreamReader();
      for (const name of [
        "message_start",
        "content_block_start",
        "content_block_delta",
        "message_delta",
        "error",
      ]) {
        foldable(
          reader.read(name, JSON.stringify({ type: name, index: json, delta: json, content_block: json })),
        );
      }
      if (typeof json === "object" && json !== null && !Array.isArray(json)) messagesSpeaker.readAnswer(json);
    }),
  );
});

function foldable(events: readonly NeutralEvent[]): void {
  expect(Array.isArray(events)).toBe(true);
}

function writeStream(events: readonly NeutralEvent[]): string {
  const writer = messagesSpeaker.createStreamWriter(TERMS);
  return events.map((event) => writer.write(event)).join("");
}

function readStream(text: string): readonly NeutralEvent[] {
  const reader: StreamReader = messagesSpeaker.createStreamReader();
  const events = text.split("\n\n").filter((block) => block !== "");
  return [
    ...events.flatMap((block) => {
      const [event = "", data = ""] = block.split("\n");
      return reader.read(event.slice("event: ".length), data.slice("data: ".length));
    }),
    ...reader.end(),
  ];
}
