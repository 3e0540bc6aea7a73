/** The error object of OpenAI's formats. https://platform.openai.com/docs/guides/error-codes */
import type { Refusal } from "../core/refusal.ts";
import { retryAfterSeconds } from "./render.ts";

const TYPES = new Map([
  [401, "authentication_error"],
  [402, "insufficient_quota"],
  [403, "permission_error"],
  [404, "not_found_error"],
  [429, "rate_limit_error"],
]);

/** Reasons for which OpenAI has a code of its own, which clients look for (SPEC 6.4). */
const CODES = new Map<string, string>([
  ["rate_limited", "rate_limit_exceeded"],
  ["throttled", "rate_limit_exceeded"],
]);

/** The word for what kind of error an HTTP status is. */
export function openaiErrorType(status: number): string {
  return TYPES.get(status) ?? (status < 500 ? "invalid_request_error" : "server_error");
}

/** The whole error body of a refusal. */
export function openaiError(refusal: Refusal): object {
  const code = CODES.get(refusal.reason) ?? refusal.reason;
  return {
    error: { message: refusal.message, type: openaiErrorType(refusal.status), param: null, code },
    ...retryAfterSeconds(refusal),
  };
}
