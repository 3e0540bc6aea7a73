/** Errors of every provider keep their status and say the provider's words, whole and inside a stream. */
import { describe, expect, test } from "bun:test";
import { objectOf, parseJson } from "../../../server/protocols/json.ts";
import type { NeutralError, NeutralEvent } from "../../../server/protocols/translation/form.ts";
import { clientsOf, DIALECTS, PAIRS, SPEAKERS, termsFor } from "./dialects.ts";
import { hear } from "./hear.ts";
import { loadAnswers, type RecordedAnswer } from "./recorded.ts";
import { readStream, translateAnswer, translateStream } from "./translate.ts";

const answers = loadAnswers();

describe("an error answer", () => {
  for (const { name, dialect, status, body } of answers.filter((one) => one.status >= 400)) {
    test(`${name} is the same error for every client`, async () => {
      const text = Buffer.from(body).toString();
      for (const client of clientsOf(dialect)) {
        const translated = translateAnswer(dialect, client, { status, text });
        expect(translated.status).toBe(status);
        const thrown = await hear(client, translated).catch((error: unknown) => error);
        expect(thrown, client).toBeInstanceOf(Error);
        expect(objectOf(thrown)?.status, client).toBe(status);
        expect(said(translated.body), client).toContain(wordsOf(text));
      }
    });
  }
});

describe("an error that is told with status 200", () => {
  for (const { name, dialect, framing, status, body } of answers) {
    const text = Buffer.from(body).toString();
    const document = objectOf(parseJson(text));
    if (status >= 300 || framing !== "whole" || !document || SPEAKERS[dialect].readAnswer(document)) continue;
    test(`${name} is an error for every client`, async () => {
      for (const client of clientsOf(dialect)) {
        const translated = translateAnswer(dialect, client, { status, text });
        const thrown = await hear(client, translated).catch((error: unknown) => error);
        expect(thrown, client).toBeInstanceOf(Error);
        expect(translated.status, client).toBeGreaterThanOrEqual(400);
      }
    });
  }
});

describe("a stream that fails", () => {
  const failing = answers.filter((one) => errorIn(one) !== null);
  test("was recorded of three formats", () => {
    expect(new Set(failing.map(({ dialect }) => dialect)).size).toBeGreaterThanOrEqual(3);
  });
  for (const recorded of failing) {
    test(`${recorded.name} fails for every client, in the provider's words`, async () => {
      const { dialect, body } = recorded;
      for (const client of clientsOf(dialect)) {
        const text = translateStream(dialect, client, "sse", body);
        await expectThrown(client, text, errorIn(recorded)?.message ?? "");
      }
    });
  }

  for (const { client, serving } of PAIRS) {
    test(`${serving} for ${client}: the error ends it, whatever had been said`, async () => {
      const error: NeutralError = { status: 503, message: "Come back later.", code: "overloaded" };
      const writer = SPEAKERS[serving].createStreamWriter(termsFor("sse"));
      const begun: readonly NeutralEvent[] = [
        { kind: "start", id: "a", model: "m", created: null },
        { kind: "part-start", index: 0, part: { kind: "text" } },
        { kind: "piece", index: 0, text: "Hel" },
        { kind: "error", error },
      ];
      const body = new TextEncoder().encode(begun.map((event) => writer.write(event)).join(""));
      await expectThrown(client, translateStream(serving, client, "sse", body), "Come back later.");
    });
  }
});

describe("a stream that breaks off", () => {
  for (const recorded of answers) {
    const { name, dialect, framing, status, body } = recorded;
    if (framing !== "sse" || status >= 300 || body.length < 400) continue;
    test(`${name} has no end for any client`, () => {
      const half = body.subarray(0, body.length >> 1);
      // Some providers say how the answer ends before its last chunks.
      if (readStream(dialect, framing, half).some(({ kind }) => kind === "end")) return;
      for (const client of clientsOf(dialect)) {
        expect(translateStream(dialect, client, framing, half), client).not.toMatch(ENDS[client]);
      }
    });
  }
});

test("what is no JSON keeps its status, and its words where it has any", () => {
  for (const { client, serving } of PAIRS) {
    for (const [text, words] of [
      ["upstream connect error", "upstream connect error"],
      ["<html><body>Bad gateway</body></html>", "did not say why"],
      ["", "did not say why"],
      ["null", "did not say why"],
    ] as const) {
      const answer = translateAnswer(serving, client, { status: 503, text });
      expect(answer.status).toBe(503);
      expect(said(answer.body)).toContain(words);
    }
  }
});

test("a status has its own word in each format", () => {
  for (const dialect of DIALECTS) {
    const words = [400, 401, 403, 404, 429, 500].map((status) => {
      const error = { status, message: "No.", code: null };
      return JSON.stringify(SPEAKERS[dialect].writeError(error, termsFor("whole")));
    });
    expect(new Set(words).size, dialect).toBe(words.length);
  }
});

/** By what each format's clients know that a stream is whole. */
const ENDS = {
  "openai-chat": /\[DONE\]/,
  "openai-responses": /response\.completed/,
  "anthropic-messages": /message_stop/,
  gemini: /finishReason/,
} as const;

async function expectThrown(client: (typeof DIALECTS)[number], body: string, words: string): Promise<void> {
  const wire = { status: 200, contentType: "text/event-stream", body };
  const thrown = await hear(client, wire).catch((error: unknown) => error);
  expect(thrown, client).toBeInstanceOf(Error);
  expect(String(thrown), client).toContain(words);
}

function errorIn({ dialect, framing, status, body }: RecordedAnswer): NeutralError | null {
  if (framing !== "sse" || status >= 300) return null;
  const last = readStream(dialect, framing, body).at(-1);
  return last?.kind === "error" ? last.error : null;
}

/** What an error body says in any format: its strings. */
function said(body: string): string {
  return JSON.stringify(parseJson(body)).replaceAll("\\", "");
}

/** The first words of a provider's message. */
function wordsOf(text: string): string {
  const match = /"(?:message|detail|error|msg)"\s*:\s*"((?:[^"\\]|\\.){1,60})/.exec(text);
  return (match?.[1] ?? "did not say why").replaceAll("\\", "");
}
