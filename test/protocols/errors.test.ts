import { expect, test } from "bun:test";
import type { Dialect } from "../../server/core/call.ts";
import { refusal } from "../../server/core/refusal.ts";
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
