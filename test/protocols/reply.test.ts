/** A refusal told as an answer: the official SDKs read it as what the assistant said (SPEC 6.3). */
import { expect, test } from "bun:test";
import Anthropic from "@anthropic-ai/sdk";
import { GoogleGenAI } from "@google/genai";
import fc from "fast-check";
import OpenAI from "openai";
import type { Dialect } from "../../server/core/call.ts";
import { protocols } from "../../server/protocols/index.ts";
import type { Reply, ReplyTerms } from "../../server/protocols/protocol.ts";

const TEXT = "[Tollgate] Request blocked: budget_exceeded";
const TERMS: ReplyTerms = {
  requestId: "req1",
  id: "blocked-req1",
  model: "some-model",
  operation: "chat",
  stream: false,
  framing: "sse",
  usageChunk: false,
  now: 1_760_000_000_000,
};

function reply(dialect: Dialect, terms: Partial<ReplyTerms> = {}, text = TEXT): Reply {
  return protocols.get(dialect).renderReply(text, { ...TERMS, ...terms });
}

function fetchOf({ body, contentType }: Reply): () => Promise<Response> {
  return async () => new Response(body, { headers: { "content-type": contentType } });
}

const openai = (answer: Reply): OpenAI => new OpenAI({ apiKey: "k", fetch: fetchOf(answer) });
const anthropic = (answer: Reply): Anthropic => new Anthropic({ apiKey: "k", fetch: fetchOf(answer) });

async function withGoogle<T>(answer: Reply, use: (client: GoogleGenAI) => Promise<T>): Promise<T> {
  using server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: fetchOf(answer) });
  const baseUrl = `http://127.0.0.1:${server.port}`;
  return await use(new GoogleGenAI({ apiKey: "k", httpOptions: { baseUrl } }));
}

async function collect<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const one of stream) all.push(one);
  return all;
}

test("OpenAI's SDK reads a chat completion", async () => {
  const read = await openai(reply("openai-chat")).chat.completions.create({ model: "m", messages: [] });
  expect(read).toMatchObject({ id: "blocked-req1", model: "some-model", created: 1_760_000_000 });
  expect(read.choices[0]).toMatchObject({ finish_reason: "stop", message: { content: TEXT } });
  expect(read.usage).toEqual({ prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 });
});

test("OpenAI's SDK accumulates a streamed chat completion", async () => {
  const client = openai(reply("openai-chat", { stream: true, usageChunk: true }));
  const read = await client.chat.completions.stream({ model: "m", messages: [] }).finalChatCompletion();
  expect(read.id).toBe("blocked-req1");
  expect(read.choices[0]).toMatchObject({ finish_reason: "stop", message: { content: TEXT } });
  expect(read.usage?.total_tokens).toBe(0);
});

test("every chunk has a choice unless usage was asked for", async () => {
  const client = openai(reply("openai-chat", { stream: true }));
  const stream = await client.chat.completions.create({ model: "m", messages: [], stream: true });
  const chunks = await collect(stream);
  expect(chunks.map((chunk) => chunk.choices.length)).toEqual([1, 1]);
});

test("OpenAI's SDK reads a legacy completion, whole and streamed", async () => {
  const terms = { operation: "completions" };
  const whole = await openai(reply("openai-chat", terms)).completions.create({ model: "m", prompt: "p" });
  expect(whole).toMatchObject({ id: "blocked-req1", object: "text_completion" });
  expect(whole.choices[0]).toMatchObject({ text: TEXT, finish_reason: "stop" });
  const client = openai(reply("openai-chat", { ...terms, stream: true }));
  const chunks = await collect(await client.completions.create({ model: "m", prompt: "p", stream: true }));
  expect(chunks.map((chunk) => chunk.choices[0]?.text).join("")).toBe(TEXT);
  expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe("stop");
});

test("OpenAI's SDK reads a response, whole and streamed", async () => {
  const whole = await openai(reply("openai-responses")).responses.create({ model: "m", input: "x" });
  expect(whole).toMatchObject({ id: "blocked-req1", status: "completed", output_text: TEXT });
  expect(whole.usage?.total_tokens).toBe(0);
  const client = openai(reply("openai-responses", { stream: true }));
  const stream = client.responses.stream({ model: "m", input: "x" });
  const events = await collect(stream);
  const final = await stream.finalResponse();
  expect(final).toMatchObject({ id: "blocked-req1", status: "completed", output_text: TEXT });
  expect(events.map((event) => event.sequence_number)).toEqual(events.map((_, index) => index));
});

test("Anthropic's SDK reads a message, whole and streamed", async () => {
  const request = { model: "m", max_tokens: 1, messages: [] };
  const whole = await anthropic(reply("anthropic-messages")).messages.create(request);
  const streamed = await anthropic(reply("anthropic-messages", { stream: true }))
    .messages.stream(request)
    .finalMessage();
  for (const read of [whole, streamed]) {
    expect(read).toMatchObject({ id: "blocked-req1", role: "assistant", stop_reason: "end_turn" });
    expect(read.content).toMatchObject([{ type: "text", text: TEXT }]);
    expect(read.usage).toMatchObject({ input_tokens: 0, output_tokens: 0 });
  }
});

test("a legacy completion of Anthropic's is one event, or one document", () => {
  const terms = { operation: "complete" };
  const answer = { id: "blocked-req1", type: "completion", completion: TEXT, stop_reason: "stop_sequence" };
  expect(JSON.parse(reply("anthropic-messages", terms).body)).toMatchObject(answer);
  const { body } = reply("anthropic-messages", { ...terms, stream: true });
  const [name, data = ""] = body.trimEnd().split("\ndata: ");
  expect(name).toBe("event: completion");
  expect(JSON.parse(data)).toMatchObject(answer);
});

test("Google's SDK reads content, whole and streamed", async () => {
  const request = { model: "m", contents: "x" };
  const whole = await withGoogle(reply("gemini"), (client) => client.models.generateContent(request));
  const chunks = await withGoogle(reply("gemini", { stream: true }), async (client) =>
    collect(await client.models.generateContentStream(request)),
  );
  expect(chunks).toHaveLength(1);
  for (const read of [whole, ...chunks]) {
    expect(read).toMatchObject({ responseId: "blocked-req1", text: TEXT });
    expect(String(read.candidates?.[0]?.finishReason)).toBe("STOP");
    expect(read.usageMetadata?.totalTokenCount).toBe(0);
  }
});

test("Google's SDK reads an interaction, whole and streamed", async () => {
  const request = { model: "m", input: "x" };
  const terms = { operation: "interactions" };
  const whole = await withGoogle(reply("gemini", terms), (client) => client.interactions.create(request));
  expect(whole).toMatchObject({ id: "blocked-req1", status: "completed" });
  expect(JSON.stringify(whole)).toContain(TEXT);
  const events = await withGoogle(reply("gemini", { ...terms, stream: true }), async (client) =>
    collect(await client.interactions.create({ ...request, stream: true })),
  );
  expect(events.at(-1)).toMatchObject({ event_type: "interaction.completed" });
  expect(JSON.stringify(events)).toContain(TEXT);
});

test("a list of content is a list of one chunk", () => {
  const { contentType, body } = reply("gemini", { stream: true, framing: "json-array" });
  expect(contentType).toBe("application/json");
  expect(JSON.parse(body)).toMatchObject([{ responseId: "blocked-req1" }]);
});

test("Cohere's answers of both versions have their own shapes", () => {
  expect(JSON.parse(reply("cohere-chat").body)).toEqual({
    id: "blocked-req1",
    message: { role: "assistant", content: [{ type: "text", text: TEXT }] },
    finish_reason: "COMPLETE",
    usage: {
      billed_units: { input_tokens: 0, output_tokens: 0 },
      tokens: { input_tokens: 0, output_tokens: 0 },
    },
  });
  expect(JSON.parse(reply("cohere-chat", { framing: "ndjson" }).body)).toMatchObject({
    text: TEXT,
    generation_id: "blocked-req1",
    finish_reason: "COMPLETE",
  });
  const lines = reply("cohere-chat", { framing: "ndjson", stream: true }).body.trimEnd().split("\n");
  expect(lines.map((line) => JSON.parse(line).event_type)).toEqual([
    "stream-start",
    "text-generation",
    "stream-end",
  ]);
  const { body } = reply("cohere-chat", { stream: true });
  expect(body.match(/(?<=^event: ).*$/gm)).toEqual([
    "message-start",
    "content-start",
    "content-delta",
    "content-end",
    "message-end",
  ]);
});

test("whatever the text, the dialect's own reader sees all of it and an ending without an error", () => {
  const dialect = fc.constantFrom<Dialect[]>(
    "openai-chat",
    "openai-responses",
    "anthropic-messages",
    "gemini",
    "cohere-chat",
  );
  fc.assert(
    fc.property(dialect, fc.string({ unit: "grapheme", minLength: 1 }), (name, text) => {
      const { reading, readAnswer } = protocols.get(name).createReader({});
      const { body } = reply(name, {}, text);
      readAnswer(JSON.parse(Buffer.from(body).toString("latin1")));
      expect(reading).toMatchObject({ visibleBytes: Buffer.byteLength(text), error: null, ended: true });
      expect(reading.usage).toMatchObject({ inputTokens: 0, outputTokens: 0 });
    }),
  );
});
