/** Errors as Google tells them, and as hosts of its format do. https://google.aip.dev/193 */
import { type Json, listOf, objectOf } from "../../json.ts";
import { errorCodes } from "../../reading.ts";
import type { NeutralError } from "../form.ts";
import { tellError } from "../told-error.ts";

/** What a provider's error body means: an object, or, of a stream that did not begin, a list with one. */
export function readError(status: number, body: unknown): NeutralError {
  const document = objectOf(listOf(body)[0]) ?? objectOf(body);
  const error = objectOf(document?.error);
  return tellError(
    status,
    [error?.message, document?.error, document?.message, document?.detail, body],
    errorCodes(error),
  );
}

/** An error in the place of a chunk; it says its status itself. */
export function readStreamError(chunk: Json): NeutralError {
  const code = objectOf(chunk.error)?.code;
  const isStatus = typeof code === "number" && Number.isInteger(code) && code >= 400 && code <= 599;
  return readError(isStatus ? code : 500, chunk);
}

/** Google's words for HTTP statuses. https://cloud.google.com/apis/design/errors#handling_errors */
const STATUSES = new Map([
  [401, "UNAUTHENTICATED"],
  [402, "FAILED_PRECONDITION"],
  [403, "PERMISSION_DENIED"],
  [404, "NOT_FOUND"],
  [408, "DEADLINE_EXCEEDED"],
  [409, "ABORTED"],
  [429, "RESOURCE_EXHAUSTED"],
  [499, "CANCELLED"],
  [501, "UNIMPLEMENTED"],
  [502, "UNAVAILABLE"],
  [503, "UNAVAILABLE"],
  [504, "DEADLINE_EXCEEDED"],
  [529, "UNAVAILABLE"],
]);

/** The error body for a client. */
export function writeError({ status, message }: NeutralError): Json {
  const word = STATUSES.get(status) ?? (status < 500 ? "INVALID_ARGUMENT" : "INTERNAL");
  return { error: { code: status, message, status: word } };
}
