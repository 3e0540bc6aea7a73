/** There and back again over pairs: what two formats both can carry comes through the one and the other as it was meant. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { Json } from "../../../server/protocols/json.ts";
import type {
  NeutralAnswer,
  NeutralEvent,
  NeutralRequest,
  Part,
  Speaks,
} from "../../../server/protocols/translation/form.ts";
import {
  type AnswerFact,
  arbitraryAnswer,
  arbitraryRequest,
  type RequestFact,
} from "../../protocols/translation/arbitrary.ts";
import { eventsOf, foldEvents } from "../../protocols/translation/events.ts";
import { DIALECTS, PAIRS, SPEAKERS, termsFor } from "./dialects.ts";
import { readStream } from "./translate.ts";

/** Models that take what the tests ask for: sampling and no thinking. */
const MODELS: Readonly<Record<Speaks, string>> = {
  "openai-chat": "gpt-4o",
  "openai-responses": "gpt-4o",
  "anthropic-messages": "claude-3-5-sonnet-20241022",
  gemini: "gemini-2.5-flash",
};
/** Models that think as much as they are told to. */
const THINKERS: Readonly<Record<Speaks, string>> = {
  "openai-chat": "gpt-5.1",
  "openai-responses": "gpt-5.1",
  "anthropic-messages": "claude-opus-4-8",
  gemini: "gemini-3-flash-preview",
};

/** What each format has no place for. Thinking and its signatures go to their own provider alone: see thinking.test.ts. */
const UNCARRIED: Readonly<Record<Speaks, readonly RequestFact[]>> = {
  "openai-chat": [
    "document-url",
    "document-text",
    "result-media",
    "result-error",
    "topK",
    "neighbours",
    "mixed-order",
  ],
  "openai-responses": [
    ...(["audio", "result-error", "topK", "seed", "frequencyPenalty", "presencePenalty", "stop"] as const),
  ],
  "anthropic-messages": [
    ...(["audio", "system-turns", "refusal", "seed", "frequencyPenalty", "presencePenalty"] as const),
    "format-json",
    "no-maxTokens",
  ],
  gemini: ["system-turns", "refusal", "parallelTools", "tool-strict", "result-media", "neighbours"],
};

/** Hints and labels, and what is a provider's own business. */
const UNSAID: readonly RequestFact[] = [
  ...(["cache", "detail", "user", "usageChunk", "url-type"] as const),
  ...(["thinking-parts", "text-signature", "call-signature", "thinking-shown"] as const),
];

function requestsOf(pair: readonly Speaks[], without: readonly RequestFact[]) {
  return arbitraryRequest({
    without: [...pair.flatMap((one) => UNCARRIED[one]), ...UNSAID, ...without],
    thinkingAmounts: ["effort"],
    efforts: ["low", "medium", "high"],
    highestTemperature: 1,
  }).map(settle);
}

describe("a request", () => {
  for (const { client, serving } of PAIRS) {
    test(`${client}, then ${serving}`, () => {
      for (const [models, without] of [
        [MODELS, ["thinking"]],
        [THINKERS, ["temperature", "topP", "topK", "frequencyPenalty", "presencePenalty"]],
      ] as const) {
        fc.assert(
          fc.property(requestsOf([client, serving], without), (request) => {
            const once = through(client, models[client], request);
            const twice = through(serving, models[serving], once);
            expect(meant(twice)).toEqual(meant(request));
          }),
          { numRuns: 60 },
        );
      }
    });
  }
});

const UNCARRIED_IN_ANSWERS: Readonly<Record<Speaks, readonly AnswerFact[]>> = {
  "openai-chat": ["stop-sequence", "neighbours", "mixed-order"],
  // Its clients keep such signatures in items that follow: they come back with the conversation, in requests.
  "openai-responses": ["stop-sequence", "text-signature", "call-signature", "unknown-counts"],
  "anthropic-messages": ["created", "no-usage", "refusal", "text-signature", "call-signature"],
  gemini: ["created", "refusal", "stop-sequence", "neighbours", "cache-write"],
};

function answersOf(pair: readonly Speaks[]) {
  const without = new Set(pair.flatMap((one) => UNCARRIED_IN_ANSWERS[one]));
  return arbitraryAnswer({ without: [...without], signers: ["anthropic-messages", "gemini"] });
}

describe("an answer, with its thinking sealed and unsealed on the way", () => {
  for (const { client, serving } of PAIRS) {
    test(`${client}, then ${serving}: whole`, () => {
      fc.assert(
        fc.property(answersOf([client, serving]), (answer) => {
          const twice = answerThrough(serving, answerThrough(client, answer));
          expect(told(twice)).toEqual(told(answer));
        }),
        { numRuns: 60 },
      );
    });

    test(`${client}, then ${serving}: as a stream in pieces`, () => {
      const pieces = fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 3 });
      fc.assert(
        fc.property(answersOf([client, serving]), pieces, (answer, sizes) => {
          const once = streamThrough(client, eventsOf(answer, sizes));
          const { answer: twice } = foldEvents(streamThrough(serving, once));
          expect(told(twice)).toEqual(told(answer));
        }),
        { numRuns: 60 },
      );
    });
  }
});

describe("an answer that goes from one format to the next through all four", () => {
  test("is the same in the end", () => {
    fc.assert(
      fc.property(answersOf(DIALECTS), (answer) => {
        const last = DIALECTS.reduce((one, dialect) => answerThrough(dialect, one), answer);
        expect(told(last)).toEqual(told(answer));
      }),
      { numRuns: 100 },
    );
  });
});

/** An answer without the time, which not every format tells; in responses, no figure is told as 0. */
function told(answer: NeutralAnswer | null) {
  const usage = answer?.usage;
  const written = usage ? { usage: { ...usage, cacheWriteTokens: usage.cacheWriteTokens ?? 0 } } : {};
  return { ...answer, created: null, ...written };
}

/** Written for a provider of the format, and read as one of its clients would have written it. */
function through(dialect: Speaks, model: string, request: NeutralRequest): NeutralRequest {
  const { body, uncarried } = SPEAKERS[dialect].writeRequest(request, { model, maxOutput: 8_192 });
  expect(uncarried, dialect).toEqual([]);
  const read = SPEAKERS[dialect].readRequest(overTheWire(body), { model, stream: request.stream });
  if ("reason" in read) throw new Error(read.message);
  expect(read.uncarried, dialect).toEqual([]);
  return read.request;
}

function answerThrough(dialect: Speaks, answer: NeutralAnswer): NeutralAnswer {
  const speaker = SPEAKERS[dialect];
  const read = speaker.readAnswer(overTheWire(speaker.writeAnswer(answer, termsFor("whole"))));
  if (!read) throw new Error(`${dialect} does not read its own answer`);
  return read;
}

function streamThrough(dialect: Speaks, events: readonly NeutralEvent[]): readonly NeutralEvent[] {
  const writer = SPEAKERS[dialect].createStreamWriter(termsFor("sse"));
  const text = events.map((event) => writer.write(event)).join("");
  return readStream(dialect, "sse", new TextEncoder().encode(text));
}

function overTheWire(document: Json): Json {
  return JSON.parse(JSON.stringify(document));
}

/** What each format demands of its values: words that say something, a ceiling that all take, one text for each result. */
function settle(request: NeutralRequest): NeutralRequest {
  const { toolChoice, parallelTools, maxTokens } = request;
  return {
    ...request,
    maxTokens: maxTokens === null ? null : Math.max(16, maxTokens),
    system: request.system.map(speakUp),
    turns: request.turns.map(({ role, parts }) => ({ role, parts: parts.map(settlePart) })),
    stop: request.stop.filter((sequence) => sequence.trim() !== ""),
    // Messages say it with the choice.
    parallelTools: toolChoice === null || toolChoice.kind === "none" ? null : parallelTools,
  };
}

function settlePart(part: Part): Part {
  if (part.kind !== "tool-result") return speakUp(part);
  const texts = part.content.flatMap((one) => (one.kind === "text" ? [speakUp(one).text] : []));
  const said = texts.length > 0 ? [{ kind: "text" as const, text: texts.join("\n") }] : [];
  return { ...part, content: [...said, ...part.content.filter(({ kind }) => kind !== "text")] };
}

function speakUp<P extends Part>(part: P): P {
  return part.kind === "text" && part.text.trim() === "" ? { ...part, text: "said" } : part;
}

/** A request without names that some formats demand and others lack, and without what is said in one of several ways. */
function meant(request: NeutralRequest) {
  const { model: _model, format, tools, turns, ...rest } = request;
  return {
    ...rest,
    format: format?.kind === "schema" ? { ...format, name: null, strict: null, description: null } : format,
    tools: tools.map((tool) => ({ ...tool, strict: null })),
    turns: turns.map(({ role, parts }) => ({ role, parts: parts.map(unnamed) })),
  };
}

function unnamed(part: Part): unknown {
  if (part.kind === "tool-result") return { ...part, content: part.content.map(unnamed) };
  if (part.kind !== "document" && part.kind !== "image") return part;
  const { source } = part;
  const bare = source.kind === "url" ? { ...source, mediaType: null } : source;
  return { ...part, source: bare, ...(part.kind === "document" ? { name: null } : {}) };
}
