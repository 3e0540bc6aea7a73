/** Laws of calls with several attempts: whatever providers do, no cap is exceeded and everything is given back (SPEC 7, 12.5). */
import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { type DataPlane, openDataPlane, type SentRequest } from "../../support/data-plane.ts";
import { taken, turn } from "../../support/governed.ts";
import { busy, CHAT, call, hostOf, limited, MESSAGE } from "./routing-support.ts";

const CAP = 30_000_000;
const CALL_CAP = 12_000_000;
const CONFIG = `
gateway: { retries: 1, header_timeout: 120s, answer_timeout: 120s }
providers:
  openai: { api_key: sk-1, api_keys: [sk-2], max_concurrency: 3 }
  anthropic: { api_key: sk-ant }
  mistral: { api_key: m }
agents:
  bot:
    budget: { max_cost_total: 0.03, max_cost_per_request: 0.012 }
    quota: { tokens_per_day: 5000 }
    fallback: [anthropic/claude-haiku-4-5, mistral/mistral-large-latest]
`;

const FATES = ["works", "limited", "busy", "refused", "silent", "dies"] as const;

/** A provider that keeps to its word: what it makes is what it was allowed to. */
async function meet(fate: (typeof FATES)[number], request: SentRequest): Promise<Response> {
  const { stream, max_tokens } = JSON.parse(new TextDecoder().decode(request.body));
  switch (fate) {
    case "works":
      return hostOf(request).includes("anthropic")
        ? Response.json({ ...MESSAGE, usage: { input_tokens: 5, output_tokens: max_tokens } })
        : Response.json({ ...CHAT, usage: { prompt_tokens: 5, completion_tokens: max_tokens } });
    case "limited":
      return limited({ "retry-after": "2" });
    case "busy":
      return busy();
    case "refused":
      throw Object.assign(new Error("refused"), { code: "ConnectionRefused" });
    case "dies":
      if (!stream) throw Object.assign(new Error("reset"), { code: "ECONNRESET" });
      return new Response("data: {}\n\n", { headers: { "content-type": "text/event-stream" } });
    case "silent":
      return new Promise((_, reject) => {
        request.signal.addEventListener("abort", () => reject(request.signal.reason));
      });
  }
}

/** Time goes on until every call has been answered. */
async function finish(plane: DataPlane, answers: Promise<unknown>[]): Promise<void> {
  let isOver = false;
  const all = Promise.all(answers).finally(() => {
    isOver = true;
  });
  while (!isOver) {
    await turn();
    plane.advance(1_000);
    plane.tick();
    const { held, spent } = {
      held: plane.fleet.gateway.money.held,
      spent: plane.fleet.agents.get("bot")?.money.spent("total"),
    };
    expect(held).toBeGreaterThanOrEqual(0);
    expect(spent ?? 0).toBeLessThanOrEqual(CAP);
  }
  await all;
}

const calls = fc.array(
  fc.record({
    max_tokens: fc.integer({ min: 300, max: 900 }),
    stream: fc.boolean(),
    leaves: fc.nat({ max: 9 }),
  }),
  { minLength: 1, maxLength: 8 },
);

test("several attempts of several calls at once exceed no cap, settle once each and keep nothing", async () => {
  await fc.assert(
    fc.asyncProperty(
      calls,
      fc.array(fc.constantFrom(...FATES), { minLength: 1, maxLength: 30 }),
      async (asked, fates) => {
        let sent = 0;
        using plane = openDataPlane({
          config: CONFIG,
          upstream: (request) => meet(fates[sent++ % fates.length] ?? "works", request),
        });
        const answers = asked.map(async ({ max_tokens, stream, leaves }) => {
          const client = new AbortController();
          const answer = call(plane, { max_tokens, stream }, { signal: client.signal });
          if (leaves === 0) queueMicrotask(() => client.abort());
          await (await answer).text().catch(() => undefined);
        });
        await finish(plane, answers);
        const lines = plane.calls();
        expect(new Set(lines.map((line) => line.request_id)).size).toBe(lines.length);
        const costs = lines.map((line) => line.cost_nano ?? Number.NaN);
        for (const cost of costs) expect(cost).toBeLessThanOrEqual(CALL_CAP);
        const bot = plane.fleet.agents.get("bot");
        expect(bot?.money.spent("total") ?? 0).toBe(costs.reduce((sum, cost) => sum + cost, 0));
        expect(bot?.tokens.spent("day") ?? 0).toBeLessThanOrEqual(5000);
        expect(bot?.total.calls ?? 0).toBe(lines.length);
        const { agents, holds, inFlight, slots } = taken(plane);
        expect({ holds, inFlight, slots }).toEqual({ holds: 0, inFlight: 0, slots: [] });
        for (const agent of agents) expect([agent.inFlight, agent.held]).toEqual([0, [0, 0]]);
      },
    ),
    { numRuns: 30 },
  );
}, 60_000);
