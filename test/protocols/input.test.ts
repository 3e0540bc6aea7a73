import { expect, test } from "bun:test";
import fc from "fast-check";
import type { Dialect } from "../../server/core/call.ts";
import { protocols } from "../../server/protocols/index.ts";
import type { Json } from "../../server/protocols/json.ts";
import type { InputEstimate } from "../../server/protocols/protocol.ts";

function estimate(dialect: Dialect, request: Json, model = "m"): InputEstimate {
  return protocols.get(dialect).readRequest(request, JSON.stringify(request), model).input;
}

const said = (part: Json): Json => ({ messages: [{ role: "user", content: [part] }] });
const base64 = (bytes: Uint8Array | string): string => Buffer.from(bytes as string).toString("base64");

const PIXELS = "A".repeat(100_000);
const IMAGE = `data:image/png;base64,${PIXELS}`;
const PDF = base64(
  "%PDF-1.4\n1 0 obj<</Type/Pages/Kids [3 0 R 4 0 R]/Count 2>>endobj\n3 0 obj<</Type/Page>>endobj",
);
/** Ten seconds at 1,000 bytes each. */
const MP3 = base64(new Uint8Array(10_000));

test("base64 of an image is no text and counts 5,000 tokens, wherever images stand", () => {
  const holding: [Dialect, Json][] = [
    ["openai-chat", said({ type: "image_url", image_url: { url: IMAGE } })],
    ["openai-chat", said({ type: "image_url", image_url: IMAGE })],
    ["openai-chat", { messages: [{ role: "user", content: "x", images: [PIXELS] }] }],
    ["openai-responses", { input: [{ role: "user", content: [{ type: "input_image", image_url: IMAGE }] }] }],
    ["openai-responses", { input: [{ output: { type: "computer_screenshot", image_url: IMAGE } }] }],
    ["openai-responses", { input: [{ output: [{ type: "input_image", image_url: IMAGE }] }] }],
    ["anthropic-messages", said({ type: "image", source: { type: "base64", data: PIXELS } })],
    [
      "anthropic-messages",
      said({
        type: "tool_result",
        content: [{ type: "image", source: { type: "base64", data: PIXELS } }],
      }),
    ],
    ["gemini", { contents: [{ parts: [{ inlineData: { mimeType: "image/png", data: PIXELS } }] }] }],
    ["gemini", { contents: [{ parts: [{ inline_data: { mime_type: "image/png", data: PIXELS } }] }] }],
    ["gemini", { input: [{ type: "image", mime_type: "image/png", data: PIXELS }] }],
    ["cohere-chat", said({ type: "image_url", image_url: { url: IMAGE } })],
    ["cohere-chat", { images: [IMAGE] }],
  ];
  for (const [dialect, request] of holding) {
    const { textBytes, mediaTokens } = estimate(dialect, request);
    expect(mediaTokens, JSON.stringify(request).slice(0, 100)).toBe(5_000);
    expect(textBytes, JSON.stringify(request).slice(0, 100)).toBeLessThan(300);
    expect(protocols.get(dialect).readRequest(request, "", "m").demand.hiddenInput).toBe(false);
  }
});

test("an image by URL counts as one image, and hides nothing", () => {
  const url = "https://host/a.png";
  const holding: [Dialect, Json][] = [
    ["openai-chat", said({ type: "image_url", image_url: { url } })],
    ["openai-responses", { input: [{ output: [{ type: "input_image", image_url: url }] }] }],
    ["anthropic-messages", said({ type: "image", source: { type: "url", url } })],
    ["gemini", { input: [{ type: "image", uri: url }] }],
    ["cohere-chat", said({ type: "image_url", image_url: { url } })],
  ];
  for (const [dialect, request] of holding) {
    const { demand, input } = protocols.get(dialect).readRequest(request, JSON.stringify(request), "m");
    expect(input.mediaTokens, dialect).toBe(5_000);
    expect(demand.hiddenInput, dialect).toBe(false);
  }
});

test("a model whose images cost more is counted so", () => {
  const request = said({ type: "image_url", image_url: { url: IMAGE } });
  expect(estimate("openai-chat", request, "gpt-4o-mini-2024-07-18").mediaTokens).toBe(48_169);
});

test("what only calls itself an image, in a place where text is read, stays text", () => {
  const disguised = { type: "image", source: { type: "base64", data: PIXELS } };
  const requests: [Dialect, Json][] = [
    ["anthropic-messages", { tools: [{ name: "f", input_schema: { default: [disguised] } }] }],
    ["anthropic-messages", said({ type: "tool_use", input: { content: [disguised] } })],
    ["anthropic-messages", said({ type: "text", text: "x", source: { type: "base64", data: PIXELS } })],
    ["openai-chat", said({ type: "text", text: IMAGE })],
    ["openai-chat", { messages: [{ role: "user", content: IMAGE }] }],
    ["gemini", { contents: [{ parts: [{ functionCall: { args: { inlineData: { data: PIXELS } } } }] }] }],
  ];
  for (const [dialect, request] of requests) {
    expect(estimate(dialect, request).textBytes).toBe(Buffer.byteLength(JSON.stringify(request)));
  }
});

test("a PDF counts by its pages, in every dialect that takes one", () => {
  const holding: [Dialect, Json][] = [
    ["openai-chat", said({ type: "file", file: { file_data: `data:application/pdf;base64,${PDF}` } })],
    ["openai-responses", { input: [{ content: [{ type: "input_file", file_data: PDF }] }] }],
    ["anthropic-messages", document({ type: "base64", media_type: "application/pdf", data: PDF })],
    ["gemini", { contents: [{ parts: [{ inlineData: { mimeType: "application/pdf", data: PDF } }] }] }],
    ["gemini", { input: { type: "document", mime_type: "application/pdf", data: PDF } }],
  ];
  for (const [dialect, request] of holding) {
    const { textBytes, mediaTokens } = estimate(dialect, request);
    expect(mediaTokens, dialect).toBe(6_000);
    expect(textBytes, dialect).toBeLessThan(200);
  }
});

test("a text file stays text", () => {
  const inline = { mimeType: "text/csv", data: base64("a,b\n".repeat(1000)) };
  const request = { contents: [{ parts: [{ inlineData: inline }] }] };
  expect(estimate("gemini", request)).toEqual({
    textBytes: Buffer.byteLength(JSON.stringify(request)),
    mediaTokens: 0,
  });
});

test("sound and film count 300 tokens for each second that they can last", () => {
  const audio = (data: string): InputEstimate =>
    estimate("openai-chat", said({ type: "input_audio", input_audio: { format: "x", data } }));
  expect(audio(MP3).mediaTokens).toBe(11 * 300);
  // 16,000 samples of two bytes a second: its header says so.
  expect(audio(base64(wave(16_000, 160_000))).mediaTokens).toBe(6 * 300);
  const video = { contents: [{ parts: [{ inlineData: { mimeType: "video/mp4", data: MP3 } }] }] };
  expect(estimate("gemini", video).mediaTokens).toBe(11 * 300);
});

test("a token id is a token, however few bytes it takes", () => {
  expect(estimate("openai-chat", { prompt: [1, 2, 3] }).mediaTokens).toBe(3);
  expect(estimate("openai-chat", { input: [[1, 2], [3]] }).mediaTokens).toBe(3);
});

test("text is never counted for less than it takes in the body", () => {
  const dialects = fc.constantFrom<Dialect[]>("openai-chat", "anthropic-messages", "gemini");
  fc.assert(
    fc.property(
      dialects,
      fc.string({ unit: "binary" }),
      fc.integer({ min: 0, max: 5 }),
      (dialect, text, images) => {
        const pictures = Array.from({ length: images }, () => ({
          type: "image_url",
          image_url: { url: IMAGE },
        }));
        const request = {
          messages: [{ content: [{ type: "text", text }, ...pictures] }],
          contents: [{ parts: [{ text }] }],
        };
        expect(estimate(dialect, request).textBytes).toBeGreaterThanOrEqual(
          2 * Buffer.byteLength(text.toWellFormed()),
        );
      },
    ),
  );
});

test("hostile input costs linear time", () => {
  const hostile: [Dialect, Json][] = [
    ["openai-chat", said({ type: "file", file: { file_data: base64(`%PDF-${"/Kids[".repeat(500_000)}`) } })],
    ["openai-chat", said({ type: "file", file: { file_data: base64(`%PDF-${"/Kids ".repeat(500_000)}`) } })],
    ["openai-chat", said({ type: "image_url", image_url: { url: `data:${"x".repeat(3_000_000)}` } })],
    ["openai-chat", { messages: [{ content: Array.from({ length: 300_000 }, () => ({ type: "file" })) }] }],
    ["anthropic-messages", { messages: [nested(100_000)] }],
    ["gemini", { input: nested(100_000) }],
  ];
  for (const [dialect, request] of hostile) {
    const started = performance.now();
    protocols.get(dialect).readRequest(request, "cache_control", "m");
    expect(performance.now() - started, dialect).toBeLessThan(1_000);
  }
});

function document(source: Json): Json {
  return said({ type: "document", source });
}

function nested(depth: number): Json {
  let inner: Json = { type: "document" };
  for (let level = 0; level < depth; level++) inner = { type: "tool_result", content: [inner] };
  return inner;
}

/** A recording of plain samples: two bytes each, one channel. */
function wave(samplesPerSecond: number, bytes: number): Uint8Array {
  const head = Buffer.alloc(44 + bytes);
  head.write("RIFF", 0, "latin1");
  head.write("WAVEfmt ", 8, "latin1");
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(samplesPerSecond, 24);
  head.writeUInt16LE(16, 34);
  return head;
}
