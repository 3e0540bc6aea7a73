/** The everyday script: looks at a request's path and answers as the provider of that path would. */
import { json, type StreamOptions, stream } from "../replies.ts";
import type { Exchange, RecordedRequest, Reply } from "../upstream.ts";
import { messagesAnswer, messagesEvents } from "./anthropic-messages.ts";
import { cohereAnswer, cohereEvents } from "./cohere.ts";
import { geminiAnswer, geminiArray, geminiEmbedding, geminiEvents } from "./gemini.ts";
import { openaiChatAnswer, openaiChatEvents } from "./openai-chat.ts";
import { responsesAnswer, responsesEvents } from "./openai-responses.ts";
import { HELLO, type Said } from "./said.ts";

/** What a request asks of the model, as far as the scripts care. */
interface Asked {
  readonly model: string | null;
  readonly wantsStream: boolean;
  readonly wantsUsage: boolean;
}

/** Answers every request with a greeting in the dialect of its path. */
export const replyInDialect: Reply = (exchange) => replySaying(HELLO)(exchange);

/** Answers every request with what is `said`, in the dialect of its path; streams keep to `pace`. */
export function replySaying(said: Said, pace: StreamOptions = {}): Reply {
  return (exchange) => choose(exchange, said, pace)(exchange);
}

function choose({ request }: Exchange, said: Said, pace: StreamOptions): Reply {
  const path = request.target.split("?")[0] ?? "";
  const asked = readAsked(request);
  const heard = { ...said, model: asked.model ?? said.model };
  const either = (answer: unknown, events: string[]) =>
    asked.wantsStream ? stream(events, pace) : json(answer);

  if (request.method === "GET" || request.method === "HEAD")
    return json({ object: "list", data: [{ id: "test-model", object: "model" }] });
  if (path.endsWith("/embeddings")) return json(embeddings(heard));
  if (path.endsWith("/count_tokens")) return json({ input_tokens: said.inputTokens });
  if (path.endsWith("/messages")) return either(messagesAnswer(heard), messagesEvents(heard));
  if (path.endsWith("/responses")) return either(responsesAnswer(heard), responsesEvents(heard));
  if (path.endsWith("/v2/chat")) return either(cohereAnswer(heard), cohereEvents(heard));
  if (path.endsWith("embedContent") || path.endsWith("batchEmbedContents")) return json(geminiEmbedding());
  if (path.endsWith(":generateContent")) return json(geminiAnswer(heard));
  if (path.endsWith(":streamGenerateContent")) {
    if (request.target.includes("alt=sse")) return stream(geminiEvents(heard), pace);
    return stream(geminiArray(heard), { ...pace, contentType: "application/json" });
  }
  if (path.endsWith("/chat/completions") || path.endsWith("/chatcompletion_v2")) {
    return either(openaiChatAnswer(heard), openaiChatEvents(heard, asked.wantsUsage ? "asked" : "none"));
  }
  return json({ error: { message: `no script for ${path}` } }, { status: 404 });
}

function embeddings(said: Said): unknown {
  return {
    object: "list",
    data: [{ object: "embedding", index: 0, embedding: [0.1, 0.2, 0.3] }],
    model: said.model,
    usage: { prompt_tokens: said.inputTokens, total_tokens: said.inputTokens },
  };
}

function readAsked(request: RecordedRequest): Asked {
  const inPath = /\/models\/([^/:]+):/.exec(request.target)?.[1] ?? null;
  const body = request.body.length === 0 ? null : request.json();
  if (typeof body !== "object" || body === null) {
    return { model: inPath, wantsStream: false, wantsUsage: false };
  }
  const options = "stream_options" in body ? body.stream_options : null;
  return {
    model: "model" in body && typeof body.model === "string" ? body.model : inPath,
    wantsStream: "stream" in body && body.stream === true,
    wantsUsage:
      typeof options === "object" &&
      options !== null &&
      "include_usage" in options &&
      options.include_usage === true,
  };
}
