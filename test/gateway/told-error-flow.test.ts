/** Streams that their provider ends by an error of its own (SPEC 7.3, 9, 10, 13.1). */
import { describe, expect, test } from "bun:test";
import { type DataPlane, manualStream, openDataPlane } from "../support/data-plane.ts";
import { turn } from "../support/governed.ts";
import {
  agentOf,
  CHAT,
  call,
  GEMINI,
  MESSAGES,
  PRICED,
  readerOf,
  saying,
  WIRES,
  type Wire,
} from "./budget-support.ts";

const SECOND = 1_000;
const BREAKER = `${PRICED}agents: { "*": { circuit_breaker: { error_threshold: 3 } } }`;

const sse = (body: object, event = ""): string => `${event}data: ${JSON.stringify(body)}\n\n`;

/** What each format says where the server has failed. */
const SERVER_ERRORS: Readonly<Record<string, readonly [text: string, code: string]>> = {
  "chat completions": [sse({ error: { message: "no", type: "server_error", code: null } }), "server_error"],
  responses: [sse({ type: "error", code: "server_error", message: "no" }, "event: error\n"), "server_error"],
  messages: [
    sse({ type: "error", error: { type: "overloaded_error", message: "no" } }, "event: error\n"),
    "overloaded_error",
  ],
  gemini: [sse({ error: { code: 503, message: "no", status: "UNAVAILABLE" } }), "UNAVAILABLE"],
  cohere: [
    sse({ type: "message-end", delta: { finish_reason: "ERROR", error: "no" } }, "event: message-end\n"),
    "ERROR",
  ],
};

/** An answer up to its first word. */
function begun(wire: Wire): string {
  const events = wire.events(saying(50, 5, ["hello", "world"]));
  return events.slice(0, events.findIndex((event) => event.includes("hello")) + 1).join("");
}

/** An upstream that ends each stream so, after it has begun. */
function failing(wire: Wire, error: string) {
  return () => new Response(begun(wire) + error, { headers: { "content-type": wire.contentType } });
}

async function textOf(plane: DataPlane, wire: Wire): Promise<string> {
  return (await call(plane, "bot", wire, { stream: true, ceiling: 100 })).text();
}

const stateOf = ({ gateway }: DataPlane) => gateway.controls.breakers.states("bot").map(({ state }) => state);

const TOLD = WIRES.flatMap((wire) => {
  const error = SERVER_ERRORS[wire.name];
  return error ? [{ name: wire.name, wire, text: error[0], code: error[1] }] : [];
});

describe("a stream that its provider ends by an error of the server's", () => {
  test.each(TOLD)(
    "passes as it came, fails, and counts against the provider: $name",
    async ({ wire, text, code }) => {
      using plane = openDataPlane({ config: BREAKER, upstream: failing(wire, text) });
      for (let count = 0; count < 3; count++) expect(await textOf(plane, wire)).toBe(begun(wire) + text);
      expect(plane.calls()).toMatchObject(
        Array.from({ length: 3 }, () => ({ status: 200, ending: "failed", error: code })),
      );
      for (const { cost_nano } of plane.calls()) expect(cost_nano).toBeGreaterThan(0);
      expect(stateOf(plane)).toEqual(["open"]);
      expect(agentOf(plane, "bot").hour).toMatchObject({ calls: 3, errors: 3 });
      expect(plane.gateway.inFlight).toBe(0);
    },
  );

  test("is told once where it is translated, and fails alike", async () => {
    const [text] = SERVER_ERRORS.messages ?? [""];
    const config = `${BREAKER}\nproviders: { anthropic: { api_key: sk-ant } }`;
    using plane = openDataPlane({ config, upstream: failing(MESSAGES, text) });
    const auto: Wire = { ...CHAT, path: () => "auto/v1/chat/completions", body: MESSAGES.body };
    for (let count = 0; count < 3; count++) {
      const told = await textOf(plane, auto);
      expect(told).toContain("hello");
      expect(told.match(/"error":/g)).toHaveLength(1);
      expect(told).not.toContain('"finish_reason":"stop"');
    }
    expect(plane.calls()).toMatchObject(
      Array.from({ length: 3 }, () => ({ ending: "failed", error: "overloaded_error" })),
    );
    expect(stateOf(plane)).toEqual(["open"]);
  });

  test("fails too where it ends as it should after that", async () => {
    const [text] = SERVER_ERRORS["chat completions"] ?? [""];
    using plane = openDataPlane({ config: PRICED, upstream: failing(CHAT, `${text}data: [DONE]\n\n`) });
    expect(await textOf(plane, CHAT)).toEndWith(`${text}data: [DONE]\n\n`);
    expect(plane.calls()).toMatchObject([{ ending: "failed", error: "server_error" }]);
  });
});

describe("a stream that its provider ends by an error that is not the server's", () => {
  test.each([
    [
      MESSAGES,
      sse({ type: "error", error: { type: "invalid_request_error", message: "no" } }, "event: error\n"),
    ],
    [CHAT, sse({ error: { message: "no", type: "rate_limit_error", code: "rate_limit_exceeded" } })],
    [GEMINI, sse({ error: { code: 429, message: "no", status: "RESOURCE_EXHAUSTED" } })],
    [CHAT, sse({ error: "no code and no type" })],
  ])("fails, and leaves the breaker closed: $name", async (wire, text) => {
    using plane = openDataPlane({ config: BREAKER, upstream: failing(wire, text) });
    for (let count = 0; count < 6; count++) expect(await textOf(plane, wire)).toEndWith(text);
    expect(plane.calls().map(({ ending }) => ending)).toEqual(Array.from({ length: 6 }, () => "failed"));
    expect(stateOf(plane)).toEqual([]);
    expect(agentOf(plane, "bot").hour.errors).toBe(6);
  });
});

describe("a stream without a word before its error", () => {
  const error = sse({ type: "error", code: "server_error", message: "no" }, "event: error\n");
  const created = sse({
    type: "response.created",
    response: { id: "r", status: "in_progress", usage: null },
  });

  /** A stream of responses that has these events, the last of them after ten seconds. */
  async function thinking(model: string, events: readonly string[]): Promise<number | null | undefined> {
    const upstream = manualStream();
    using plane = openDataPlane({ config: PRICED, upstream: () => upstream.response });
    const body = JSON.stringify({ model, stream: true, input: "hi", max_output_tokens: 50_000 });
    const reader = readerOf(await plane.send("/agents/bot/openai/v1/responses", { method: "POST", body }));
    const rest = reader.rest();
    for (const event of events.slice(0, -1)) upstream.push(event);
    await turn();
    plane.advance(10 * SECOND);
    upstream.push(events.at(-1) ?? "");
    upstream.end();
    expect(await rest).toBe(events.join(""));
    expect(plane.calls()).toMatchObject([{ ending: "failed", error: "server_error" }]);
    return plane.calls()[0]?.cost_nano;
  }

  test("costs nothing where the error is all that came", async () => {
    expect(await thinking("o3", [error])).toBe(0);
  });

  test("is charged by the clock where it had begun and its reasoning is hidden", async () => {
    // 300 tokens a second for ten seconds, at $10 a million.
    expect(await thinking("o3", [created, error])).toBeGreaterThanOrEqual(30_000_000);
  });

  test("costs nothing where all that a model thinks would have shown", async () => {
    expect(await thinking("gpt-4o-mini", [created, error])).toBe(0);
  });
});
