/** Google's SDK reads the answers and streams that are written for it, and sends them back so that they are understood. */
import { expect, test } from "bun:test";
import { ApiError, type GenerateContentResponse, GoogleGenAI, type Part } from "@google/genai";
import type { NeutralAnswer, NeutralEvent } from "../../../server/protocols/translation/form.ts";
import { geminiSpeaker } from "../../../server/protocols/translation/gemini/speaker.ts";
import type { AnswerTerms } from "../../../server/protocols/translation/speaker.ts";
import { eventsOf } from "./events.ts";

const TERMS: AnswerTerms = {
  requestId: "req-1",
  model: "asked-for",
  framing: "sse",
  usageChunk: false,
  now: 1_700_000_000_000,
};

const SEAL = { by: "anthropic-messages", value: "c2lnbmVk" } as const;

/** A thinking answer of another provider that calls two tools. */
const ANSWER: NeutralAnswer = {
  id: "msg_1",
  model: "claude-sonnet-4-5",
  created: null,
  parts: [
    { kind: "thinking", text: "Zwei Städte, zwei Fragen.", signature: SEAL },
    { kind: "text", text: "Ich sehe nach 🌦️." },
    { kind: "tool-call", id: "toolu_1", name: "get_weather", arguments: '{"city":"Köln"}' },
    { kind: "tool-call", id: "toolu_2", name: "get_weather", arguments: '{"city":"Bonn","unit":null}' },
  ],
  finish: { kind: "tool-calls" },
  usage: {
    inputTokens: 100,
    outputTokens: 60,
    cachedTokens: 40,
    cacheWriteTokens: null,
    reasoningTokens: 25,
  },
};

const CALLS = [
  { id: "toolu_1", name: "get_weather", args: { city: "Köln" } },
  { id: "toolu_2", name: "get_weather", args: { city: "Bonn", unit: null } },
];

const USAGE = {
  promptTokenCount: 100,
  cachedContentTokenCount: 40,
  candidatesTokenCount: 35,
  thoughtsTokenCount: 25,
  totalTokenCount: 160,
};

function streamOf(events: readonly NeutralEvent[]): string {
  const writer = geminiSpeaker.createStreamWriter(TERMS);
  return events.map((event) => writer.write(event)).join("");
}

/** The SDK with a provider that answers this, each time; and what it was asked. */
async function withSdk<T>(
  answer: { readonly body: string; readonly type: string; readonly status?: number },
  ask: (client: GoogleGenAI, asked: readonly unknown[]) => Promise<T>,
): Promise<T> {
  const asked: unknown[] = [];
  using server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      asked.push(await request.json());
      const { body, type, status = 200 } = answer;
      return new Response(body, { status, headers: { "content-type": type } });
    },
  });
  const baseUrl = `http://127.0.0.1:${server.port}`;
  return await ask(new GoogleGenAI({ apiKey: "k", httpOptions: { baseUrl } }), asked);
}

function whole(answer: NeutralAnswer) {
  return { body: JSON.stringify(geminiSpeaker.writeAnswer(answer, TERMS)), type: "application/json" };
}

function streamed(events: readonly NeutralEvent[]) {
  return { body: streamOf(events), type: "text/event-stream" };
}

function partsOf(chunks: readonly GenerateContentResponse[]): readonly Part[] {
  return chunks.flatMap((chunk) => chunk.candidates?.[0]?.content?.parts ?? []);
}

/** What the SDK's `text` is, which warns of every other part. */
function textOf(chunks: readonly GenerateContentResponse[]): string {
  return partsOf(chunks)
    .map(({ text, thought }) => (thought ? "" : (text ?? "")))
    .join("");
}

function callsOf(chunks: readonly GenerateContentResponse[]): readonly unknown[] {
  return partsOf(chunks).flatMap(({ functionCall }) => functionCall ?? []);
}

test("the SDK reads a whole answer: text, thoughts, calls, finish and usage", async () => {
  await withSdk(whole(ANSWER), async (client) => {
    const read = await client.models.generateContent({ model: "m", contents: "Wetter?" });
    expect(textOf([read])).toBe("Ich sehe nach 🌦️.");
    expect(callsOf([read])).toEqual(CALLS);
    expect(read.candidates?.[0]?.finishReason).toBe("STOP" as never);
    expect(read.usageMetadata as unknown).toEqual(USAGE);
    expect(read.modelVersion).toBe("claude-sonnet-4-5");
    expect(read.responseId).toBe("msg_1");
    expect(partsOf([read])[0]).toMatchObject({ text: "Zwei Städte, zwei Fragen.", thought: true });
  });
});

test("the SDK reads the same from the stream, however the answer was cut", async () => {
  for (const pieces of [[], [1], [3, 7]]) {
    await withSdk(streamed(eventsOf(ANSWER, pieces)), async (client) => {
      const stream = await client.models.generateContentStream({ model: "m", contents: "Wetter?" });
      const chunks = await Array.fromAsync(stream);
      expect(textOf(chunks)).toBe("Ich sehe nach 🌦️.");
      expect(callsOf(chunks)).toEqual(CALLS);
      const thoughts = partsOf(chunks).filter(({ thought }) => thought);
      expect(thoughts.map(({ text }) => text).join("")).toBe("Zwei Städte, zwei Fragen.");
      expect(chunks.map(({ candidates }) => candidates?.[0]?.finishReason).filter(Boolean)).toEqual([
        "STOP" as never,
      ]);
      expect(chunks.at(-1)?.usageMetadata as unknown).toEqual(USAGE);
      expect(new Set(chunks.map(({ responseId }) => responseId))).toEqual(new Set(["msg_1"]));
    });
  }
});

test("a chat of the SDK brings a streamed answer back whole, with the provider's own signature", async () => {
  const asked = await withSdk(streamed(eventsOf(ANSWER, [4])), async (client, requests) => {
    const chat = client.chats.create({ model: "m" });
    await Array.fromAsync(await chat.sendMessageStream({ message: "Wetter?" }));
    const results = CALLS.map(({ id, name, args: { city } }) => ({
      functionResponse: { id, name, response: { output: `Regen in ${city}` } },
    }));
    await Array.fromAsync(await chat.sendMessageStream({ message: results }));
    return requests;
  });
  const read = geminiSpeaker.readRequest(asked[1] as never, { model: "m", stream: true });
  expect(read).toMatchObject({ uncarried: [] });
  expect("request" in read && read.request.turns).toEqual([
    { role: "user", parts: [{ kind: "text", text: "Wetter?" }] },
    { role: "assistant", parts: ANSWER.parts },
    {
      role: "user",
      parts: CALLS.map(({ id, name, args: { city } }) => ({
        kind: "tool-result" as const,
        id,
        name,
        content: [{ kind: "text" as const, text: `Regen in ${city}` }],
        isError: false,
      })),
    },
  ]);
});

test("every signature that is written is base64, as the SDKs of typed languages demand", () => {
  const text = streamOf(eventsOf(ANSWER)) + JSON.stringify(geminiSpeaker.writeAnswer(ANSWER, TERMS));
  const signatures = [...text.matchAll(/"thoughtSignature":"([^"]*)"/g)].map(([, one = ""]) => one);
  expect(signatures).toHaveLength(2);
  for (const one of signatures) expect(Buffer.from(one, "base64").toString("base64")).toBe(one);
});

test("an answer that says nothing is a turn all the same, and its finish is told", async () => {
  const silent: NeutralAnswer = { ...ANSWER, parts: [], finish: { kind: "filtered" }, usage: null };
  await withSdk(whole(silent), async (client) => {
    const read = await client.models.generateContent({ model: "m", contents: "?" });
    expect(read.candidates?.[0]).toMatchObject({
      content: { parts: [{ text: "" }] },
      finishReason: "SAFETY",
    });
    expect(read.usageMetadata).toBeUndefined();
  });
});

test("the SDK throws its own error for an error body, and for one in the stream", async () => {
  const error = { status: 429, message: "Too many of you.", code: "rate_limit_exceeded" };
  const body = JSON.stringify(geminiSpeaker.writeError(error, TERMS));
  await withSdk({ body, type: "application/json", status: 429 }, async (client) => {
    const thrown = await client.models.generateContent({ model: "m", contents: "?" }).catch((one) => one);
    expect(thrown).toBeInstanceOf(ApiError);
    expect(thrown.status).toBe(429);
    expect(thrown.message).toContain("RESOURCE_EXHAUSTED");
  });
  const begun = eventsOf(ANSWER).slice(0, 4);
  await withSdk(streamed([...begun, { kind: "error", error }]), async (client) => {
    const stream = await client.models.generateContentStream({ model: "m", contents: "?" });
    const thrown = await Array.fromAsync(stream).catch((one) => one);
    expect(thrown).toBeInstanceOf(Error);
    expect(String(thrown)).toContain("Too many of you.");
  });
});

test("the SDK's request is understood, whatever of its configuration is used", async () => {
  const asked = await withSdk(whole(ANSWER), async (client, requests) => {
    await client.models.generateContent({
      model: "gemini-2.5-flash",
      contents: [
        { role: "user", parts: [{ text: "Look:" }, { inlineData: { mimeType: "image/png", data: "aaaa" } }] },
      ],
      config: {
        systemInstruction: "Be brief.",
        temperature: 0.5,
        topK: 20,
        maxOutputTokens: 99,
        stopSequences: ["END"],
        responseMimeType: "application/json",
        responseSchema: { type: "OBJECT" as never, properties: { n: { type: "INTEGER" as never } } },
        thinkingConfig: { thinkingBudget: 2048, includeThoughts: true },
        tools: [{ functionDeclarations: [{ name: "tell", description: "Tells." }] }],
        safetySettings: [{ category: "HARM_CATEGORY_HARASSMENT" as never, threshold: "BLOCK_NONE" as never }],
      },
    });
    return requests;
  });
  const read = geminiSpeaker.readRequest(asked[0] as never, { model: "gemini-2.5-flash", stream: false });
  expect(read).toMatchObject({
    uncarried: [],
    request: {
      model: "gemini-2.5-flash",
      stream: false,
      system: [{ kind: "text", text: "Be brief." }],
      turns: [
        {
          role: "user",
          parts: [
            { kind: "text", text: "Look:" },
            { kind: "image", source: { kind: "base64", mediaType: "image/png", data: "aaaa" } },
          ],
        },
      ],
      temperature: 0.5,
      topK: 20,
      maxTokens: 99,
      stop: ["END"],
      format: { kind: "schema", schema: { type: "object", properties: { n: { type: "integer" } } } },
      thinking: { amount: { kind: "budget", tokens: 2048 }, isShown: true },
      tools: [{ name: "tell", description: "Tells.", parameters: null, strict: null }],
    },
  });
});
