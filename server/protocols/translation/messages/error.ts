/** Errors. https://platform.claude.com/docs/en/api/errors, and what other hosts make of it. */
import { anthropicErrorStatus, anthropicErrorType } from "../../anthropic-error.ts";
import { type Json, objectOf } from "../../json.ts";
import type { NeutralError } from "../form.ts";
import type { AnswerTerms } from "../speaker.ts";
import { tellError } from "../told-error.ts";

/** The error of an answer with this status; `body` is whatever came. The type is the format's code; some hosts have another. */
export function readError(status: number, body: unknown): NeutralError {
  const document = objectOf(body);
  const error = objectOf(document?.error);
  const { type, code } = error ?? document ?? {};
  return tellError(
    status,
    [error?.message, document?.error, document?.message, document?.detail, document?.msg, body],
    [type, code],
  );
}

/** The error that ends a stream. */
export function readStreamError(event: Json): NeutralError {
  return readError(anthropicErrorStatus(objectOf(event.error)?.type), event);
}

/** The error body for a client. */
export function writeError(
  { status, message }: NeutralError,
  terms: AnswerTerms,
): Json & { readonly type: string } {
  const error = { type: anthropicErrorType(status), message };
  return { type: "error", error, request_id: terms.requestId };
}
