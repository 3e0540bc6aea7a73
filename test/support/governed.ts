/** Calls for tests of what governs them, an upstream that answers when it is told, and what calls have taken. */
import type { NoteLine } from "../../server/core/event.ts";
import { type DataPlane, type DataPlaneOptions, openDataPlane, type SentRequest } from "./data-plane.ts";

/** 1,000 tokens of input and 500 of output of gpt-4o-mini: 450,000 nano-dollars. */
export const ANSWER = {
  id: "chatcmpl-1",
  model: "gpt-4o-mini",
  choices: [{ index: 0, message: { role: "assistant", content: "hello" }, finish_reason: "stop" }],
  usage: { prompt_tokens: 1000, completion_tokens: 500, total_tokens: 1500 },
};

/** A chat completion that asks for at most 100 tokens. */
export function chat(said = "hi", headers: Record<string, string> = {}, body: object = {}): RequestInit {
  const messages = [{ role: "user", content: said }];
  return {
    method: "POST",
    headers,
    body: JSON.stringify({ model: "gpt-4o-mini", max_tokens: 100, messages, ...body }),
  };
}

/** Why the gateway refused, or the status where it did not. */
export function outcomeOf(response: Response): string | number {
  return response.headers.get("x-tollgate-blocked") ?? response.status;
}

/** Sends a chat completion as this agent and says what came of it. Refusals that are told late are waited for. */
export async function ask(
  plane: DataPlane,
  agent: string,
  init: RequestInit = chat(),
): Promise<string | number> {
  return outcomeOf(await plane.drive(plane.send(`/agents/${agent}/openai`, init)));
}

/** As `ask`, so many times in turn. */
export async function askTimes(plane: DataPlane, agent: string, times: number): Promise<(string | number)[]> {
  const outcomes = [];
  for (let count = 0; count < times; count++) outcomes.push(await ask(plane, agent));
  return outcomes;
}

/** Lets what is already due happen. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** An upstream whose answers wait until the test gives them. */
export interface Valve {
  readonly upstream: (request: SentRequest) => Promise<Response>;
  /** Requests that wait for an answer, oldest first. */
  readonly waiting: readonly SentRequest[];
  /** Answers the oldest. */
  answer(response?: Response): void;
}

export function createValve(): Valve {
  const waiting: (SentRequest & { settle: (response: Response) => void })[] = [];
  return {
    waiting,
    upstream: (request) =>
      new Promise((settle, reject) => {
        const place = { ...request, settle };
        waiting.push(place);
        request.signal.addEventListener("abort", () => {
          waiting.splice(waiting.indexOf(place), 1);
          reject(request.signal.reason);
        });
      }),
    answer(response = Response.json(ANSWER)) {
      waiting.shift()?.settle(response);
    },
  };
}

/** What the journal tells of breakers, policies, trust or agents, in order: the event, the agent and the details in one. */
export function notesOf({ lines }: DataPlane, type: NoteLine["type"]): Record<string, unknown>[] {
  return lines.flatMap((line) => {
    if (line.type !== type) return [];
    const { event, agent, detail } = line;
    return [{ event, ...(agent !== undefined && { agent }), ...detail }];
  });
}

/** All that calls take and that can be seen: two of them are equal where nothing was taken between. */
export function taken({ fleet, store, gateway }: DataPlane) {
  const { lanes, breakers } = gateway.controls;
  const agents = [...fleet.agents.values()].map(({ name, admitted, inFlight, money, tokens, total }) => ({
    name,
    admitted: { ...admitted },
    inFlight,
    held: [money.held, tokens.held],
    settled: [total.calls, total.costNano],
    breakers: breakers.states(name),
  }));
  return {
    agents,
    held: fleet.gateway.money.held,
    holds: store.holds.size,
    inFlight: gateway.inFlight,
    slots: [...lanes.occupancy()].map(([name, { inUse }]) => [name, { ...inUse }]),
  };
}

export const works = (): Response => Response.json(ANSWER);
export const broken = (): Response => Response.json({ error: { message: "down" } }, { status: 500 });

/** A data plane and an upstream whose health the test decides at each call; it begins broken. */
export function openSick(config: string) {
  const health = { answer: broken as DataPlaneOptions["upstream"] };
  const plane = openDataPlane({ config, upstream: (request) => health.answer(request) });
  return { plane, health };
}
