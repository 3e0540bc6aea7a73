import { expect, test } from "bun:test";
import type { Dialect } from "../../server/core/call.ts";
import { type Refusal, refusal } from "../../server/core/refusal.ts";
import { protocols } from "../../server/protocols/index.ts";

const broken = refusal("upstream_broken", "It broke.");
const waiting = refusal("memory_full", "Try again.", 44_001);
const render = (dialect: Dialect, value = waiting) =>
  JSON.parse(protocols.get(dialect).renderError(value, "req_1"));

test("a refusal is told in each dialect's own shape, with the seconds to wait", () => {
  const openai = {
    error: { message: "Try again.", type: "server_error", param: null, code: "memory_full" },
    retry_after_seconds: 45,
  };
  expect(render("openai-chat")).toEqual(openai);
  expect(render("openai-responses")).toEqual(openai);
  expect(render("anthropic-messages")).toEqual({
    type: "error",
    error: { type: "api_error", message: "Try again." },
    retry_after_seconds: 45,
    request_id: "req_1",
  });
  expect(render("gemini")).toEqual({
    error: { code: 503, message: "Try again.", status: "UNAVAILABLE" },
    retry_after_seconds: 45,
  });
  expect(render("cohere-chat")).toEqual({ id: "req_1", message: "Try again.", retry_after_seconds: 45 });
});

test("a refusal for which waiting does not help names no seconds", () => {
  expect(render("openai-chat", refusal("invalid_json", "No."))).toEqual({
    error: { message: "No.", type: "invalid_request_error", param: null, code: "invalid_json" },
  });
});

test("the event that ends a broken stream is read as an error by the dialect's own reader", () => {
  const events: [Dialect, string, string][] = [
    ["openai-chat", "", "upstream_broken"],
    ["openai-responses", "error", "upstream_broken"],
    ["anthropic-messages", "error", "api_error"],
    ["gemini", "", "UNAVAILABLE"],
    ["cohere-chat", "message-end", "ERROR"],
  ];
  for (const [dialect, name, error] of events) {
    const text = protocols.get(dialect).renderStreamError(broken, "sse");
    const [first = ""] = text.split("\n\n");
    const lines = first.split("\n");
    expect(lines.slice(0, -1)).toEqual(name === "" ? [] : [`event: ${name}`]);
    const reader = protocols.get(dialect).createReader({});
    reader.readEvent(name || null, lines.at(-1)?.slice("data: ".length) ?? "");
    expect(reader.reading.error).toBe(error);
    expect(text.endsWith("\n\n")).toBe(true);
  }
});

test("a broken list is closed with the error as its last element", () => {
  const end = protocols.get("gemini").renderStreamError(broken, "json-array");
  expect(JSON.parse(`[{"a":1}${end}`)).toHaveLength(2);
  expect(JSON.parse(protocols.get("gemini").renderStreamError(broken, "json-array", true))).toHaveLength(1);
});

test("broken lines end with a line", () => {
  const line = protocols.get("cohere-chat").renderStreamError(broken, "ndjson");
  expect(JSON.parse(line)).toMatchObject({
    event_type: "stream-end",
    finish_reason: "ERROR",
    is_finished: true,
  });
});

test("an error's text never becomes its code", () => {
  const reader = protocols.get("openai-chat").createReader({});
  reader.readAnswer({
    error: { code: "your key sk-123 is wrong", type: "x".repeat(100), message: "secret" },
  });
  expect(reader.reading.error).toBe("error");
});

/** A refusal of admission, whatever its reason is called. */
function refused(reason: string, status: number, message: string, retryAfter: number | null = null): Refusal {
  return { ...waiting, reason: reason as Refusal["reason"], status, message, retryAfter };
}

test("a call beyond its rate is told in the words that each SDK's users look for", () => {
  const message = 'Rate limit exceeded for agent "my-bot" on openai. Please retry after 45 seconds.';
  const limited = refused("rate_limited", 429, message, 45_000);
  const openai = {
    error: { message, type: "rate_limit_error", param: null, code: "rate_limit_exceeded" },
    retry_after_seconds: 45,
  };
  expect(protocols.get("openai-chat").renderError(limited, "req_1")).toBe(JSON.stringify(openai));
  expect(render("openai-responses", limited)).toEqual(openai);
  expect(render("anthropic-messages", limited)).toEqual({
    type: "error",
    error: { type: "rate_limit_error", message },
    retry_after_seconds: 45,
    request_id: "req_1",
  });
  expect(render("gemini", limited)).toEqual({
    error: { code: 429, message, status: "RESOURCE_EXHAUSTED" },
    retry_after_seconds: 45,
  });
  expect(render("cohere-chat", limited)).toEqual({ id: "req_1", message, retry_after_seconds: 45 });
});

test("waiting for others' holds is a 429 too, under its own code", () => {
  expect(render("openai-chat", refused("budget_busy", 429, "Busy.", 1_000))).toEqual({
    error: { message: "Busy.", type: "rate_limit_error", param: null, code: "budget_busy" },
    retry_after_seconds: 1,
  });
});

test("what is spent and what is not allowed name no time to wait", () => {
  const spent = refused("budget_exceeded", 402, "Spent.");
  const denied = refused("policy_denied", 403, "Denied.");
  const told: [Dialect, Refusal, object][] = [
    [
      "openai-chat",
      spent,
      { error: { message: "Spent.", type: "insufficient_quota", param: null, code: "budget_exceeded" } },
    ],
    [
      "openai-chat",
      denied,
      { error: { message: "Denied.", type: "permission_error", param: null, code: "policy_denied" } },
    ],
    [
      "anthropic-messages",
      spent,
      { type: "error", error: { type: "billing_error", message: "Spent." }, request_id: "req_1" },
    ],
    [
      "anthropic-messages",
      denied,
      { type: "error", error: { type: "permission_error", message: "Denied." }, request_id: "req_1" },
    ],
    ["gemini", spent, { error: { code: 402, message: "Spent.", status: "FAILED_PRECONDITION" } }],
    ["gemini", denied, { error: { code: 403, message: "Denied.", status: "PERMISSION_DENIED" } }],
    ["cohere-chat", spent, { id: "req_1", message: "Spent." }],
    ["cohere-chat", denied, { id: "req_1", message: "Denied." }],
  ];
  for (const [dialect, value, body] of told) expect(render(dialect, value)).toEqual(body);
});
