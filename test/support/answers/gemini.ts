/** Gemini's generateContent: cumulative figures in every chunk, CRLF framing, no final event of its own. */
import type { Said } from "./said.ts";

export function geminiAnswer(said: Said): unknown {
  return chunk(said, said.tool ? [callPart(said.tool)] : said.words.map(textPart), true);
}

export function geminiEvents(said: Said): string[] {
  return chunks(said).map((part) => `data: ${JSON.stringify(part)}\r\n\r\n`);
}

/** What `streamGenerateContent` sends without `alt=sse`: one JSON array, an element at a time. */
export function geminiArray(said: Said): string[] {
  const elements = chunks(said).map((part) => JSON.stringify(part, null, 2));
  return [...elements.map((element, index) => `${index === 0 ? "[" : ",\r\n"}${element}`), "\r\n]"];
}

export function geminiEmbedding(): unknown {
  return { embedding: { values: [0.1, 0.2, 0.3] } };
}

function chunks(said: Said): unknown[] {
  if (said.tool) return [chunk(said, [callPart(said.tool)], true)];
  return said.words.map((word, index) => chunk(said, [textPart(word)], index === said.words.length - 1));
}

function chunk(said: Said, parts: readonly object[], isLast: boolean): object {
  const candidates = said.outputTokens - said.reasoningTokens;
  return {
    candidates: [
      { content: { parts, role: "model" }, ...(isLast ? { finishReason: "STOP" } : {}), index: 0 },
    ],
    usageMetadata: {
      promptTokenCount: said.inputTokens,
      cachedContentTokenCount: said.cachedTokens,
      candidatesTokenCount: isLast ? candidates : 1,
      thoughtsTokenCount: said.reasoningTokens,
      totalTokenCount: said.inputTokens + said.reasoningTokens + (isLast ? candidates : 1),
    },
    modelVersion: said.model,
    responseId: "gemini-test",
  };
}

function textPart(text: string): object {
  return { text };
}

function callPart(tool: { name: string; input: string }): object {
  return { functionCall: { name: tool.name, args: JSON.parse(tool.input) } };
}
