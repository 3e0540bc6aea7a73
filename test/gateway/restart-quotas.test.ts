/** Quotas over a restart: requests count where they were let in, tokens of what a crash cut off are charged whole (SPEC 7.1, 7.7). */
import { describe, expect, test } from "bun:test";
import { type DataPlane, manualStream, openDataPlane } from "../support/data-plane.ts";
import { ask, askTimes, chat, createValve, turn, works } from "../support/governed.ts";
import { makeTempFolder } from "../support/temp.ts";

const CALM = "trust: { enabled: false }\nloops: { action: off }\n";
const MINUTE = 60_000;
/** A minute before an hour begins, on a day that began long before. */
const LATE = Date.UTC(2026, 0, 15, 12, 59);

function makeHouse(config: string) {
  const folder = makeTempFolder("quotas");
  const start = (at = LATE, upstream: Parameters<typeof openDataPlane>[0]["upstream"] = works) =>
    openDataPlane({ config: CALM + config, upstream, folder: folder.path, start: at });
  return { start, [Symbol.dispose]: () => folder[Symbol.dispose]() };
}

const botOf = (plane: DataPlane) => plane.fleet.agents.get("bot");

describe("requests, after a restart", () => {
  test("count in the hour in which they were let in, not in the one in which they settled", async () => {
    using house = makeHouse("agents: { bot: { quota: { requests_per_hour: 2, requests_per_day: 4 } } }");
    {
      const valve = createValve();
      using plane = house.start(LATE, valve.upstream);
      const calls = [1, 2].map(() => plane.send("/agents/bot/openai", chat()));
      await turn();
      plane.advance(2 * MINUTE);
      valve.answer();
      valve.answer();
      for (const { status } of await Promise.all(calls)) expect(status).toBe(200);
      expect(botOf(plane)?.admitted).toEqual({ hour: 0, day: 2 });
    }
    using plane = house.start(LATE + 3 * MINUTE);
    expect(botOf(plane)).toMatchObject({ admitted: { hour: 0, day: 2 }, hour: { calls: 2 } });
    expect(await askTimes(plane, "bot", 3)).toEqual([200, 200, "quota_exceeded"]);
  });

  test("that a crash interrupted count where they were let in", async () => {
    using house = makeHouse("agents: { bot: { quota: { requests_per_hour: 1 } } }");
    {
      const valve = createValve();
      using plane = house.start(LATE, valve.upstream);
      void plane.send("/agents/bot/openai", chat());
      await turn();
      expect(valve.waiting).toHaveLength(1);
    }
    using plane = house.start(LATE + 2 * MINUTE);
    expect(botOf(plane)).toMatchObject({ admitted: { hour: 0, day: 1 }, hour: { calls: 1 } });
    expect(await askTimes(plane, "bot", 2)).toEqual([200, "quota_exceeded"]);
  });

  test("count although few entries are kept, and refused ones do not", async () => {
    using house = makeHouse(
      "audit: { max_entries: 2 }\nagents: { bot: { quota: { requests_per_day: 5 }, models: { deny: [gpt-4o] } } }",
    );
    {
      using plane = house.start();
      expect(await askTimes(plane, "bot", 4)).toEqual([200, 200, 200, 200]);
      expect(await ask(plane, "bot", chat("hi", {}, { model: "gpt-4o" }))).toBe("model_not_allowed");
    }
    using plane = house.start();
    expect(await askTimes(plane, "bot", 2)).toEqual([200, "quota_exceeded"]);
  });
});

describe("tokens of a call that a crash interrupted", () => {
  test("are charged as they were held, on its line, in the quota and in the reports alike", async () => {
    using house = makeHouse("agents: { bot: { quota: { tokens_per_day: 100000 } } }");
    let held = 0;
    {
      const valve = createValve();
      using plane = house.start(LATE, valve.upstream);
      void plane.send("/agents/bot/openai", chat("hi", {}, { max_tokens: 16_000 }));
      await turn();
      held = botOf(plane)?.tokens.held ?? 0;
      expect(held).toBeGreaterThan(16_000);
    }
    using plane = house.start();
    expect(botOf(plane)?.tokens).toMatchObject({ held: 0 });
    expect(botOf(plane)?.tokens.spent("day")).toBe(held);
    const [line] = plane.store.index.logs({ type: "call" }, 1, null).entries;
    expect(line).toMatchObject({
      ending: "interrupted",
      usage: "estimated",
      tokens_in: held - 16_000,
      tokens_out: 16_000,
    });
    const hour = LATE - (LATE % (60 * MINUTE));
    const [bucket] = plane.store.index.sums("hours", hour, hour + 1, {});
    expect(bucket?.rows[0]?.tally).toMatchObject({ tokensIn: held - 16_000, tokensOut: 16_000 });
  });

  test("are those that the hold had grown to, also where the price is unknown", async () => {
    using house = makeHouse(
      "pricing: { unknown: allow }\nagents: { bot: { quota: { tokens_per_day: 100000 } } }",
    );
    let held = 0;
    {
      const stream = manualStream();
      using plane = house.start(LATE, () => stream.response);
      const body = { model: "nobody-knows", stream: true, max_tokens: 20_000 };
      const response = await plane.send("/agents/bot/openai", chat("hi", {}, body));
      const first = botOf(plane)?.tokens.held ?? 0;
      const content = "x".repeat(12_000);
      stream.push(`data: ${JSON.stringify({ choices: [{ index: 0, delta: { content } }] })}\n\n`);
      await response.body?.getReader().read();
      await turn();
      held = botOf(plane)?.tokens.held ?? 0;
      expect(held).toBeGreaterThan(first + 2_000);
    }
    using plane = house.start();
    expect(botOf(plane)?.tokens.spent("day")).toBe(held);
    expect(plane.store.index.logs({ type: "call" }, 1, null).entries).toMatchObject([
      { ending: "interrupted", cost_nano: null, usage: "estimated" },
    ]);
  });
});
