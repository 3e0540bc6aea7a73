/**
 * Recorded answers of every provider, translated for the clients of the other formats: their official SDKs put a stream
 * together to what they hear of the whole answer, and to what the provider's own SDK heard.
 */
import { describe, expect, test } from "bun:test";
import type { NeutralAnswer } from "../../../server/protocols/translation/form.ts";
import { foldEvents } from "../../protocols/translation/events.ts";
import { clientsOf, SPEAKERS, termsFor } from "./dialects.ts";
import { type Heard, hear, type Wire } from "./hear.ts";
import { HAS_CORPUS, loadAnswers, type RecordedAnswer } from "./recorded.ts";
import { type EventFramingName, readStream, translateAnswer, translateStream } from "./translate.ts";

if (!HAS_CORPUS)
  console.log("The recorded traffic is not here: translation is tested with the fixtures alone.");

const answers = loadAnswers().filter(({ status }) => status < 300);
const wholes = answers
  .filter(({ framing }) => framing === "whole")
  .map(toWhole)
  .filter(isAnswer);
const streams = answers.filter(hasEvents).map(toStream).filter(isAnswer);

/** An answer, what it means, and how each client's SDK is told it as a stream. */
interface Told {
  readonly recorded: RecordedAnswer;
  readonly answer: NeutralAnswer;
  streamFor(client: (typeof SPEAKERS)[keyof typeof SPEAKERS]["name"]): string;
}

describe("a whole answer comes to the same, whole and as a stream", () => {
  for (const told of wholes) test(told.recorded.name, () => compare(told));
});

describe("a stream comes to the same as the whole answer", () => {
  for (const told of streams) test(told.recorded.name, () => compare(told));
});

describe("a stream is translated to the same bytes, however the network cuts it", () => {
  for (const { recorded, streamFor } of streams) {
    test(recorded.name, () => {
      const { dialect, framing, body } = recorded;
      for (const client of clientsOf(dialect)) {
        for (const size of [1, 5, 7]) {
          const cut = translateStream(dialect, client, framing as EventFramingName, body, size);
          expect(cut, `${client}, ${size} bytes`).toBe(streamFor(client));
        }
      }
    });
  }
});

test("enough has been recorded of every format, whole and streamed", () => {
  for (const list of [wholes, streams]) {
    expect(new Set(list.map(({ recorded }) => recorded.dialect)).size).toBe(4);
  }
});

async function compare({ recorded, answer, streamFor }: Told): Promise<void> {
  const { dialect } = recorded;
  const own = await hearOwn(recorded);
  for (const client of clientsOf(dialect)) {
    const written = JSON.parse(JSON.stringify(SPEAKERS[client].writeAnswer(answer, termsFor("whole"))));
    const stream = streamFor(client);
    const whole = await hear(client, json(written));
    expect(await hear(client, eventStream(stream)), client).toEqual(whole);
    // What SDKs do not look at: signatures, and what is thought in chat.
    const streamed = foldEvents(readStream(client, "sse", encoder.encode(stream))).answer;
    expect(signedParts(streamed), client).toEqual(signedParts(SPEAKERS[client].readAnswer(written)));
    if (own) expect(comparable(whole), `${client} hears what ${dialect} tells`).toEqual(comparable(own));
  }
}

/**
 * What is said and signed, kind by kind: a whole message of chat has no other order. Of calls, who is called: white space in
 * their arguments is nobody's.
 */
function signedParts(answer: NeutralAnswer | null) {
  const parts = answer?.parts.map((part) => (part.kind === "tool-call" ? { ...part, arguments: "" } : part));
  return parts?.toSorted((one, other) => one.kind.localeCompare(other.kind));
}

/**
 * Usage has a test of its own, ids are made where a provider gives none, chat's SDK knows no thinking, and calls without
 * arguments have empty ones.
 */
function comparable({ text, calls, finish }: Heard) {
  return { text, finish, calls: calls.map(({ name, args }) => ({ name, args: args === "" ? {} : args })) };
}

/** Hosts at home in a format, as their recordings are named: the SDK is made for what they say. */
const AT_HOME = /^(?:openai|azure|anthropic|google)[ /]/;

/** What the official SDKs do not hear, or not right. */
const UNHEARD = new Map([
  ["openai/responses-stream.json", "it begins in the middle"],
  ["openai/chat-two-choices-without-done.json", "its first chunk names no role"],
  ["google/blocked-prompt.json", "its finish stands elsewhere"],
  ["openai chat.completions c3631cfe877269cce7c576fa", "functions from before tools, which nobody asks for"],
  ["google streamGenerateContent 7af52031a7f6eca611865362", "arguments in pieces, which nobody asks for"],
]);

/** What the provider's own SDK hears; null where it is not made for the host, or does not understand it. */
async function hearOwn({ name, dialect, framing, body }: RecordedAnswer): Promise<Heard | null> {
  if (!AT_HOME.test(name) || UNHEARD.has(name) || framing === "json-array") return null;
  const isOwn = !name.startsWith("google") || dialect === "gemini";
  const text = Buffer.from(body).toString();
  return isOwn ? hear(dialect, framing === "whole" ? json(JSON.parse(text)) : eventStream(text)) : null;
}

function toWhole(recorded: RecordedAnswer): Told | null {
  const text = Buffer.from(recorded.body).toString();
  const answer = text === "" ? null : SPEAKERS[recorded.dialect].readAnswer(JSON.parse(text));
  if (!answer) return null;
  return {
    recorded,
    answer,
    streamFor: (client) =>
      translateAnswer(recorded.dialect, client, { status: 200, text, stream: true }).body,
  };
}

function toStream(recorded: RecordedAnswer & { framing: EventFramingName }): Told | null {
  const { dialect, framing, body } = recorded;
  const { answer } = foldEvents(readStream(dialect, framing, body));
  if (!answer) return null;
  return { recorded, answer, streamFor: (client) => translateStream(dialect, client, framing, body) };
}

function hasEvents(recorded: RecordedAnswer): recorded is RecordedAnswer & { framing: EventFramingName } {
  return recorded.framing !== "whole" && recorded.framing !== "opaque";
}

function isAnswer(told: Told | null): told is Told {
  return told !== null;
}

const encoder = new TextEncoder();

function json(document: unknown): Wire {
  return { status: 200, contentType: "application/json", body: JSON.stringify(document) };
}

function eventStream(body: string): Wire {
  return { status: 200, contentType: "text/event-stream", body };
}
