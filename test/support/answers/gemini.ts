/** Gemini's generateContent: cumulative figures in every chunk, CRLF framing, no final event of its own. */
import { type Said, SIGNATURE, type ToolCall, toolsOf } from "./said.ts";

export function geminiAnswer(said: Said): unknown {
  return chunk(said, pieces(said).flat(), true);
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
  const all = pieces(said);
  return all.map((parts, index) => chunk(said, parts, index === all.length - 1));
}

/** The parts of each chunk. */
function pieces(said: Said): object[][] {
  const thought = said.thought ? [[{ text: said.thought, thought: true }]] : [];
  const calls = toolsOf(said).map((tool, index) => callPart(tool, said.thought !== undefined && index === 0));
  return [...thought, ...(calls.length > 0 ? [calls] : said.words.map((word) => [textPart(word)]))];
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

/** Of the calls that a thought leads to, the first is signed. */
function callPart({ name, input }: ToolCall, isSigned: boolean): object {
  const functionCall = { name, args: JSON.parse(input) };
  return isSigned ? { functionCall, thoughtSignature: SIGNATURE } : { functionCall };
}
