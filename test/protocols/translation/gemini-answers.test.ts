/** What a provider of Gemini's format answers: whole, streamed, broken off and failed. */
import { expect, test } from "bun:test";
import { Glob } from "bun";
import type { Json } from "../../../server/protocols/json.ts";
import type { NeutralEvent } from "../../../server/protocols/translation/form.ts";
import { geminiSpeaker } from "../../../server/protocols/translation/gemini/speaker.ts";
import type { AnswerTerms } from "../../../server/protocols/translation/speaker.ts";
import { foldEvents } from "./events.ts";

const TERMS: AnswerTerms = {
  requestId: "req-1",
  model: "asked-for",
  framing: "sse",
  usageChunk: false,
  now: 1_700_000_000_000,
};

function streamed(...chunks: readonly Json[]): readonly NeutralEvent[] {
  const reader = geminiSpeaker.createStreamReader();
  return [...chunks.flatMap((chunk) => reader.read(null, JSON.stringify(chunk))), ...reader.end()];
}

function chunk(parts: readonly Json[], more: Json = {}): Json {
  return { candidates: [{ content: { role: "model", parts }, index: 0, ...more }], responseId: "r1" };
}

function finishOf(finishReason: string, parts: readonly Json[] = [{ text: "x" }]): unknown {
  return geminiSpeaker.readAnswer(chunk(parts, { finishReason }))?.finish;
}

test("a thinking answer that calls tools is read in the order in which it was said", () => {
  const answer = geminiSpeaker.readAnswer({
    candidates: [
      {
        content: {
          role: "model",
          parts: [
            { text: "Two cities.", thought: true },
            { text: "I look. " },
            { functionCall: { name: "get", args: { city: "Köln" } }, thoughtSignature: "c2ln" },
            { functionCall: { id: "own", name: "get" } },
          ],
        },
        finishReason: "STOP",
      },
    ],
    usageMetadata: {
      promptTokenCount: 10,
      cachedContentTokenCount: 4,
      candidatesTokenCount: 5,
      thoughtsTokenCount: 3,
      totalTokenCount: 18,
    },
    modelVersion: "gemini-3-flash-preview",
    responseId: "r1",
    createTime: "2026-01-02T03:04:05Z",
  });
  expect(answer).toEqual({
    id: "r1",
    model: "gemini-3-flash-preview",
    created: Date.UTC(2026, 0, 2, 3, 4, 5),
    parts: [
      { kind: "thinking", text: "Two cities.", signature: null },
      { kind: "text", text: "I look. " },
      {
        kind: "tool-call",
        id: "call_r1_0",
        name: "get",
        arguments: '{"city":"Köln"}',
        signature: { by: "gemini", value: "c2ln" },
      },
      { kind: "tool-call", id: "own", name: "get", arguments: "{}" },
    ],
    finish: { kind: "tool-calls" },
    usage: {
      inputTokens: 10,
      outputTokens: 8,
      cachedTokens: 4,
      cacheWriteTokens: null,
      reasoningTokens: 3,
    },
  });
});

test("two answers never make the same ids for their calls", () => {
  const call = { functionCall: { name: "get", args: {} } };
  const idOf = (responseId: string) =>
    geminiSpeaker
      .readAnswer({ ...chunk([call, call]), responseId })
      ?.parts.map((part) => "id" in part && part.id);
  expect(idOf("a")).toEqual(["call_a_0", "call_a_1"]);
  expect(idOf("b")).toEqual(["call_b_0", "call_b_1"]);
});

test("finish reasons say whether the answer stopped, was cut, calls, or was filtered", () => {
  expect(finishOf("STOP")).toEqual({ kind: "stop", sequence: null });
  expect(finishOf("STOP", [{ functionCall: { name: "get" } }])).toEqual({ kind: "tool-calls" });
  expect(finishOf("MAX_TOKENS", [{ functionCall: { name: "get" } }])).toEqual({ kind: "length" });
  for (const reason of ["SAFETY", "RECITATION", "PROHIBITED_CONTENT", "SPII", "BLOCKLIST"]) {
    expect(finishOf(reason)).toEqual({ kind: "filtered" });
  }
  expect(finishOf("SOMETHING_NEW")).toEqual({ kind: "stop", sequence: null });
});

test("a prompt that is blocked is answered with nothing, filtered", () => {
  const blocked = { promptFeedback: { blockReason: "SAFETY" }, usageMetadata: { promptTokenCount: 9 } };
  expect(geminiSpeaker.readAnswer(blocked)).toMatchObject({ parts: [], finish: { kind: "filtered" } });
  expect(foldEvents(streamed(blocked)).answer).toMatchObject({ parts: [], finish: { kind: "filtered" } });
});

test("arguments that are nested without end are none", () => {
  const args: Json = JSON.parse(`${'{"a":'.repeat(20_000)}1${"}".repeat(20_000)}`);
  expect(geminiSpeaker.readAnswer(chunk([{ functionCall: { name: "get", args } }]))?.parts).toMatchObject([
    { name: "get", arguments: "{}" },
  ]);
});

test("what is no answer is none", () => {
  for (const body of [{}, { error: { code: 500 } }, { embedding: { values: [] } }, { candidates: [] }]) {
    expect(geminiSpeaker.readAnswer(body)).toBeNull();
  }
});

test("a stream is told piece by piece, its calls whole, and ends with its body", () => {
  const usage = (candidatesTokenCount: number) => ({ promptTokenCount: 7, candidatesTokenCount });
  const reader = geminiSpeaker.createStreamReader();
  const read = (document: Json) => reader.read(null, JSON.stringify(document));
  expect(read({ ...chunk([{ text: "Hm.", thought: true }]), modelVersion: "m" })).toEqual([
    { kind: "start", id: "r1", model: "m", created: null },
    { kind: "part-start", index: 0, part: { kind: "thinking" } },
    { kind: "piece", index: 0, text: "Hm." },
  ]);
  expect(read({ ...chunk([{ text: "He" }]), usageMetadata: usage(1) })).toEqual([
    { kind: "part-end", index: 0 },
    { kind: "part-start", index: 1, part: { kind: "text" } },
    { kind: "piece", index: 1, text: "He" },
    { kind: "usage", usage: expect.objectContaining({ inputTokens: 7, outputTokens: 1 }) },
  ]);
  expect(read(chunk([{ text: "llo" }, { text: "", thoughtSignature: "c2ln" }]))).toEqual([
    { kind: "piece", index: 1, text: "llo" },
    { kind: "signature", index: 1, signature: { by: "gemini", value: "c2ln" } },
    { kind: "part-end", index: 1 },
  ]);
  expect(read(chunk([{ functionCall: { name: "get", args: { a: 1 } } }]))).toEqual([
    { kind: "part-start", index: 2, part: { kind: "tool-call", id: "call_r1_0", name: "get" } },
    { kind: "piece", index: 2, text: '{"a":1}' },
    { kind: "part-end", index: 2 },
  ]);
  expect(read({ ...chunk([{ text: "" }], { finishReason: "STOP" }), usageMetadata: usage(9) })).toEqual([
    { kind: "usage", usage: expect.objectContaining({ outputTokens: 9 }) },
  ]);
  expect(reader.end()).toEqual([{ kind: "finish", finish: { kind: "tool-calls" } }, { kind: "end" }]);
  expect(reader.end()).toEqual([]);
});

test("what follows a finish reason counts: some models give every chunk one", () => {
  const { answer } = foldEvents(
    streamed(chunk([{ text: "a" }], { finishReason: "STOP" }), {
      ...chunk([{ text: "b" }]),
      usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 2 },
    }),
  );
  expect(answer).toMatchObject({ parts: [{ text: "ab" }], usage: { inputTokens: 1, outputTokens: 2 } });
});

test("a stream that breaks off has no end", () => {
  const events = streamed(chunk([{ text: "a" }]));
  expect(events.map(({ kind }) => kind)).toEqual(["start", "part-start", "piece"]);
  expect(streamed()).toEqual([]);
});

test("an error in the place of a chunk is the last that is told", () => {
  const events = streamed(
    chunk([{ text: "a" }]),
    { error: { code: 503, message: "Overloaded.", status: "UNAVAILABLE" } },
    chunk([{ text: "b" }], { finishReason: "STOP" }),
  );
  expect(events.at(-1)).toEqual({
    kind: "error",
    error: { status: 503, message: "Overloaded.", code: "UNAVAILABLE" },
  });
  expect(JSON.stringify(events)).not.toContain('"b"');
});

test("what is no chunk is passed over", () => {
  const reader = geminiSpeaker.createStreamReader();
  for (const data of ["", "[DONE]", "null", "[1]", "{"]) expect(reader.read(null, data)).toEqual([]);
});

test("a list that fails at once is a list with the error, and nothing comes after it", () => {
  const error = { status: 500, message: "Broken.", code: null };
  for (const begun of [[], [{ kind: "start", id: "r", model: "m", created: null }]] as NeutralEvent[][]) {
    const writer = geminiSpeaker.createStreamWriter({ ...TERMS, framing: "json-array" });
    const body = [...begun, { kind: "error", error } as const, { kind: "end" } as const]
      .map((event) => writer.write(event))
      .join("");
    expect(JSON.parse(body)).toEqual([{ error: { code: 500, message: "Broken.", status: "INTERNAL" } }]);
  }
});

test("an answer without a name of its own has the call's", () => {
  const usage = null;
  const finish = { kind: "stop", sequence: null } as const;
  const written = geminiSpeaker.writeAnswer(
    { id: "", model: "", created: null, parts: [], finish, usage },
    TERMS,
  );
  expect(written).toMatchObject({ responseId: "req-1", modelVersion: "asked-for" });
});

test("errors are found in whatever shape hosts send them", () => {
  const read = (body: unknown) => geminiSpeaker.readError(429, body);
  const google = { error: { code: 429, message: "Quota exceeded", status: "RESOURCE_EXHAUSTED" } };
  const expected = { status: 429, message: "Quota exceeded", code: "RESOURCE_EXHAUSTED" };
  expect(read(google)).toEqual(expected);
  expect(read([google])).toEqual(expected);
  expect(read({ error: { message: "No.", type: "t", code: "c" } })).toMatchObject({
    message: "No.",
    code: "c",
  });
  expect(read({ error: "No." })).toEqual({ status: 429, message: "No.", code: null });
  expect(read({ detail: "No." })).toMatchObject({ message: "No." });
  expect(read(undefined).message).toBe("The provider answered with status 429 and did not say why.");
  expect(read({ error: { message: "x".repeat(9_999) } }).message).toHaveLength(2_000);
});

test("errors are written with Google's word for the status", () => {
  const word = (status: number) => {
    const { error } = geminiSpeaker.writeError({ status, message: "m", code: "c" }, TERMS) as {
      error: { code: number; status: string };
    };
    expect(error.code).toBe(status);
    return error.status;
  };
  expect([400, 401, 403, 404, 422, 429, 500, 503, 529].map(word)).toEqual([
    "INVALID_ARGUMENT",
    "UNAUTHENTICATED",
    "PERMISSION_DENIED",
    "NOT_FOUND",
    "INVALID_ARGUMENT",
    "RESOURCE_EXHAUSTED",
    "INTERNAL",
    "UNAVAILABLE",
    "UNAVAILABLE",
  ]);
});

/** A stream on record: events, or the elements of a list. */
interface Recorded {
  readonly events?: readonly string[];
  readonly body?: readonly Json[];
}

test("every recorded stream of the provider is read to its end", async () => {
  const folder = `${import.meta.dir}/../../conformance/fixtures/google`;
  const names = [...new Glob("stream-*.json").scanSync(folder)];
  expect(names.length).toBeGreaterThan(2);
  for (const name of names) {
    const { events, body }: Recorded = await Bun.file(`${folder}/${name}`).json();
    const chunks = body ?? events?.map((event): Json => JSON.parse(event.slice(event.indexOf("{")))) ?? [];
    expect(foldEvents(streamed(...chunks)).answer).not.toBeNull();
  }
});
