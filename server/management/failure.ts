/** Errors of the management API as values, and the one shape they are told in. */
import { SQLiteError } from "bun:sqlite";
import { type Context, ParseError, status, ValidationError } from "elysia";
import type { Millis } from "../core/duration.ts";
import type { ErrorAnswer } from "./wire/access.ts";

export type FailureStatus = 400 | 401 | 403 | 404 | 409 | 421 | 422 | 429 | 500 | 503;

/** A request that is not granted. Holds no secret: whatever the caller sent as one is never repeated. */
export interface Failure {
  readonly status: FailureStatus;
  readonly code: string;
  readonly message: string;
  readonly details: unknown;
  readonly retryAfter: Millis | null;
}

/** Builds a failure: `code` for programs, `message` for people, `details` for what belongs to the code. */
export function failure(
  status: FailureStatus,
  code: string,
  message: string,
  details: unknown = null,
  retryAfter: Millis | null = null,
): Failure {
  return { status, code, message, details, retryAfter };
}

/** The body that every failure is answered with. */
function renderFailure({ code, message, details }: Failure): ErrorAnswer {
  return { error: { code, message, details } };
}

/** A failure as a whole response. A guard returns this one: nothing has to recognise it for it to count. */
export function refuseRequest(failed: Failure): Response {
  return Response.json(renderFailure(failed), { status: failed.status, headers: failureHeaders(failed) });
}

/** A failure as a route returns it, so that clients know its type; sets the headers that belong to it. */
export function answerFailure(failed: Failure, set: Context["set"]) {
  Object.assign(set.headers, failureHeaders(failed));
  return status(failed.status, renderFailure(failed));
}

/** RFC 9110 §10.2.3: a wait in whole seconds; §11.6.1: a challenge with each 401. */
function failureHeaders({ status, retryAfter }: Failure): Record<string, string> {
  const headers: Record<string, string> = { "cache-control": "no-store" };
  if (retryAfter !== null) headers["retry-after"] = String(Math.ceil(retryAfter / 1_000));
  if (status === 401) headers["www-authenticate"] = 'Bearer realm="tollgate"';
  return headers;
}

const UNKEPT = /^SQLITE_(?:FULL|IOERR|READONLY|CANTOPEN)/;

/**
 * What was thrown while a route was at work, as a failure. A request that does not fit its schema is the caller's
 * mistake, a disk that takes nothing the machine's; everything else is a defect, whose text stays here and is found in the log by `incident`.
 */
export function explainError(error: unknown, incident: string): Failure {
  if (error instanceof ValidationError) {
    return error.type === "body"
      ? failure(
          400,
          "invalid_body",
          "The body is not JSON of the form that this route takes, or is too large.",
        )
      : failure(400, "invalid_parameter", `The ${error.type} does not have the form that this route takes.`);
  }
  if (error instanceof SQLiteError && UNKEPT.test(error.code ?? "")) {
    const message = `It is not kept: ${error.message}. Make room where the data folder lies, then do it again.`;
    return failure(503, "not_kept", message);
  }
  if (error instanceof ParseError) return failure(400, "invalid_body", "The body could not be read.");
  return failure(500, "internal", `This is a defect in Tollgate; its log has the cause under ${incident}.`, {
    incident,
  });
}
