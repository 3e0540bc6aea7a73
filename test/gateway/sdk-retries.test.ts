/** A budget that others hold is a wait, then a refusal that the official SDKs repeat (SPEC 6.4, 7.2). */
import { expect, test } from "bun:test";
import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import { ROOM_WAIT } from "../../server/gateway/room-wait.ts";
import { messagesAnswer } from "../support/answers/anthropic-messages.ts";
import { openaiChatAnswer } from "../support/answers/openai-chat.ts";
import { HELLO, textOf } from "../support/answers/said.ts";
import { type DataPlane, json, openDataPlane } from "../support/data-plane.ts";

/** Room for one call of these at a time: 1,000 tokens of output cost 0.6 and 5 mUSD. */
const CONFIG = `
agents:
  openai-bot: { budget: { max_cost_total: 0.0008 } }
  anthropic-bot: { budget: { max_cost_total: 0.0065 } }
`;
const MESSAGES = [{ role: "user" as const, content: "Who is there?" }];
const HOLDING = JSON.stringify({ model: "gpt-4o-mini", max_tokens: 1000, messages: MESSAGES });
const HOLDING_CLAUDE = JSON.stringify({ model: "claude-haiku-4-5", max_tokens: 1000, messages: MESSAGES });

interface Case {
  readonly agent: string;
  readonly path: string;
  readonly holding: string;
  readonly answer: unknown;
  ask(fetch: typeof globalThis.fetch): Promise<unknown>;
}

const CASES: readonly (readonly [string, Case])[] = [
  [
    "OpenAI's",
    {
      agent: "openai-bot",
      path: "/agents/openai-bot/openai/v1/chat/completions",
      holding: HOLDING,
      answer: openaiChatAnswer({ ...HELLO, model: "gpt-4o-mini" }),
      async ask(fetch) {
        const client = new OpenAI({ apiKey: "k", baseURL: "http://x/agents/openai-bot/openai/v1", fetch });
        const { choices } = await client.chat.completions.create({
          model: "gpt-4o-mini",
          max_tokens: 1000,
          messages: MESSAGES,
        });
        return choices[0]?.message.content;
      },
    },
  ],
  [
    "Anthropic's",
    {
      agent: "anthropic-bot",
      path: "/agents/anthropic-bot/anthropic/v1/messages",
      holding: HOLDING_CLAUDE,
      answer: messagesAnswer({ ...HELLO, model: "claude-haiku-4-5" }),
      async ask(fetch) {
        const client = new Anthropic({
          apiKey: "k",
          baseURL: "http://x/agents/anthropic-bot/anthropic",
          fetch,
        });
        const { content } = await client.messages.create({
          model: "claude-haiku-4-5",
          max_tokens: 1000,
          messages: MESSAGES,
        });
        return content[0]?.type === "text" ? content[0].text : null;
      },
    },
  ],
];

test.each(CASES)("%s SDK repeats what was refused as budget_busy", async (_, one) => {
  const first = Promise.withResolvers<Response>();
  const upstream = () => (plane.sent.length === 1 ? first.promise : json(one.answer));
  using plane: DataPlane = openDataPlane({ config: CONFIG, upstream });
  const held = plane.send(one.path, { method: "POST", body: one.holding });
  while (plane.sent.length === 0) await new Promise(setImmediate);

  const statuses: number[] = [];
  const throughPlane = async (url: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const path = new URL(url instanceof Request ? url.url : url).pathname;
    const answer = plane.send(path, {
      method: "POST",
      body: init?.body ?? null,
      headers: init?.headers ?? {},
    });
    const response = await passTime(plane, answer);
    statuses.push(response.status);
    // The one that held the rest is answered while the SDK waits.
    first.resolve(json(one.answer));
    await held;
    return response;
  };
  expect(await one.ask(Object.assign(throughPlane, { preconnect: fetch.preconnect }))).toBe(textOf(HELLO));
  expect(statuses).toEqual([429, 200]);
  expect(plane.sent).toHaveLength(2);
  expect(plane.lines.flatMap((line) => (line.type === "blocked" ? [line.reason] : []))).toEqual([
    "budget_busy",
  ]);
  expect(plane.fleet.agents.get(one.agent)?.money.held).toBe(0);
  expect(plane.store.holds.size).toBe(0);
});

/** Moves the clock on in steps until the work is done. */
async function passTime<Result>(plane: DataPlane, work: Promise<Result>): Promise<Result> {
  let isDone = false;
  const finished = work.finally(() => {
    isDone = true;
  });
  while (!isDone) {
    await new Promise(setImmediate);
    plane.advance(ROOM_WAIT / 100);
    plane.tick();
  }
  return finished;
}
