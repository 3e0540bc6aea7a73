/** The error object of OpenAI's formats. https://platform.openai.com/docs/guides/error-codes */
import type { Refusal } from "../core/refusal.ts";
import { retryAfterSeconds } from "./render.ts";

const TYPES = new Map([
  [401, "authentication_error"],
  [403, "permission_error"],
  [404, "not_found_error"],
  [429, "rate_limit_error"],
]);

/** The whole error body of a refusal. */
export function openaiError(refusal: Refusal): object {
  const type = TYPES.get(refusal.status) ?? (refusal.status < 500 ? "invalid_request_error" : "server_error");
  return {
    error: { message: refusal.message, type, param: null, code: refusal.reason },
    ...retryAfterSeconds(refusal),
  };
}
