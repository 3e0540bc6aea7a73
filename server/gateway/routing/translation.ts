/** An answer in the format of the client, where the provider speaks another (SPEC 12.3). */
import type { Instant } from "../../core/duration.ts";
import { parseExactly } from "../../protocols/exact-json.ts";
import { objectOf } from "../../protocols/json.ts";
import type { Framing } from "../../protocols/protocol.ts";
import { isTooDeep } from "../../protocols/translation/nesting.ts";
import type { AnswerTerms, Speaker } from "../../protocols/translation/speaker.ts";
import { tellAtOnce } from "../../protocols/translation/told-at-once.ts";

/** What is spoken on both sides of a call. */
export interface Translation {
  readonly client: Speaker;
  readonly serving: Speaker;
  /** As the client named it. */
  readonly model: string;
  /** Whether the client asked for a stream, and how that is framed in its format. */
  readonly stream: boolean;
  readonly framing: Framing;
  readonly usageChunk: boolean;
}

export interface TranslatedAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** What an answer is written with. */
export function termsOf(
  { model, framing, usageChunk }: Translation,
  requestId: string,
  now: Instant,
): AnswerTerms {
  return { requestId, model, framing, usageChunk, now };
}

/** A provider's whole answer, or its error, for the client; a client that asked for a stream is given one. */
export function translateWhole(
  translation: Translation,
  status: number,
  text: string,
  terms: AnswerTerms,
): TranslatedAnswer {
  const { client, serving, stream } = translation;
  const document = parseExactly(text);
  const object = status < 300 ? objectOf(document) : null;
  const answer = object && !isTooDeep(object) ? serving.readAnswer(object) : null;
  if (!answer) {
    const error = serving.readError(status, document === undefined ? text : document);
    // Some hosts tell an error with status 200.
    const told = error.status < 400 ? BAD_GATEWAY : error.status;
    return { status: told, ...asJson(client.writeError({ ...error, status: told }, terms)) };
  }
  if (!stream) return { status, ...asJson(client.writeAnswer(answer, terms)) };
  const writer = client.createStreamWriter(terms);
  const body = tellAtOnce(answer).map((event) => writer.write(event));
  return { status, contentType: streamType(terms.framing), body: body.join("") };
}

const BAD_GATEWAY = 502;

/** The Content-Type of the client's stream. */
export function streamType(framing: Framing): string {
  return framing === "json-array" ? "application/json" : "text/event-stream; charset=utf-8";
}

function asJson(document: unknown): Omit<TranslatedAnswer, "status"> {
  return { contentType: "application/json", body: JSON.stringify(document) };
}
