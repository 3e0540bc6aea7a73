/** Errors of OpenAI's two formats: what any host's error body says, and the body for a client. */
import { type Json, listOf, objectOf, textOf } from "../json.ts";
import { openaiErrorType } from "../openai-error.ts";
import type { NeutralError } from "./form.ts";
import { tellError } from "./told-error.ts";

/** What an error inside a 200 would have been, by the words of its code and its type. */
const STATUSES: readonly (readonly [RegExp, number])[] = [
  [/rate_limit|too_many|exhausted/i, 429],
  [/quota|balance|billing/i, 402],
  [/auth|api_key/i, 401],
  [/permission|forbidden/i, 403],
  [/not_found/i, 404],
  [/overloaded|unavailable|capacity/i, 503],
  [/invalid|bad_request|context_length/i, 400],
  [/timeout/i, 504],
];

/** MiniMax's own codes, which stand in answers of status 200. */
const MINIMAX_STATUSES = new Map<unknown, number>([
  [1002, 429],
  [1004, 401],
  [1008, 402],
  [1039, 429],
  [2013, 400],
]);

/**
 * Reads an error: OpenAI's, or what a compatible host has in its place. A status below 400 is replaced by what the error
 * would have been.
 */
export function readError(status: number, body: unknown): NeutralError {
  // Some hosts wrap an error into a list.
  const told = Array.isArray(body) ? body[0] : body;
  const document = objectOf(told) ?? {};
  const error = objectOf(document.error) ?? document;
  const base = objectOf(document.base_resp);
  return tellError(
    status >= 400 ? status : statusOf(error, base),
    [...sayingsOf(error), document.error, ...sayingsOf(document), base?.status_msg, told],
    [error.code, error.type, error.status, base?.status_code],
  );
}

/** Whether a body, or an event of a stream, is an error instead of an answer. */
export function isError(body: Json): boolean {
  if (body.error !== undefined && body.error !== null) return true;
  if (body.object === "error") return true;
  const code = objectOf(body.base_resp)?.status_code;
  return typeof code === "number" && code !== 0;
}

/** The error body for a client. */
export function writeError({ status, message, code }: NeutralError): Json {
  return { error: { message, type: openaiErrorType(status), param: null, code } };
}

/** Where an error says why: in the text itself, or in the first problem of a list (FastAPI's `detail`). */
function sayingsOf({ message, detail }: Json): readonly unknown[] {
  return [message, detail, objectOf(listOf(detail)[0])?.msg];
}

function statusOf(error: Json, base: Json | null): number {
  const { code } = error;
  if (typeof code === "number" && Number.isInteger(code) && code >= 400 && code < 600) return code;
  const words = [error.code, error.type, error.status].map((one) => textOf(one) ?? "").join(" ");
  const known = STATUSES.find(([pattern]) => pattern.test(words))?.[1];
  return known ?? MINIMAX_STATUSES.get(base?.status_code) ?? 502;
}
