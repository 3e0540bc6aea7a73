/** The official SDKs, given an answer that breaks off, throw their own errors. */
import { expect, test } from "bun:test";
import Anthropic, { APIError as AnthropicError } from "@anthropic-ai/sdk";
import { GoogleGenAI } from "@google/genai";
import OpenAI, { APIError as OpenaiError } from "openai";
import type { Dialect } from "../../server/core/call.ts";
import { refusal } from "../../server/core/refusal.ts";
import { protocols } from "../../server/protocols/index.ts";

const broken = refusal("upstream_broken", "The provider's answer broke off.");

function brokenAnswer(dialect: Dialect, begin: string): () => Promise<Response> {
  const body = begin + protocols.get(dialect).renderStreamError(broken, "sse");
  return async () => new Response(body, { headers: { "content-type": "text/event-stream" } });
}

async function drain(stream: AsyncIterable<unknown>): Promise<number> {
  let events = 0;
  for await (const _ of stream) events++;
  return events;
}

async function thrown(run: () => Promise<unknown>): Promise<unknown> {
  return run().then(
    () => null,
    (error: unknown) => error,
  );
}

test("OpenAI's SDK throws at the end of a broken chat", async () => {
  const fetch = brokenAnswer("openai-chat", 'data: {"choices":[{"index":0,"delta":{"content":"a"}}]}\n\n');
  const client = new OpenAI({ apiKey: "k", fetch });
  const error = await thrown(async () =>
    drain(await client.chat.completions.create({ model: "m", messages: [], stream: true })),
  );
  expect(error).toBeInstanceOf(OpenaiError);
  expect((error as OpenaiError).code).toBe("upstream_broken");
});

test("OpenAI's SDK throws at the end of a broken response", async () => {
  const fetch = brokenAnswer(
    "openai-responses",
    'event: response.output_text.delta\ndata: {"type":"response.output_text.delta","delta":"a"}\n\n',
  );
  const client = new OpenAI({ apiKey: "k", fetch });
  const error = await thrown(async () =>
    drain(await client.responses.create({ model: "m", input: "x", stream: true })),
  );
  expect(error).toBeInstanceOf(OpenaiError);
});

test("Anthropic's SDK throws at the end of broken messages", async () => {
  const fetch = brokenAnswer("anthropic-messages", 'event: ping\ndata: {"type":"ping"}\n\n');
  const client = new Anthropic({ apiKey: "k", fetch });
  const error = await thrown(async () =>
    drain(await client.messages.create({ model: "m", max_tokens: 1, messages: [], stream: true })),
  );
  expect(error).toBeInstanceOf(AnthropicError);
});

test("Google's SDK throws at the end of broken content", async () => {
  const answer = brokenAnswer("gemini", 'data: {"candidates":[{"content":{"parts":[{"text":"a"}]}}]}\n\n');
  using server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: answer });
  const client = new GoogleGenAI({
    apiKey: "k",
    httpOptions: { baseUrl: `http://127.0.0.1:${server.port}` },
  });
  const error = await thrown(async () =>
    drain(await client.models.generateContentStream({ model: "m", contents: "x" })),
  );
  expect(error).toBeInstanceOf(Error);
  expect(String(error)).toContain("broke off");
});
