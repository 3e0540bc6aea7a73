/** Answers that cannot be translated as they come: empty, endless, large, of another kind (SPEC 12.3, 13.1). */
import { describe, expect, test } from "bun:test";
import { createStreamTranslator } from "../../../server/gateway/routing/stream-translator.ts";
import { chatSpeaker } from "../../../server/protocols/translation/chat/speaker.ts";
import { type DataPlane, manualStream, openDataPlane } from "../../support/data-plane.ts";
import { taken, turn } from "../../support/governed.ts";
import { call, hostOf, MESSAGE, PROVIDERS } from "./routing-support.ts";

const AUTO = "/agents/bot/auto/v1/chat/completions";
const CLAUDE = { model: "claude-haiku-4-5" };

function nothingTaken(plane: DataPlane): void {
  const { agents, held, holds, inFlight, slots } = taken(plane);
  expect(agents.map((agent) => [agent.inFlight, agent.held])).toEqual([[0, [0, 0]]]);
  expect({ held, holds, inFlight, slots }).toEqual({ held: 0, holds: 0, inFlight: 0, slots: [] });
}

describe("an answer that is none", () => {
  test.each([
    ["nothing at all", () => new Response(null)],
    ["204", () => new Response(null, { status: 204 })],
    ["an empty document", () => new Response("", { headers: { "content-type": "application/json" } })],
    ["a page", () => new Response("<html>", { headers: { "content-type": "text/html" } })],
    ["a picture", () => new Response("PNG", { headers: { "content-type": "image/png" } })],
    [
      "a redirect",
      () => new Response(null, { status: 302, headers: { location: "https://elsewhere.example/" } }),
    ],
    ["a list", () => Response.json([])],
    ["another kind of document", () => Response.json({ ok: true })],
    ["events", () => new Response("data: {}\n\n", { headers: { "content-type": "text/event-stream" } })],
  ])("is told as an error of the client's format: %s", async (_name, answer) => {
    using plane = openDataPlane({ config: PROVIDERS, upstream: answer });
    const response = await call(plane, CLAUDE, { path: AUTO });
    expect(response.status).toBe(502);
    expect(await response.json()).toMatchObject({ error: { message: expect.any(String) } });
    expect(plane.calls()).toHaveLength(1);
    nothingTaken(plane);
  });

  test.each([
    ["without an event", ""],
    ["of no events", "<html>no</html>"],
    [
      "that stops in its middle",
      `event: message_start\ndata: ${JSON.stringify({ type: "message_start", message: MESSAGE })}\n\n`,
    ],
  ])("as a stream ends with an error: %s", async (_name, text) => {
    const upstream = () => new Response(text, { headers: { "content-type": "text/event-stream" } });
    using plane = openDataPlane({ config: PROVIDERS, upstream });
    const response = await call(plane, { ...CLAUDE, stream: true }, { path: AUTO });
    const told = await response.text();
    expect(told).toContain(`"error":`);
    expect(told).not.toContain(`"finish_reason":"stop"`);
    expect(plane.calls()).toMatchObject([{ ending: "failed" }]);
    nothingTaken(plane);
  });
});

describe("a stream to be translated", () => {
  test("is decoded where its provider compressed it unasked", async () => {
    const start = { type: "message_start", message: { ...MESSAGE, content: [] } };
    const end = { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 2 } };
    const events = [start, end, { type: "message_stop" }];
    const text = events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join("");
    const headers = { "content-type": "text/event-stream", "content-encoding": "gzip" };
    const upstream = () => new Response(Bun.gzipSync(Buffer.from(text)), { headers });
    using plane = openDataPlane({ config: PROVIDERS, upstream });
    const response = await call(plane, { ...CLAUDE, stream: true }, { path: AUTO });
    expect(response.headers.has("content-encoding")).toBe(false);
    expect(await response.text()).toContain(`"finish_reason":"stop"`);
    expect(plane.calls()).toMatchObject([{ ending: "complete", tokens_in: 10, tokens_out: 2 }]);
    nothingTaken(plane);
  });

  test("is given up when one event has no end", async () => {
    const stream = manualStream();
    using plane = openDataPlane({ config: PROVIDERS, upstream: () => stream.response });
    const answer = call(plane, { ...CLAUDE, stream: true }, { path: AUTO });
    const piece = "x".repeat(4 * 1024 * 1024);
    stream.push("data: ");
    for (let at = 0; at < 5; at++) stream.push(piece);
    const told = await (await answer).text();
    expect(told).toContain(`"error":`);
    await stream.cancelled;
    expect(plane.calls()).toMatchObject([{ ending: "failed" }]);
    nothingTaken(plane);
  });

  test("is read no faster than its client reads", async () => {
    let pulled = 0;
    const encoder = new TextEncoder();
    const delta = {
      type: "content_block_delta",
      index: 0,
      delta: { type: "text_delta", text: "x".repeat(1000) },
    };
    const events = [
      { type: "message_start", message: { ...MESSAGE, content: [] } },
      { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
    ];
    const body = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          const event = events[pulled++] ?? delta;
          controller.enqueue(encoder.encode(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`));
        },
      },
      { highWaterMark: 0 },
    );
    const upstream = () => new Response(body, { headers: { "content-type": "text/event-stream" } });
    using plane = openDataPlane({ config: PROVIDERS, upstream });
    const response = await call(plane, { ...CLAUDE, stream: true }, { path: AUTO });
    const reader = response.body?.getReader();
    await reader?.read();
    for (let at = 0; at < 20; at++) await turn();
    expect(pulled).toBeLessThan(6);
    await reader?.cancel();
    nothingTaken(plane);
  });
});

describe("a large answer that is translated whole", () => {
  const LARGE = { ...MESSAGE, content: [{ type: "text", text: "x".repeat(1024 * 1024) }] };

  test("holds its memory until the client has read it, and no longer", async () => {
    using plane = openDataPlane({
      config: PROVIDERS,
      upstream: () => Response.json(LARGE),
      bodyMemory: 3 * 1024 * 1024,
    });
    const first = await call(plane, CLAUDE, { path: AUTO });
    const second = await call(plane, CLAUDE, { path: AUTO });
    // The third finds no room: two clients have not read theirs.
    expect((await call(plane, CLAUDE, { path: AUTO })).status).toBe(502);
    for (const answer of [first, second]) expect((await answer.text()).length).toBeGreaterThan(1024 * 1024);
    expect((await call(plane, CLAUDE, { path: AUTO })).status).toBe(200);
    expect(plane.sent.map(hostOf)).toHaveLength(4);
  });
});

describe("an answer that goes deeper than can be written again", () => {
  const DEEP = `${'{"a":'.repeat(60_000)}1${"}".repeat(60_000)}`;

  test("whole is told as an error, and leaves no memory taken", async () => {
    const input = JSON.stringify({
      ...MESSAGE,
      content: [{ type: "tool_use", id: "t", name: "f", input: 0 }],
    });
    const upstream = () =>
      new Response(input.replace(`"input":0`, `"input":${DEEP}`), {
        headers: { "content-type": "application/json" },
      });
    using plane = openDataPlane({ config: PROVIDERS, upstream, bodyMemory: 1024 * 1024 });
    for (let at = 0; at < 4; at++) expect((await call(plane, CLAUDE, { path: AUTO })).status).toBe(502);
    expect(plane.calls()).toHaveLength(4);
    nothingTaken(plane);
  });

  test("passes as it came in its own format", async () => {
    const text = `{"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","args":${DEEP}}}]}}]}`;
    const upstream = () => new Response(text, { headers: { "content-type": "application/json" } });
    using plane = openDataPlane({ config: PROVIDERS, upstream });
    const path = "/agents/bot/google/v1beta/models/gemini-2.5-flash:generateContent";
    expect(await (await call(plane, {}, { path })).text()).toBe(text);
    nothingTaken(plane);
  });
});

describe("a fault in what translates a stream", () => {
  test("is told apart from one of the provider", () => {
    const broken = { ...chatSpeaker, createStreamReader: () => ({ read: () => fault(), end: () => [] }) };
    const terms = { requestId: "r", model: "m", framing: "sse", usageChunk: false, now: 0 } as const;
    const translator = createStreamTranslator(broken, chatSpeaker, "sse", terms);
    expect(() => translator.feed(new TextEncoder().encode("data: {}\n\n"))).toThrow(
      expect.objectContaining({ code: "internal", cause: expect.any(TypeError) }),
    );
  });
});

function fault(): never {
  throw new TypeError("a speaker's own");
}
