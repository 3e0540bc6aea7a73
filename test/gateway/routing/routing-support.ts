/** Two providers for tests of what happens between them: answers of each, and requests to the first. */
import type { Line } from "../../../server/core/event.ts";
import type { DataPlane, SentRequest } from "../../support/data-plane.ts";

export const PROVIDERS = `
providers:
  openai: { api_key: sk-openai }
  anthropic: { api_key: sk-ant }
  google: { api_key: g-key }
`;
export const FALLBACK = `${PROVIDERS}agents: { bot: { fallback: [anthropic/claude-haiku-4-5] } }`;

/** The configuration with these settings of the agent besides. */
export const withSettings = (config: string, settings: string): string =>
  config.replace("bot: {", `bot: { ${settings},`);

export const CHAT = {
  id: "chatcmpl-1",
  object: "chat.completion",
  created: 1_760_000_000,
  model: "gpt-4o",
  choices: [{ index: 0, message: { role: "assistant", content: "Hello." }, finish_reason: "stop" }],
  usage: { prompt_tokens: 10, completion_tokens: 2, total_tokens: 12 },
};

/** 10 tokens of input at $1 and 2 of output at $5 a million: 20,000 nano-dollars. */
export const MESSAGE = {
  id: "msg_1",
  type: "message",
  role: "assistant",
  model: "claude-haiku-4-5",
  content: [{ type: "text", text: "Bonjour." }],
  stop_reason: "end_turn",
  stop_sequence: null,
  usage: { input_tokens: 10, output_tokens: 2 },
};

export const HI = { messages: [{ role: "user", content: "Hi" }] };

/** A chat completion to OpenAI, or to where the path says. */
export function call(
  plane: DataPlane,
  body: object = {},
  {
    headers = {},
    path = "/agents/bot/openai",
    ...more
  }: { headers?: Record<string, string>; path?: string; signal?: AbortSignal } = {},
): Promise<Response> {
  return plane.send(path, {
    ...more,
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ model: "gpt-4o", ...HI, ...body }),
  });
}

/** OpenAI answers so, by the number of the attempt; everybody else always works. */
export function openai(
  answer: (attempt: number) => Response | Promise<Response>,
): (request: SentRequest) => Response | Promise<Response> {
  let attempt = 0;
  return (request) => (hostOf(request) === "api.openai.com" ? answer(++attempt) : Response.json(MESSAGE));
}

/** As `openai`, for one that never answers. */
export function silence(request: SentRequest): Response | Promise<Response> {
  if (hostOf(request) !== "api.openai.com") return Response.json(MESSAGE);
  return new Promise((_, reject) => {
    request.signal.addEventListener("abort", () => reject(request.signal.reason));
  });
}

export const limited = (headers: Record<string, string> = {}): Response =>
  Response.json({ error: { message: "slow down" } }, { status: 429, headers });

export const busy = (headers: Record<string, string> = {}): Response =>
  Response.json({ error: { message: "busy" } }, { status: 503, headers });

export const hostOf = ({ url }: SentRequest): string => new URL(url).host;

export const keyOf = ({ headers }: SentRequest): string | undefined =>
  headers.get("authorization")?.slice("Bearer ".length);

/** Why the gateway refused, or the status where it did not. */
export const outcome = (response: Response): string | number =>
  response.headers.get("x-tollgate-blocked") ?? response.status;

/** The journal's lines about attempts. */
export const attempts = (plane: DataPlane): Line[] => plane.lines.filter(({ type }) => type === "attempt");

/** Lets what is already due happen. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Moves the clock and lets what is due by then happen. */
export async function pass(plane: DataPlane, millis: number): Promise<void> {
  await turn();
  plane.advance(millis);
  plane.tick();
  await turn();
}
