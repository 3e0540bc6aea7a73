/** What is said in Gemini's format is understood as it was meant: there and back again is the same. */
import { expect, test } from "bun:test";
import fc from "fast-check";
import type { Json } from "../../../server/protocols/json.ts";
import type {
  NeutralEvent,
  NeutralRequest,
  Part,
  Thinking,
} from "../../../server/protocols/translation/form.ts";
import { geminiSpeaker } from "../../../server/protocols/translation/gemini/speaker.ts";
import type { AnswerTerms } from "../../../server/protocols/translation/speaker.ts";
import { type AnswerFact, arbitraryAnswer, arbitraryRequest, type RequestFact } from "./arbitrary.ts";
import { eventsOf, foldEvents } from "./events.ts";

const TERMS: AnswerTerms = {
  requestId: "req-1",
  model: "asked-for",
  framing: "sse",
  usageChunk: false,
  now: 1_700_000_000_000,
};

/** What Gemini has no place for, or no mark that would tell it from something else. */
const WITHOUT: readonly RequestFact[] = [
  "cache",
  "detail",
  "document-name",
  "system-turns",
  "unsigned-thinking",
  "redacted-thinking",
  "refusal",
  "neighbours",
  "tool-strict",
  "parallelTools",
  "schema-name",
  "schema-strict",
  "schema-description",
  "user",
  "usageChunk",
];

/** As the wire has it: text as such, arguments as objects. */
function overTheWire(document: Json): Json {
  return JSON.parse(JSON.stringify(document));
}

function readBack(request: NeutralRequest) {
  const { model, stream } = request;
  const written = geminiSpeaker.writeRequest(request, { model, maxOutput: 8_192 });
  const read = geminiSpeaker.readRequest(overTheWire(written.body), { model, stream });
  return { written, read };
}

/** What Google cannot be told otherwise: it wants a type for each URL, and one text for each result. */
function settle(request: NeutralRequest, thinking: Thinking | null): NeutralRequest {
  return {
    ...request,
    thinking,
    turns: request.turns.map((turn) => ({ ...turn, parts: turn.parts.map(settlePart) })),
    // It binds to every schema.
    format: request.format?.kind === "schema" ? { ...request.format, strict: "always" } : request.format,
  };
}

function settlePart(part: Part): Part {
  if (part.kind === "tool-result") {
    const texts = part.content.flatMap((one) => (one.kind === "text" ? [one.text] : []));
    const said = texts.length > 0 ? [{ kind: "text" as const, text: texts.join("\n") }] : [];
    return { ...part, content: [...said, ...part.content.filter(({ kind }) => kind !== "text")] };
  }
  if ((part.kind !== "image" && part.kind !== "document") || part.source.kind !== "url") return part;
  const usual = part.kind === "image" ? "image/jpeg" : "application/pdf";
  return { ...part, source: { ...part.source, mediaType: part.source.mediaType ?? usual } };
}

function law(model: string, without: readonly RequestFact[], thinkingOf: (thinking: Thinking) => Thinking) {
  fc.assert(
    fc.property(arbitraryRequest({ without: [...WITHOUT, ...without], signers: ["gemini"] }), (arbitrary) => {
      const request = settle({ ...arbitrary, model }, arbitrary.thinking && thinkingOf(arbitrary.thinking));
      const { written, read } = readBack(request);
      expect(written.uncarried).toEqual([]);
      expect(read).toEqual({ request, uncarried: [] });
    }),
    { numRuns: 200 },
  );
}

test("a request for the second generation is read as it was meant", () => {
  law("gemini-2.5-flash", ["result-media"], ({ amount, isShown }) => {
    if (amount.kind === "off") return { amount, isShown: null };
    if (amount.kind === "effort") return { amount: { kind: "budget", tokens: 8_192 }, isShown };
    if (amount.kind === "budget") {
      return { amount: { kind: "budget", tokens: Math.min(amount.tokens, 24_576) }, isShown };
    }
    return { amount, isShown };
  });
});

test("a request for the third generation is read as it was meant", () => {
  law("gemini-3-flash-preview", ["image-url", "document-url"], ({ amount, isShown }) => ({
    amount:
      amount.kind === "effort" && (amount.effort === "xhigh" || amount.effort === "max")
        ? { kind: "effort", effort: "high" }
        : amount.kind === "effort"
          ? amount
          : { kind: "effort", effort: "medium" },
    isShown,
  }));
});

const UNANSWERED: readonly AnswerFact[] = [
  "created",
  "no-created",
  "refusal",
  "neighbours",
  "stop-sequence",
  "cache-write",
];

/** Gemini says when an answer was made with Vertex alone. */
const answers = arbitraryAnswer({ without: UNANSWERED }).map((answer) => ({ ...answer, created: null }));

test("an answer is read as it was meant, whosever signatures are in it", () => {
  fc.assert(
    fc.property(answers, (answer) => {
      const written = overTheWire(geminiSpeaker.writeAnswer(answer, TERMS));
      expect(geminiSpeaker.readAnswer(written)).toEqual(answer);
    }),
    { numRuns: 200 },
  );
});

/** The events of a body, as the gateway cuts them. */
function readStream(body: string, framing: AnswerTerms["framing"]): readonly NeutralEvent[] {
  const reader = geminiSpeaker.createStreamReader();
  const chunks: readonly string[] =
    framing === "json-array"
      ? JSON.parse(body).map((one: unknown) => JSON.stringify(one))
      : body
          .split("\n\n")
          .filter((one) => one !== "")
          .map((one) => one.replace(/^data: /, ""));
  return [...chunks.flatMap((chunk) => reader.read(null, chunk)), ...reader.end()];
}

test("a stream of any pieces is read as the answer that it tells, in both framings", () => {
  const pieces = fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 3 });
  fc.assert(
    fc.property(answers, pieces, fc.constantFrom("sse", "json-array"), (answer, sizes, framing) => {
      const writer = geminiSpeaker.createStreamWriter({ ...TERMS, framing });
      const body = eventsOf(answer, sizes)
        .map((event) => writer.write(event))
        .join("");
      expect(foldEvents(readStream(body, framing))).toEqual({ answer, error: null });
    }),
    { numRuns: 200 },
  );
});

test("parts that overlap are told whole, each for itself", () => {
  const writer = geminiSpeaker.createStreamWriter(TERMS);
  const call = (index: number, id: string): NeutralEvent => ({
    kind: "part-start",
    index,
    part: { kind: "tool-call", id, name: "tell" },
  });
  const piece = (index: number, text: string): NeutralEvent => ({ kind: "piece", index, text });
  const events: readonly NeutralEvent[] = [
    { kind: "start", id: "r", model: "m", created: null },
    call(0, "a"),
    call(1, "b"),
    piece(0, '{"who":'),
    piece(1, '{"who":"b"}'),
    piece(0, '"a"}'),
    { kind: "part-end", index: 1 },
    { kind: "part-end", index: 0 },
    { kind: "finish", finish: { kind: "tool-calls" } },
    { kind: "end" },
  ];
  const body = events.map((event) => writer.write(event)).join("");
  const { answer } = foldEvents(readStream(body, "sse"));
  expect(answer?.parts).toEqual([
    { kind: "tool-call", id: "b", name: "tell", arguments: '{"who":"b"}' },
    { kind: "tool-call", id: "a", name: "tell", arguments: '{"who":"a"}' },
  ]);
});

test("whatever JSON a client sends, it is read or refused, and nothing is thrown", () => {
  const line = { model: null, stream: null };
  fc.assert(
    fc.property(fc.object({ maxDepth: 4 }), (body) => {
      geminiSpeaker.readRequest(overTheWire(body as Json), line);
    }),
    { numRuns: 200 },
  );
});

/** JSON in which the members that are looked for stand, with anything in them. */
const hostile = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    fc.constantFrom<unknown>(null, "", "model", "x", -1, 1e99, true, [], {}, "image/png", "ANY"),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(
      fc.constantFrom(
        "contents",
        "parts",
        "role",
        "text",
        "thought",
        "thoughtSignature",
        "functionCall",
        "args",
        "id",
        "name",
        "function_response",
        "response",
        "inlineData",
        "mimeType",
        "data",
        "fileData",
        "fileUri",
        "tools",
        "functionDeclarations",
        "parameters",
        "type",
        "properties",
        "items",
        "anyOf",
        "nullable",
        "toolConfig",
        "functionCallingConfig",
        "mode",
        "allowedFunctionNames",
        "generationConfig",
        "stopSequences",
        "responseSchema",
        "thinkingConfig",
        "thinkingBudget",
        "thinkingLevel",
        "systemInstruction",
        "safetySettings",
        "threshold",
        "candidates",
        "content",
        "finishReason",
        "usageMetadata",
        "error",
      ),
      tie("value"),
      { maxKeys: 6 },
    ),
  ),
}));

test("whatever stands in the members that are looked for, nothing is thrown", () => {
  fc.assert(
    fc.property(hostile.value, (value) => {
      const body = {
        contents: value,
        generationConfig: value,
        tools: value,
        systemInstruction: value,
        toolConfig: value,
      };
      const all = typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
      for (const request of [body, all as Json])
        geminiSpeaker.readRequest(request, { model: "m", stream: true });
      geminiSpeaker.readAnswer({ candidates: [value], usageMetadata: value, promptFeedback: value });
      geminiSpeaker.readError(500, value);
      const reader = geminiSpeaker.createStreamReader();
      reader.read(
        null,
        JSON.stringify({ candidates: [{ content: value, finishReason: value }], error: value }),
      );
      reader.read(null, JSON.stringify({ candidates: [{ content: { parts: value } }] }));
      reader.end();
    }),
    { numRuns: 300 },
  );
});
