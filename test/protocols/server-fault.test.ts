/** Whose fault an error inside an answer is, by the words that formats have for it. */
import { describe, expect, test } from "bun:test";
import { isServerFault } from "../../server/protocols/server-fault.ts";

describe("an error is the server's fault", () => {
  test.each([
    ["messages", ["overloaded_error", "api_error", "timeout_error"]],
    ["chat completions and responses", ["server_error", "internal_server_error", "engine_overloaded_error"]],
    [
      "compatible hosts",
      ["InternalServerError", "ServiceUnavailableError", "service_unavailable", "bad_gateway"],
    ],
    ["gemini", ["INTERNAL", "UNAVAILABLE", "DEADLINE_EXCEEDED", "UNKNOWN"]],
    ["cohere", ["ERROR"]],
    ["statuses", ["500", "502", "503", "529"]],
  ])("where it says so: %s", (_name, codes) => {
    expect(codes.filter((code) => !isServerFault(code))).toEqual([]);
  });

  test.each([
    ["messages", ["invalid_request_error", "rate_limit_error", "authentication_error", "request_too_large"]],
    ["chat completions and responses", ["rate_limit_exceeded", "insufficient_quota", "invalid_prompt"]],
    ["more of them", ["context_length_exceeded", "content_filter", "model_not_found", "unknown_parameter"]],
    ["gemini", ["INVALID_ARGUMENT", "RESOURCE_EXHAUSTED", "PERMISSION_DENIED", "FAILED_PRECONDITION"]],
    ["cohere", ["ERROR_TOXIC", "ERROR_LIMIT"]],
    ["statuses", ["400", "429", "1500", "5000"]],
    ["nothing said", ["error"]],
  ])("and not otherwise: %s", (_name, codes) => {
    expect(codes.filter(isServerFault)).toEqual([]);
  });
});
