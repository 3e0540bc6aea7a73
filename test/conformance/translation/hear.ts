/** What a program hears of an answer through the official SDK of a format: whole, or as the SDK puts a stream together. */
import Anthropic from "@anthropic-ai/sdk";
import { type GenerateContentResponse, GoogleGenAI } from "@google/genai";
import OpenAI from "openai";
import { objectOf, parseJson } from "../../../server/protocols/json.ts";
import type { Speaks } from "../../../server/protocols/translation/form.ts";

/** An answer as it comes over the wire. */
export interface Wire {
  readonly status: number;
  readonly contentType: string;
  readonly body: string | Uint8Array<ArrayBuffer>;
}

/** The same of every format: what is told in other words, or counted otherwise, is told alike. */
export interface Heard {
  /** Texts and the words of declining. */
  readonly text: string;
  /** What was shown of the thinking; nothing in chat, whose SDK knows none. */
  readonly thought: string;
  readonly calls: readonly { readonly id: string; readonly name: string; readonly args: unknown }[];
  readonly finish: string;
  readonly usage: Figures | null;
}

/** Tokens: the input includes what was read from a cache and written to one, the output what was thought. */
export interface Figures {
  readonly input: number;
  readonly output: number;
  readonly cached: number;
  readonly written: number;
  readonly thought: number;
}

/** An SDK: as its clients use it, once for an answer that is whole and once for a stream. */
interface Ear {
  hear(wire: Wire): Promise<Heard>;
  hearStream(wire: Wire): Promise<Heard>;
}

/** What the SDK of a format hears; throws what the SDK throws. */
export function hear(dialect: Speaks, wire: Wire): Promise<Heard> {
  const isStream = wire.contentType.startsWith("text/event-stream");
  return isStream ? EARS[dialect].hearStream(wire) : EARS[dialect].hear(wire);
}

const ASKED = { model: "m", messages: [{ role: "user" as const, content: "?" }] };

const EARS: Readonly<Record<Speaks, Ear>> = {
  "openai-chat": {
    hear: async (wire) => fromChat(await openai(wire).chat.completions.create(ASKED)),
    hearStream: async (wire) =>
      fromChat(
        await openai(wire)
          .chat.completions.stream({ ...ASKED, stream_options: { include_usage: true } })
          .finalChatCompletion(),
      ),
  },
  "openai-responses": {
    hear: async (wire) => fromResponse(await openai(wire).responses.create({ model: "m", input: "?" })),
    hearStream: async (wire) =>
      fromResponse(await openai(wire).responses.stream({ model: "m", input: "?" }).finalResponse()),
  },
  "anthropic-messages": {
    hear: async (wire) => fromMessage(await anthropic(wire).messages.create({ ...ASKED, max_tokens: 9 })),
    hearStream: async (wire) =>
      fromMessage(
        await anthropic(wire)
          .messages.stream({ ...ASKED, max_tokens: 9 })
          .finalMessage(),
      ),
  },
  gemini: {
    hear: (wire) => google(wire, async (models) => fromChunks([await models.generateContent(QUESTION)])),
    hearStream: (wire) =>
      google(wire, async (models) =>
        fromChunks(await Array.fromAsync(await models.generateContentStream(QUESTION))),
      ),
  },
};

const QUESTION = { model: "m", contents: "?" };

function answering({ status, contentType, body }: Wire) {
  return async () => new Response(body, { status, headers: { "content-type": contentType } });
}

function openai(wire: Wire): OpenAI {
  return new OpenAI({ apiKey: "k", maxRetries: 0, fetch: answering(wire) });
}

function anthropic(wire: Wire): Anthropic {
  return new Anthropic({ apiKey: "k", maxRetries: 0, fetch: answering(wire) });
}

/** This SDK takes no `fetch` of its own: it asks over a socket. */
async function google(wire: Wire, ask: (models: GoogleGenAI["models"]) => Promise<Heard>): Promise<Heard> {
  using server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: answering(wire) });
  const baseUrl = `http://127.0.0.1:${server.port}`;
  return await ask(new GoogleGenAI({ apiKey: "k", httpOptions: { baseUrl } }).models);
}

function fromChat({ choices, usage }: OpenAI.ChatCompletion): Heard {
  const [choice] = choices;
  const { content, refusal, tool_calls } = choice?.message ?? {};
  const calls = (tool_calls ?? []).flatMap((call) =>
    call.type === "function" ? [toCall(call.id, call.function.name, call.function.arguments)] : [],
  );
  return {
    text: `${content ?? ""}${refusal ?? ""}`,
    thought: "",
    calls,
    finish:
      FINISHES.get(refusal && choice?.finish_reason === "stop" ? "refusal" : choice?.finish_reason) ?? "",
    usage: usage
      ? {
          input: usage.prompt_tokens,
          output: usage.completion_tokens,
          cached: usage.prompt_tokens_details?.cached_tokens ?? 0,
          written: count(objectOf(usage.prompt_tokens_details)?.cache_write_tokens),
          thought: usage.completion_tokens_details?.reasoning_tokens ?? 0,
        }
      : null,
  };
}

function fromResponse({ output, status, incomplete_details, usage }: OpenAI.Responses.Response): Heard {
  const calls = output.flatMap((item) =>
    item.type === "function_call" ? [toCall(item.call_id, item.name, item.arguments)] : [],
  );
  const said = output.flatMap((item) => (item.type === "message" ? item.content : []));
  const hasRefusal = said.some(({ type }) => type === "refusal");
  const usual = calls.length > 0 ? "tool_calls" : hasRefusal ? "refusal" : "stop";
  return {
    text: said.map((part) => (part.type === "refusal" ? part.refusal : part.text)).join(""),
    thought: output
      .flatMap((item) => (item.type === "reasoning" ? item.summary : []))
      .map(({ text }) => text)
      .join(""),
    calls,
    finish: FINISHES.get(status === "incomplete" ? incomplete_details?.reason : usual) ?? "",
    usage: usage
      ? {
          input: usage.input_tokens,
          output: usage.output_tokens,
          cached: usage.input_tokens_details?.cached_tokens ?? 0,
          written: count(objectOf(usage.input_tokens_details)?.cache_write_tokens),
          thought: usage.output_tokens_details?.reasoning_tokens ?? 0,
        }
      : null,
  };
}

function fromMessage({ content, stop_reason, usage }: Anthropic.Message): Heard {
  const [cached, written] = [usage.cache_read_input_tokens ?? 0, usage.cache_creation_input_tokens ?? 0];
  return {
    text: content.map((block) => (block.type === "text" ? block.text : "")).join(""),
    thought: content.map((block) => (block.type === "thinking" ? block.thinking : "")).join(""),
    calls: content.flatMap((block) =>
      block.type === "tool_use" ? [toCall(block.id, block.name, block.input)] : [],
    ),
    finish: FINISHES.get(stop_reason) ?? "",
    usage: {
      input: usage.input_tokens + cached + written,
      output: usage.output_tokens,
      cached,
      written,
      thought: count(objectOf(objectOf(usage)?.output_tokens_details)?.thinking_tokens),
    },
  };
}

function fromChunks(chunks: readonly GenerateContentResponse[]): Heard {
  const parts = chunks.flatMap((chunk) => chunk.candidates?.[0]?.content?.parts ?? []);
  const calls = parts.flatMap(({ functionCall: call }) =>
    call ? [toCall(call.id, call.name, call.args)] : [],
  );
  const reason = chunks.findLast((chunk) => chunk.candidates?.[0]?.finishReason)?.candidates?.[0]
    ?.finishReason;
  const usage = chunks.findLast((chunk) => chunk.usageMetadata)?.usageMetadata;
  const thought = usage?.thoughtsTokenCount ?? 0;
  return {
    text: parts.map(({ text, thought: isThought }) => (isThought ? "" : (text ?? ""))).join(""),
    thought: parts.map(({ text, thought: isThought }) => (isThought ? (text ?? "") : "")).join(""),
    calls,
    finish: FINISHES.get(calls.length > 0 && reason === "STOP" ? "tool_calls" : reason) ?? "",
    usage: usage
      ? {
          input: usage.promptTokenCount ?? 0,
          output: (usage.candidatesTokenCount ?? 0) + thought,
          cached: usage.cachedContentTokenCount ?? 0,
          written: 0,
          thought,
        }
      : null,
  };
}

/** Each format's words for the same end. */
const FINISHES = new Map<unknown, string>(
  Object.entries({
    stop: ["stop", "end_turn", "stop_sequence", "pause_turn", "STOP"],
    length: ["length", "max_output_tokens", "max_tokens", "model_context_window_exceeded", "MAX_TOKENS"],
    "tool-calls": ["tool_calls", "tool_use"],
    filtered: ["content_filter", "refusal", "SAFETY", "PROHIBITED_CONTENT"],
  }).flatMap(([finish, words]) => words.map((word) => [word, finish] as const)),
);

/** Arguments as a program gets them: the values, where the text is JSON. */
function toCall(id: string | undefined, name: string | undefined, args: unknown): Heard["calls"][number] {
  const values = typeof args === "string" ? (parseJson(args) ?? args) : args;
  return { id: id ?? "", name: name ?? "", args: values ?? {} };
}

function count(value: unknown): number {
  return typeof value === "number" ? value : 0;
}
