/** Prices with which budgets can be reckoned in one's head, calls of every dialect, and what agents hold and have spent. */
import type { AgentState } from "../../server/gateway/fleet.ts";
import { messagesAnswer, messagesEvents } from "../support/answers/anthropic-messages.ts";
import { cohereAnswer, cohereEvents } from "../support/answers/cohere.ts";
import { geminiAnswer, geminiArray, geminiEvents } from "../support/answers/gemini.ts";
import { openaiChatAnswer, openaiChatEvents } from "../support/answers/openai-chat.ts";
import { responsesAnswer, responsesEvents } from "../support/answers/openai-responses.ts";
import { HELLO, type Said } from "../support/answers/said.ts";
import type { DataPlane } from "../support/data-plane.ts";

/** Every model at the same price, and nothing that would refuse a call besides its budgets. */
export const PRICED = `
trust: { enabled: false }
loops: { action: off }
pricing: { models: { "*": { input: 1, output: 10 } } }
`;

/** What a token costs under these prices, in nano-dollars. */
export const IN = 1_000;
export const OUT = 10_000;

/** What a call asks for. */
export interface Asked {
  readonly stream?: boolean;
  readonly ceiling?: number;
  readonly choices?: number;
  readonly said?: string;
}

/** How one dialect says it. */
export interface Wire {
  readonly name: string;
  readonly contentType: string;
  /** After the agent. */
  path(stream: boolean): string;
  body(asked: Asked): object;
  answer(said: Said): unknown;
  events(said: Said): string[];
}

const SSE = "text/event-stream";
const turns = (content = "hi") => [{ role: "user", content }];
const geminiBody = ({ ceiling, choices, said = "hi" }: Asked): object => ({
  contents: [{ parts: [{ text: said }] }],
  generationConfig: { maxOutputTokens: ceiling, candidateCount: choices },
});

export const CHAT: Wire = {
  name: "chat completions",
  contentType: SSE,
  path: () => "openai/v1/chat/completions",
  body: ({ stream, ceiling, choices, said }) => ({
    model: "gpt-4o-mini",
    stream,
    max_tokens: ceiling,
    n: choices,
    messages: turns(said),
  }),
  answer: (said) => openaiChatAnswer(said),
  events: (said) => openaiChatEvents(said, "asked"),
};

export const MESSAGES: Wire = {
  name: "messages",
  contentType: SSE,
  path: () => "anthropic/v1/messages",
  body: ({ stream, ceiling, said }) => ({
    model: "claude-haiku-4-5",
    stream,
    max_tokens: ceiling,
    messages: turns(said),
  }),
  answer: messagesAnswer,
  events: messagesEvents,
};

export const GEMINI: Wire = {
  name: "gemini",
  contentType: SSE,
  path: (stream) =>
    `google/v1beta/models/gemini-2.0-flash:${stream ? "streamGenerateContent?alt=sse" : "generateContent"}`,
  body: geminiBody,
  answer: geminiAnswer,
  events: geminiEvents,
};

export const WIRES: readonly Wire[] = [
  CHAT,
  {
    name: "responses",
    contentType: SSE,
    path: () => "openai/v1/responses",
    body: ({ stream, ceiling, said = "hi" }) => ({
      model: "gpt-4o-mini",
      stream,
      max_output_tokens: ceiling,
      input: said,
    }),
    answer: responsesAnswer,
    events: responsesEvents,
  },
  MESSAGES,
  GEMINI,
  {
    name: "gemini as a list",
    contentType: "application/json",
    path: (stream) =>
      `google/v1beta/models/gemini-2.0-flash:${stream ? "streamGenerateContent" : "generateContent"}`,
    body: geminiBody,
    answer: geminiAnswer,
    events: geminiArray,
  },
  {
    name: "cohere",
    contentType: SSE,
    path: () => "cohere/v2/chat",
    body: ({ stream, ceiling, said }) => ({
      model: "command-r",
      stream,
      max_tokens: ceiling,
      messages: turns(said),
    }),
    answer: (said) => cohereAnswer(billed(said)),
    events: (said) => cohereEvents(billed(said)),
  },
];

/** Cohere bills less than it counts: what it counts for a bill of so much. */
function billed(said: Said): Said {
  return { ...said, inputTokens: said.inputTokens + 10, outputTokens: said.outputTokens + 3 };
}

/** What a model says that uses so much, nothing of it cached or reasoned. */
export function saying(inputTokens: number, outputTokens: number, words: readonly string[] = ["ok"]): Said {
  return { ...HELLO, words, inputTokens, outputTokens, cachedTokens: 0, reasoningTokens: 0 };
}

/** The cost of so much, in nano-dollars. */
export function costOf(inputTokens: number, outputTokens: number): number {
  return inputTokens * IN + outputTokens * OUT;
}

/** The request of a call. */
export function request(wire: Wire, asked: Asked, init: RequestInit = {}): RequestInit {
  return { method: "POST", body: JSON.stringify(wire.body(asked)), ...init };
}

/** Sends a call as this agent. */
export function call(
  plane: DataPlane,
  agent: string,
  wire: Wire,
  asked: Asked,
  init: RequestInit = {},
): Promise<Response> {
  const path = wire.path(asked.stream ?? false);
  return plane.send(`/agents/${agent}/${path}`, request(wire, asked, init));
}

/** Why the gateway refused, or the status where it did not. */
export function outcomeOf(response: Response): string | number {
  return response.headers.get("x-tollgate-blocked") ?? response.status;
}

/** Of an agent that has called. */
export function agentOf(plane: DataPlane, name: string): AgentState {
  const agent = plane.fleet.agents.get(name);
  if (!agent) throw new Error(`${name} never called.`);
  return agent;
}

/** What the agent's calls in flight may still take, and what it has spent in all: nano-dollars. */
export function moneyOf(plane: DataPlane, name: string): { held: number; spent: number } {
  const { money, total } = agentOf(plane, name);
  return { held: money.held, spent: total.costNano };
}

/** Lets what is already due happen. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Waits for what must happen without time going on. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  for (let turns = 0; turns < 2_000; turns++) {
    if (condition()) return;
    await turn();
  }
  throw new Error(`It never came to this: ${what}`);
}

/** A client that reads as the test says. */
export interface Reader {
  /** Reads on until the text so far contains this. */
  sees(text: string): Promise<void>;
  /** Reads one piece. */
  more(): Promise<void>;
  /** All that is left. */
  rest(): Promise<string>;
  leave(): Promise<void>;
  readonly text: string;
}

/** Reads an answer's body. */
export function readerOf(response: Response): Reader {
  const reader = response.body?.getReader();
  if (!reader) throw new Error("There is nothing to read.");
  const decoder = new TextDecoder();
  let text = "";
  const step = async (): Promise<boolean> => {
    const { done, value } = await reader.read();
    if (value) text += decoder.decode(value, { stream: true });
    return !done;
  };
  return {
    get text() {
      return text;
    },
    async sees(wanted) {
      while (!text.includes(wanted)) {
        if (!(await step())) throw new Error(`The answer ended without ${wanted}: ${text}`);
      }
    },
    async more() {
      if (!(await step())) throw new Error(`The answer ended: ${text}`);
    },
    async rest() {
      const before = text.length;
      while (await step());
      return text.slice(before);
    },
    leave: () => reader.cancel(),
  };
}
