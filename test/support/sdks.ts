/** The official SDKs as callers: every way in which each asks for text, made to look alike. */
import Anthropic from "@anthropic-ai/sdk";
import { ApiError, FunctionCallingConfigMode, type GenerateContentConfig, GoogleGenAI } from "@google/genai";
import OpenAI from "openai";

/** Who asks, through which gateway. */
export interface Caller {
  /** The data plane. */
  readonly url: string;
  readonly agent: string;
  /** What the SDK is given as its API key. */
  readonly key?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** In place of the way's own model. */
  readonly model?: string;
  /** In place of the way's own provider: the one of this name that speaks the same. */
  readonly provider?: string;
  /** What only a program can read: JSON of a schema, or a call of a tool. */
  readonly demand?: "structure" | "tool";
}

export interface Heard {
  readonly text: string;
  readonly id: string | undefined;
}

/** One way of asking. SDKs repeat what their makers say that they repeat; Google's is told to repeat at all. */
export interface Way {
  readonly name: string;
  readonly provider: "openai" | "anthropic" | "google";
  ask(caller: Caller): Promise<Heard>;
}

/** What every way asks. */
export const QUESTION = "Who is there?";

const CHAT = {
  model: "gpt-4o-mini",
  max_completion_tokens: 50,
  messages: [{ role: "user" as const, content: QUESTION }],
};
const RESPONSE = { model: "gpt-4o-mini", max_output_tokens: 50, input: QUESTION };
const MESSAGE = {
  model: "claude-haiku-4-5",
  max_tokens: 50,
  messages: [{ role: "user" as const, content: QUESTION }],
};

const SCHEMA = {
  type: "object",
  properties: { who: { type: "string" } },
  required: ["who"],
  additionalProperties: false,
};
const FUNCTION = { name: "tell", parameters: SCHEMA };

const CHAT_DEMANDS = {
  structure: {
    response_format: { type: "json_schema" as const, json_schema: { name: "answer", schema: SCHEMA } },
  },
  tool: { tools: [{ type: "function" as const, function: FUNCTION }], tool_choice: "required" as const },
};
const RESPONSE_DEMANDS = {
  structure: { text: { format: { type: "json_schema" as const, name: "answer", schema: SCHEMA } } },
  tool: {
    tools: [{ type: "function" as const, strict: true, ...FUNCTION }],
    tool_choice: "required" as const,
  },
};
const MESSAGE_DEMANDS = {
  structure: { output_config: { format: { type: "json_schema" as const, schema: SCHEMA } } },
  tool: {
    tools: [{ name: "tell", input_schema: { ...SCHEMA, type: "object" as const } }],
    tool_choice: { type: "any" as const },
  },
};
const CONTENT_DEMANDS: Record<"structure" | "tool", GenerateContentConfig> = {
  structure: { responseMimeType: "application/json", responseJsonSchema: SCHEMA },
  tool: {
    tools: [{ functionDeclarations: [{ name: "tell", parametersJsonSchema: SCHEMA }] }],
    toolConfig: { functionCallingConfig: { mode: FunctionCallingConfigMode.ANY } },
  },
};

/** Chat completions, responses, messages and Gemini: whole and streamed. */
export const WAYS: readonly Way[] = [
  {
    name: "chat",
    provider: "openai",
    async ask(caller) {
      const { id, choices } = await openai(caller).chat.completions.create(chatOf(caller));
      return { id, text: choices[0]?.message.content ?? "" };
    },
  },
  {
    name: "chat, streamed",
    provider: "openai",
    async ask(caller) {
      const stream = await openai(caller).chat.completions.create({ ...chatOf(caller), stream: true });
      const chunks = await Array.fromAsync(stream);
      return { id: chunks[0]?.id, text: chunks.map((one) => one.choices[0]?.delta.content ?? "").join("") };
    },
  },
  {
    name: "response",
    provider: "openai",
    async ask(caller) {
      const { id, output_text } = await openai(caller).responses.create(responseOf(caller));
      return { id, text: output_text };
    },
  },
  {
    name: "response, streamed",
    provider: "openai",
    async ask(caller) {
      const stream = openai(caller).responses.stream(responseOf(caller));
      const { id, output_text } = await stream.finalResponse();
      return { id, text: output_text };
    },
  },
  {
    name: "message",
    provider: "anthropic",
    async ask(caller) {
      const { id, content } = await anthropic(caller).messages.create(messageOf(caller));
      return { id, text: content.map((block) => (block.type === "text" ? block.text : "")).join("") };
    },
  },
  {
    name: "message, streamed",
    provider: "anthropic",
    async ask(caller) {
      const stream = anthropic(caller).messages.stream(messageOf(caller));
      const { id } = await stream.finalMessage();
      return { id, text: await stream.finalText() };
    },
  },
  {
    name: "content",
    provider: "google",
    async ask(caller) {
      const { responseId, text = "" } = await google(caller).models.generateContent(contentOf(caller));
      return { id: responseId, text };
    },
  },
  {
    name: "content, streamed",
    provider: "google",
    async ask(caller) {
      const stream = await google(caller).models.generateContentStream(contentOf(caller));
      const chunks = await Array.fromAsync(stream);
      return { id: chunks[0]?.responseId, text: chunks.map(({ text }) => text ?? "").join("") };
    },
  },
];

/** The status with which an SDK threw its own class of error; throws what is anything else. */
export function thrownStatus(thrown: unknown): number | undefined {
  if (thrown instanceof OpenAI.APIError || thrown instanceof Anthropic.APIError) return thrown.status;
  if (thrown instanceof ApiError) return thrown.status;
  throw thrown;
}

/** OpenAI's SDK, as this agent. */
export function openai({ url, agent, key = "sk-client", headers, provider = "openai" }: Caller): OpenAI {
  return new OpenAI({
    baseURL: `${url}/agents/${agent}/${provider}/v1`,
    apiKey: key,
    defaultHeaders: { ...headers },
  });
}

function anthropic({ url, agent, key = "sk-client", headers, provider }: Caller): Anthropic {
  const baseURL = `${url}/agents/${agent}/${provider ?? "anthropic"}`;
  return new Anthropic({ baseURL, apiKey: key, defaultHeaders: { ...headers } });
}

/** Google's SDK, as this agent; told to try again what may succeed, which it does not do by itself. */
export function google({ url, agent, key = "AIza-client", headers, provider }: Caller): GoogleGenAI {
  const baseUrl = `${url}/agents/${agent}/${provider ?? "google"}`;
  const retryOptions = { attempts: 3, initialDelay: 1, jitter: 0 };
  return new GoogleGenAI({ apiKey: key, httpOptions: { baseUrl, headers: { ...headers }, retryOptions } });
}

function chatOf({ model = CHAT.model, demand }: Caller) {
  return { ...CHAT, model, ...(demand && CHAT_DEMANDS[demand]) };
}

function responseOf({ model = RESPONSE.model, demand }: Caller) {
  return { ...RESPONSE, model, ...(demand && RESPONSE_DEMANDS[demand]) };
}

function messageOf({ model = MESSAGE.model, demand }: Caller) {
  return { ...MESSAGE, model, ...(demand && MESSAGE_DEMANDS[demand]) };
}

function contentOf({ model = "gemini-2.5-flash", demand }: Caller) {
  const config = { maxOutputTokens: 50, ...(demand && CONTENT_DEMANDS[demand]) };
  return { model, contents: QUESTION, config };
}
