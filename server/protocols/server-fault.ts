/** Whose fault an error is that a provider tells inside of its answer. */

/**
 * The words that formats have for what is the server's fault: Anthropic's `overloaded_error`, `api_error` and
 * `timeout_error`, OpenAI's `server_error` and what compatible hosts write for it, Google's `INTERNAL`, `UNAVAILABLE`,
 * `DEADLINE_EXCEEDED` and `UNKNOWN`, Cohere's finish reason `ERROR`, and statuses of 500 and above.
 */
const WORDS =
  /overloaded|unavailable|internal|server_?error|^api_error$|time_?d?_?out|deadline_exceeded|bad_gateway|^5\d\d$/i;
const NAMES: ReadonlySet<string> = new Set(["ERROR", "UNKNOWN"]);

/**
 * Whether an error's code or type, as an answer's reading has it, puts the fault with the server. What a request or its
 * key has brought about does not, nor does what says nothing of it.
 */
export function isServerFault(code: string): boolean {
  return NAMES.has(code) || WORDS.test(code);
}
