/** Rate limits and quotas over a restart: what was let in before counts, and nothing else does. */
import { describe, expect, test } from "bun:test";
import { type DataPlane, openDataPlane } from "../support/data-plane.ts";
import { ask, askTimes, chat, createValve, outcomeOf, turn, works } from "../support/governed.ts";
import { makeTempFolder } from "../support/temp.ts";

const NOON = Date.UTC(2026, 0, 15, 12);
const MINUTE = 60_000;
const CALM = "trust: { enabled: false }\nloops: { action: off }\n";

/** A folder on which one gateway after the other starts, at the minute after noon that is given. */
function makeHouse(config: string) {
  const folder = makeTempFolder("restart");
  const start = (
    minute = 0,
    more = config,
    upstream: Parameters<typeof openDataPlane>[0]["upstream"] = works,
  ) => openDataPlane({ config: CALM + more, upstream, folder: folder.path, start: NOON + minute * MINUTE });
  return { start, [Symbol.dispose]: () => folder[Symbol.dispose]() };
}

/** How many of so many calls in turn pass. */
async function passing(plane: DataPlane, agent: string, times = 6): Promise<number> {
  const outcomes = await askTimes(plane, agent, times);
  return outcomes.filter((outcome) => outcome === 200).length;
}

describe("after a restart", () => {
  test("a bucket holds what it held, refills at its rate, and is each agent's own", async () => {
    using house = makeHouse("agents: { '*': { rate_limit: 5/min } }");
    {
      using plane = house.start();
      expect([await passing(plane, "bot"), await passing(plane, "other", 2)]).toEqual([5, 2]);
    }
    using plane = house.start();
    const refused = await plane.send("/agents/bot/openai", chat());
    expect([outcomeOf(refused), refused.headers.get("retry-after")]).toEqual(["rate_limited", "12"]);
    expect([await passing(plane, "other"), await passing(plane, "new")]).toEqual([3, 5]);
    plane.advance(24_000);
    expect(await passing(plane, "bot")).toBe(2);
  });

  test("a bucket counts the calls to every provider, a window those to one, a provider's own those of everybody", async () => {
    const config = `
providers: { mistral: { rate_limit: { max_requests: 3, window_seconds: 300 } } }
agents:
  bucket: { rate_limit: 4/hour }
  window: { rate_limit: { max_requests: 2, window_seconds: 600 } }
`;
    using house = makeHouse(config);
    const send = async (plane: DataPlane, agent: string, provider: string) =>
      outcomeOf(await plane.send(`/agents/${agent}/${provider}`, chat()));
    {
      using plane = house.start();
      for (const agent of ["bucket", "window"])
        for (const provider of ["openai", "openai", "mistral"])
          expect(await send(plane, agent, provider)).toBe(200);
    }
    using plane = house.start(4);
    expect([await send(plane, "bucket", "deepseek"), await send(plane, "bucket", "deepseek")]).toEqual([
      200,
      "rate_limited",
    ]);
    expect([await send(plane, "window", "openai"), await send(plane, "window", "deepseek")]).toEqual([
      "rate_limited",
      200,
    ]);
    expect([await send(plane, "window", "mistral"), await send(plane, "other", "mistral")]).toEqual([
      200,
      "rate_limited",
    ]);
    plane.advance(6 * MINUTE);
    expect([await send(plane, "window", "openai"), await send(plane, "other", "mistral")]).toEqual([
      200, 200,
    ]);
  });

  test("refused calls do not count", async () => {
    using house = makeHouse("agents: { bot: { rate_limit: { max_requests: 2, window_seconds: 600 } } }");
    {
      using plane = house.start();
      expect(await passing(plane, "bot")).toBe(2);
      plane.advance(9 * MINUTE);
      expect(await passing(plane, "bot")).toBe(0);
    }
    using plane = house.start(10);
    expect(await passing(plane, "bot")).toBe(2);
  });

  test("calls that were in flight when it died count from when they were let in", async () => {
    using house = makeHouse("agents: { bot: { rate_limit: { max_requests: 2, window_seconds: 600 } } }");
    {
      const valve = createValve();
      using plane = house.start(0, undefined, valve.upstream);
      void plane.send("/agents/bot/openai", chat());
      await turn();
      expect(valve.waiting).toHaveLength(1);
    }
    using plane = house.start(8);
    expect(plane.fleet.agents.get("bot")?.hour.calls).toBe(1);
    expect(await passing(plane, "bot")).toBe(1);
    plane.advance(2 * MINUTE);
    expect(await passing(plane, "bot")).toBe(1);
  });

  test("calls that had waited count from when they were let in, not from when they came", async () => {
    using house = makeHouse(`
providers: { openai: { max_concurrency: 1 } }
agents: { bot: { rate_limit: { max_requests: 2, window_seconds: 60 } } }
`);
    {
      const valve = createValve();
      using plane = house.start(0, undefined, valve.upstream);
      const calls = [plane.send("/agents/first/openai", chat()), plane.send("/agents/bot/openai", chat())];
      await turn();
      plane.advance(25_000);
      valve.answer();
      await turn();
      valve.answer();
      for (const { status } of await Promise.all(calls)) expect(status).toBe(200);
      expect(plane.calls().map(({ agent, admitted }) => [agent, admitted])).toEqual([
        ["first", undefined],
        ["bot", new Date(NOON + 25_000).toISOString()],
      ]);
    }
    using plane = house.start(1);
    expect(await passing(plane, "bot")).toBe(1);
  });

  test("limits under trust are restored under trust", async () => {
    const trusted =
      "trust: { enabled: true }\nagents: { bot: { rate_limit: 10/hour, trust: { pin: restricted } } }";
    using folder = makeTempFolder("restart");
    const start = () => openDataPlane({ config: trusted, upstream: works, folder: folder.path });
    const asks = async (plane: DataPlane): Promise<number> => {
      const outcomes = [];
      for (const said of "abcdefgh") outcomes.push(await ask(plane, "bot", chat(said)));
      return outcomes.filter((outcome) => outcome === 200).length;
    };
    {
      using plane = start();
      expect(await asks(plane)).toBe(5);
    }
    using plane = start();
    expect(await asks(plane)).toBe(0);
  });

  test("a clock that was set back by hours keeps nobody out for longer than the limit itself", async () => {
    using house = makeHouse(
      "agents: { bot: { rate_limit: [2/min, { max_requests: 2, window_seconds: 60 }] } }",
    );
    {
      using plane = house.start(300);
      expect(await passing(plane, "bot")).toBe(2);
    }
    using plane = house.start(0);
    plane.advance(MINUTE);
    expect(await passing(plane, "bot")).toBe(2);
  });
});

test("requests per hour and day count what was let in before the restart, in flight or not", async () => {
  using house = makeHouse("agents: { bot: { quota: { requests_per_hour: 3, requests_per_day: 4 } } }");
  {
    const valve = createValve();
    using plane = house.start(0, undefined, valve.upstream);
    for (let call = 0; call < 2; call++) void plane.send("/agents/bot/openai", chat());
    await turn();
    valve.answer();
    await turn();
    expect(plane.fleet.agents.get("bot")?.admitted).toEqual({ hour: 2, day: 2 });
  }
  using plane = house.start(1);
  expect(plane.fleet.agents.get("bot")?.admitted).toEqual({ hour: 2, day: 2 });
  expect(await askTimes(plane, "bot", 2)).toEqual([200, "quota_exceeded"]);
  plane.advance(60 * MINUTE);
  expect(await askTimes(plane, "bot", 2)).toEqual([200, "quota_exceeded"]);
  expect(await ask(plane, "other")).toBe(200);
});
