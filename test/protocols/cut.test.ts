/** A stream that the gateway ends on purpose: wherever that is, the official SDKs finish, with what had been said. */
import { expect, test } from "bun:test";
import Anthropic from "@anthropic-ai/sdk";
import { GoogleGenAI } from "@google/genai";
import OpenAI from "openai";
import type { Dialect } from "../../server/core/call.ts";
import { createMeter } from "../../server/gateway/meter.ts";
import { protocols } from "../../server/protocols/index.ts";
import type { CutTerms, Framing } from "../../server/protocols/protocol.ts";
import { answering, cutEverywhere, type SampleStream, streamsOf, TERMS } from "./streams.ts";

/** Reads a body with an SDK's accumulator; throws what the SDK throws. */
type Accumulate = (body: string) => Promise<{ readonly reason: unknown; readonly text: string }>;

const chat: Accumulate = async (body) => {
  const client = new OpenAI({ apiKey: "k", fetch: answering(body) });
  const stream = client.chat.completions.stream({ model: "m", messages: [] });
  const { choices } = await stream.finalChatCompletion();
  return { reason: choices[0]?.finish_reason, text: choices[0]?.message.content ?? "" };
};

const completions: Accumulate = async (body) => {
  const client = new OpenAI({ apiKey: "k", fetch: answering(body) });
  const stream = await client.completions.create({ model: "m", prompt: "p", stream: true });
  let text = "";
  let reason: unknown = null;
  for await (const chunk of stream) {
    text += chunk.choices[0]?.text ?? "";
    reason = chunk.choices[0]?.finish_reason ?? reason;
  }
  return { reason, text };
};

const responses: Accumulate = async (body) => {
  const client = new OpenAI({ apiKey: "k", fetch: answering(body) });
  const final = await client.responses.stream({ model: "m", input: "x" }).finalResponse();
  return { reason: final.incomplete_details?.reason ?? final.status, text: final.output_text };
};

const messages: Accumulate = async (body) => {
  const client = new Anthropic({ apiKey: "k", fetch: answering(body) });
  const final = await client.messages.stream({ model: "m", max_tokens: 1, messages: [] }).finalMessage();
  const text = final.content.map((block) => (block.type === "text" ? block.text : "")).join("");
  return { reason: final.stop_reason, text };
};

const content: Accumulate = async (body) => {
  using server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: answering(body) });
  const baseUrl = `http://127.0.0.1:${server.port}`;
  const client = new GoogleGenAI({ apiKey: "k", httpOptions: { baseUrl } });
  const session = client.chats.create({ model: "m" });
  let reason: unknown = null;
  for await (const chunk of await session.sendMessageStream({ message: "x" })) {
    reason = chunk.candidates?.[0]?.finishReason ?? reason;
  }
  const parts = session.getHistory(true).flatMap((turn) => (turn.role === "model" ? (turn.parts ?? []) : []));
  return { reason, text: parts.map((part) => part.text ?? "").join("") };
};

/**
 * Cuts a stream everywhere and reads each cut; false for a stream that the SDK cannot even read whole. No text that was
 * passed on gets lost, as far as all that the stream shows is text.
 */
async function checkCuts(stream: SampleStream, accumulate: Accumulate, reason: string): Promise<boolean> {
  const whole = await accumulate(stream.events.join("")).catch(() => null);
  if (whole === null) return false;
  const cuts = [...cutEverywhere(stream)];
  const isAllText = cuts.at(-1)?.visibleBytes === Buffer.byteLength(whole.text);
  for (const cut of cuts) {
    const read = await accumulate(cut.body).catch((error) => {
      throw new Error(`${cut.name}: ${error}\n${cut.body}`);
    });
    expect(read.reason, cut.name).toBe(cut.isDecided ? whole.reason : reason);
    if (!isAllText) continue;
    expect(whole.text.startsWith(read.text), cut.name).toBe(true);
    expect(Buffer.byteLength(read.text), cut.name).toBe(cut.visibleBytes);
  }
  return true;
}

/** The names of the streams that the SDK can read, each cut everywhere. */
async function checkAll(
  streams: readonly SampleStream[],
  accumulate: Accumulate,
  reason: string,
): Promise<Set<string>> {
  const read = new Set<string>();
  for (const stream of streams) {
    if (await checkCuts(stream, accumulate, reason)) read.add(stream.name);
  }
  return read;
}

const isText = (stream: SampleStream): boolean => stream.name.includes("completions");

test("a cut chat finishes for its length", async () => {
  const streams = streamsOf("openai-chat").filter((stream) => !isText(stream));
  const read = await checkAll(streams, chat, "length");
  expect(read).toContain("openai-chat words");
  expect(read).toContain("openai-chat tool");
  expect(read).toContain("openai/chat-stream.json");
  expect(read).toContain("openai/chat-tools-stream.json");
});

test("a cut legacy completion finishes for its length", async () => {
  const read = await checkAll(streamsOf("openai-chat").filter(isText), completions, "length");
  expect(read).toContain("openai/completions-stream.json");
});

test("a cut response is incomplete for its length, and its text is in the output", async () => {
  const read = await checkAll(streamsOf("openai-responses"), responses, "max_output_tokens");
  expect(read).toContain("openai-responses words");
  expect(read).toContain("openai-responses tool");
});

test("a cut message stops for its length", async () => {
  const read = await checkAll(streamsOf("anthropic-messages"), messages, "max_tokens");
  expect(read).toContain("anthropic-messages words");
  expect(read).toContain("anthropic/tool-stream.json");
  expect(read).toContain("anthropic/stream.json");
});

test("cut content finishes for its length and stays in the chat's history", async () => {
  const streams = streamsOf("gemini").filter(
    ({ name, framing }) => framing === "sse" && !name.includes("interaction"),
  );
  const read = await checkAll(streams, content, "MAX_TOKENS");
  expect(read).toContain("gemini words");
});

test("whatever is cut, the dialect's own reader sees an answer that ended without an error", () => {
  for (const dialect of DIALECTS) {
    for (const stream of streamsOf(dialect)) {
      for (const cut of cutEverywhere(stream)) {
        const reader = protocols.get(dialect).createReader({});
        const meter = createMeter({ reader, framing: stream.framing, hideUsageOnly: false });
        meter.feed(Buffer.from(cut.body));
        meter.release();
        expect(reader.reading.error, cut.name).toBeNull();
        expect(reader.reading.ended, cut.name).toBe(true);
        expect(reader.reading.visibleBytes, cut.name).toBe(cut.visibleBytes);
      }
    }
  }
});

test("a cut list is a list", () => {
  for (const stream of streamsOf("gemini").filter((one) => one.framing === "json-array")) {
    // The last event is the closing bracket, with which nothing is left to cut.
    const cuts = [...cutEverywhere(stream)].slice(0, -1);
    for (const cut of cuts) {
      const chunks = JSON.parse(cut.body);
      const reason = chunks.at(-1).candidates[0].finishReason;
      expect(reason, cut.name).toBe(cut.isDecided ? "STOP" : "MAX_TOKENS");
    }
  }
});

test("a cut Cohere stream ends what it began, and tells the usage", () => {
  for (const stream of streamsOf("cohere-chat")) {
    for (const cut of cutEverywhere(stream)) {
      const events = cut.body.match(/^event: .*$/gm)?.map((line) => line.slice("event: ".length)) ?? [];
      const count = (name: string): number => events.filter((event) => event === name).length;
      expect(count("message-start"), cut.name).toBe(1);
      expect(events.at(-1), cut.name).toBe("message-end");
      if (cut.isDecided) continue;
      expect(count("content-end"), cut.name).toBe(count("content-start"));
      expect(count("tool-call-end"), cut.name).toBe(count("tool-call-start"));
      expect(cut.body).toContain('"tokens":{"input_tokens":11,"output_tokens":7}');
    }
  }
});

test("cut lines end as their host ends them", () => {
  const cohere = cutAfter("cohere-chat", "ndjson", ['{"event_type":"stream-start","generation_id":"g"}\n']);
  expect(JSON.parse(cohere)).toMatchObject({
    event_type: "stream-end",
    is_finished: true,
    finish_reason: "MAX_TOKENS",
    response: { generation_id: "g", finish_reason: "MAX_TOKENS" },
  });
  const ollama = cutAfter("openai-chat", "ndjson", [
    '{"model":"llama","message":{"content":"a"},"done":false}\n',
  ]);
  expect(JSON.parse(ollama)).toMatchObject({ model: "llama", done: true, done_reason: "length" });
});

test("a cut interaction ends its step and is incomplete", () => {
  const end = cutAfter("gemini", "sse", [
    'data: {"event_type":"interaction.created","interaction":{"id":"i","model":"m"}}\n\n',
    'data: {"event_type":"step.start","index":3}\n\n',
  ]);
  const [stop, completed, done] = end.split("\n\n").map((event) => event.split("\ndata: ")[1]);
  expect(JSON.parse(stop ?? "")).toEqual({ event_type: "step.stop", index: 3 });
  expect(JSON.parse(completed ?? "")).toMatchObject({
    event_type: "interaction.completed",
    interaction: { id: "i", model: "m", status: "incomplete", usage: { total_tokens: 18 } },
  });
  expect(done).toBe("[DONE]");
});

test("of several choices only those that are open are finished by a cut", () => {
  const chunk = (index: number, reason: string | null): string =>
    `data: ${JSON.stringify({ id: "c", created: 5, model: "gpt", choices: [{ index, delta: {}, finish_reason: reason }] })}\n\n`;
  const end = cutAfter("openai-chat", "sse", [chunk(0, null), chunk(1, null), chunk(0, "stop")]);
  const [last, usage] = end.split("\n\n").map((event) => event.slice("data: ".length));
  expect(JSON.parse(last ?? "")).toMatchObject({
    id: "c",
    created: 5,
    model: "gpt",
    choices: [{ index: 1, finish_reason: "length" }],
  });
  expect(JSON.parse(last ?? "").choices).toHaveLength(1);
  expect(JSON.parse(usage ?? "")).toMatchObject({
    choices: [],
    usage: { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 },
  });
});

test("a client that did not ask for usage gets no chunk without a choice", () => {
  const end = cutAfter("openai-chat", "sse", [], { usageChunk: false });
  expect(end).not.toContain('"choices":[]');
  expect(end.endsWith("data: [DONE]\n\n")).toBe(true);
});

test("text comes out of a cut as its sender meant it, escaped or not, however long", async () => {
  const texts = [
    "grün ✓ ",
    "\\u00fc\\u2713\\ud83d",
    "\\ude00",
    ..."x"
      .repeat(40)
      .split("")
      .map((x) => x.repeat(500)),
  ];
  const events = [
    {
      type: "response.created",
      sequence_number: 0,
      response: { id: "ré", created_at: 1, model: "m", output: [] },
    },
    {
      type: "response.output_item.added",
      sequence_number: 1,
      output_index: 0,
      item: { type: "message", id: "i", role: "assistant", status: "in_progress", content: [] },
    },
    {
      type: "response.content_part.added",
      sequence_number: 2,
      item_id: "i",
      output_index: 0,
      content_index: 0,
      part: { type: "output_text", text: "", annotations: [] },
    },
  ].map((event) => `data: ${JSON.stringify(event)}\n\n`);
  const place = '"item_id":"i","output_index":0,"content_index":0,"sequence_number":3';
  const deltas = texts.map(
    (text) => `data: {"type":"response.output_text.delta",${place},"delta":"${text}"}\n\n`,
  );
  const begin = [...events, ...deltas];
  const read = await responses(begin.join("") + cutAfter("openai-responses", "sse", begin));
  expect(read.text).toBe(`grün ✓ ü✓😀${"x".repeat(20_000)}`);
});

const DIALECTS: readonly Dialect[] = [
  "openai-chat",
  "openai-responses",
  "anthropic-messages",
  "gemini",
  "cohere-chat",
];

/** What a reader ends a stream with after these events. */
function cutAfter(
  dialect: Dialect,
  framing: Framing,
  events: readonly string[],
  terms: Partial<CutTerms> = {},
): string {
  const reader = protocols.get(dialect).createReader({});
  const meter = createMeter({ reader, framing, hideUsageOnly: false });
  for (const event of events) meter.feed(Buffer.from(event));
  return reader.renderCut({ ...TERMS, framing, ...terms });
}
