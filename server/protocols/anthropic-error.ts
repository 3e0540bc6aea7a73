/** The words of Anthropic's errors for HTTP statuses. https://docs.anthropic.com/en/api/errors */

const TYPES = new Map([
  [401, "authentication_error"],
  [402, "billing_error"],
  [403, "permission_error"],
  [404, "not_found_error"],
  [413, "request_too_large"],
  [429, "rate_limit_error"],
  [504, "timeout_error"],
  [529, "overloaded_error"],
]);

/** The type of an error that is sent with this status. */
export function anthropicErrorType(status: number): string {
  return TYPES.get(status) ?? (status < 500 ? "invalid_request_error" : "api_error");
}

/** The status that an error inside a stream would have been sent with. */
export function anthropicErrorStatus(type: unknown): number {
  if (type === "invalid_request_error") return 400;
  return [...TYPES].find(([, name]) => name === type)?.[0] ?? 500;
}
