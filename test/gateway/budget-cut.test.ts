/** A stream whose budget has no room for more: cut upstream, and ended for the client as if at its ceiling (SPEC 7.2, 7.3). */
import { describe, expect, test } from "bun:test";
import { constants, gzipSync } from "node:zlib";
import Anthropic from "@anthropic-ai/sdk";
import { GoogleGenAI } from "@google/genai";
import OpenAI from "openai";
import { openDataPlane } from "../support/data-plane.ts";
import { call, costOf, moneyOf, PRICED, readerOf, saying, WIRES, type Wire } from "./budget-support.ts";

const CAP = 5_000_000;
const CAPPED = `${PRICED}
agents: { bot: { budget: { max_cost_total: 0.005 } } }
`;
/** What the provider was told to make at most, in tokens; and what it makes all the same, as words of 100 tokens. */
const CEILING = 100;
const WORDS = Array.from({ length: 40 }, (_, index) => `${index} `.padEnd(300, "word "));

/** Reads the body of a stream with the official SDK of its dialect: why it ended, and what was said. */
const SDKS: Readonly<Record<string, (body: string) => Promise<{ reason: unknown; text: string }>>> = {
  async "chat completions"(body) {
    const client = new OpenAI({ apiKey: "k", fetch: answering(body) });
    const stream = client.chat.completions.stream({ model: "m", messages: [] });
    const [choice] = (await stream.finalChatCompletion()).choices;
    return { reason: choice?.finish_reason, text: choice?.message.content ?? "" };
  },
  async responses(body) {
    const client = new OpenAI({ apiKey: "k", fetch: answering(body) });
    const final = await client.responses.stream({ model: "m", input: "x" }).finalResponse();
    return { reason: final.incomplete_details?.reason, text: final.output_text };
  },
  async messages(body) {
    const client = new Anthropic({ apiKey: "k", fetch: answering(body) });
    const stream = client.messages.stream({ model: "m", max_tokens: 1, messages: [] });
    return { reason: (await stream.finalMessage()).stop_reason, text: await stream.finalText() };
  },
  async gemini(body) {
    using server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: answering(body) });
    const httpOptions = { baseUrl: `http://127.0.0.1:${server.port}` };
    const client = new GoogleGenAI({ apiKey: "k", httpOptions });
    const chunks = await Array.fromAsync(
      await client.models.generateContentStream({ model: "m", contents: "x" }),
    );
    const reason = chunks.at(-1)?.candidates?.[0]?.finishReason;
    return { reason, text: chunks.map(({ text }) => text ?? "").join("") };
  },
  async "gemini as a list"(body) {
    const chunks = JSON.parse(body);
    const text = chunks.map(({ candidates: [one] }: Chunk) => one.content?.parts[0]?.text ?? "").join("");
    return { reason: chunks.at(-1).candidates[0].finishReason, text };
  },
  async cohere(body) {
    const events = [...body.matchAll(/^data: (\{.*)$/gm)].map(([, data = ""]) => JSON.parse(data));
    const names = events.map(({ type }) => type);
    expect(names.filter((name) => name === "content-start")).toHaveLength(1);
    expect(names.slice(-2)).toEqual(["content-end", "message-end"]);
    const text = events.map(({ delta }) => delta?.message?.content?.text ?? "").join("");
    return { reason: events.at(-1).delta.finish_reason, text };
  },
};

interface Chunk {
  readonly candidates: [{ readonly content?: { readonly parts: [{ readonly text?: string }] } }];
}

const REASONS: Readonly<Record<string, string>> = {
  "chat completions": "length",
  responses: "max_output_tokens",
  messages: "max_tokens",
  gemini: "MAX_TOKENS",
  "gemini as a list": "MAX_TOKENS",
  cohere: "MAX_TOKENS",
};

function answering(body: string): () => Promise<Response> {
  return async () => new Response(body, { headers: { "content-type": "text/event-stream" } });
}

/** A stream that hands out an event whenever somebody reads, and notes how many were taken. */
function endless(wire: Wire, events: readonly string[]): { response: Response; readonly taken: number } {
  const encoder = new TextEncoder();
  let taken = 0;
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const event = events[taken];
        if (event === undefined) controller.close();
        else controller.enqueue(encoder.encode(event));
        taken++;
      },
    },
    { highWaterMark: 0 },
  );
  const response = new Response(body, { headers: { "content-type": wire.contentType } });
  return {
    response,
    get taken() {
      return taken;
    },
  };
}

describe("a provider that ignores its limit", () => {
  for (const wire of WIRES) {
    test(`is cut off where the cap ends, and the client's SDK finishes: ${wire.name}`, async () => {
      // What Gemini reports while it streams would be charged as reported: here nobody says how much it was.
      const events = wire
        .events(saying(20, 4_000, WORDS))
        .map((event) => event.replace(/"usageMetadata"/, '"x"'));
      const upstream = endless(wire, events);
      using plane = openDataPlane({ config: CAPPED, upstream: () => upstream.response });
      const response = await call(plane, "bot", wire, { stream: true, ceiling: CEILING });
      const { reason, text } = (await SDKS[wire.name]?.(await readerOf(response).rest())) ?? {};

      expect(response.status).toBe(200);
      expect(reason).toBe(REASONS[wire.name]);
      expect(WORDS.join("").startsWith(text ?? "-")).toBe(true);
      expect(text?.length).toBeGreaterThan(CEILING * 3);
      expect(plane.sent[0]?.signal.aborted).toBe(true);
      expect(upstream.taken).toBeLessThan(30);
      expect(plane.calls()).toMatchObject([
        { ending: "cut", error: "budget_exceeded", status: 200, usage: "estimated", clamped: undefined },
      ]);
      // The last word was made before it could be seen: no more than that lies beyond the cap.
      const [line] = plane.calls();
      expect(line?.cost_nano).toBeGreaterThan(CAP - costOf(200, 300));
      expect(line?.cost_nano).toBeLessThanOrEqual(CAP);
      expect(moneyOf(plane, "bot")).toEqual({ held: 0, spent: line?.cost_nano ?? 0 });
      expect(plane.store.holds.size).toBe(0);
      expect(plane.gateway.inFlight).toBe(0);
      expect(plane.lines.filter(({ type }) => type === "blocked")).toEqual([]);
    });
  }

  test("is not cut off by anything but a cap: without one its answer passes whole", async () => {
    for (const wire of WIRES) {
      const said = saying(20, 4_000, WORDS);
      const upstream = endless(wire, wire.events(said));
      using plane = openDataPlane({ config: PRICED, upstream: () => upstream.response });
      const text = await (await call(plane, "bot", wire, { stream: true, ceiling: CEILING })).text();
      expect(text).toContain(WORDS.at(-1) ?? "-");
      expect(plane.calls()).toMatchObject([
        { ending: "complete", usage: "reported", cost_nano: costOf(20, 4_000) },
      ]);
    }
  });
});

test("a compressed stream is cut all the same; its bytes cannot be ended, so the connection breaks", async () => {
  for (const wire of WIRES.filter(({ name }) => !name.startsWith("gemini"))) {
    const events = wire.events(saying(20, 4_000, WORDS)).slice(0, -4);
    const body = new ReadableStream<Uint8Array>({
      // Not over yet: what has come is all there, and nothing follows.
      start: (controller) => controller.enqueue(flushed(events.join(""))),
    });
    const headers = { "content-type": wire.contentType, "content-encoding": "gzip" };
    using plane = openDataPlane({ config: CAPPED, upstream: () => new Response(body, { headers }) });
    const response = await call(plane, "bot", wire, { stream: true, ceiling: CEILING });
    expect(response.status).toBe(200);
    const read = await response.text().then(
      () => "whole",
      () => "broken",
    );
    expect(read).toBe("broken");
    expect(plane.calls()).toMatchObject([{ ending: "cut", error: "budget_exceeded" }]);
    expect(plane.sent[0]?.signal.aborted).toBe(true);
    expect(moneyOf(plane, "bot").held).toBe(0);
  }
});

/** Compressed so far that a reader has all of it, and waits for more. */
function flushed(text: string): Uint8Array {
  return gzipSync(text, { finishFlush: constants.Z_SYNC_FLUSH });
}
