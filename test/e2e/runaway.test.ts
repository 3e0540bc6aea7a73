/** A fleet of eight agents, one of which runs away: it stops at its cap, and nobody else notices. */
import { beforeAll, describe, expect, test } from "bun:test";
import type { LogsAnswer } from "../../server/management/wire/records.ts";
import type { StatusAnswer } from "../../server/management/wire/status.ts";
import { HELLO, textOf } from "../support/answers/said.ts";
import { calmZone } from "../support/calm-zone.ts";
import { useGateway } from "../support/fixture.ts";
import { isCall } from "../support/gateway.ts";
import { type Heard, WAYS } from "../support/sdks.ts";

/** 0.002 USD: some sixty calls of 34,500 nano-dollars. */
const CAP = 2_000_000;
const COST = 34_500;
const STEADY = Array.from({ length: 7 }, (_, index) => `steady-${index + 1}`);
const CALLS = 12;
const BLOCKED = "[Tollgate] Request blocked: budget_exceeded";

const [chat, chatStreamed] = WAYS;
const fixture = useGateway(() => ({
  file: {
    gateway: { timezone: calmZone() },
    agents: {
      "*": { budget: { max_cost_per_hour: 5 } },
      runaway: { owner: "team-loop", budget: { max_cost_per_hour: CAP / 1e9 } },
    },
  },
}));

/** Asks again and again until it is told that it is blocked; then once more. */
async function runAway(): Promise<Heard[]> {
  const refused: Heard[] = [];
  for (let turn = 0; refused.length < 2; turn++) {
    const way = turn % 2 === 0 ? chat : chatStreamed;
    const heard = await way?.ask({ url: fixture.gateway.url, agent: "runaway" });
    if (heard?.text !== textOf(HELLO)) refused.push(heard ?? { text: "", id: "" });
  }
  return refused;
}

/** Does its work by every SDK in turn. */
async function work(agent: string): Promise<string[]> {
  const texts: string[] = [];
  for (let turn = 0; turn < CALLS; turn++) {
    const heard = await WAYS[turn % WAYS.length]?.ask({ url: fixture.gateway.url, agent });
    texts.push(heard?.text ?? "");
  }
  return texts;
}

describe("one agent of eight loops", () => {
  const refusals: Heard[] = [];
  const heard = new Map<string, string[]>();
  let sent = 0;

  beforeAll(async () => {
    const loops = Array.from({ length: 4 }, async () => void refusals.push(...(await runAway())));
    const others = STEADY.map(async (agent) => void heard.set(agent, await work(agent)));
    await Promise.all([...loops, ...others]);
    sent = fixture.upstream.requests.length;
  });

  function callsOf(agent: string) {
    return fixture.gateway.home
      .journal()
      .filter(isCall)
      .filter((line) => line.agent === agent);
  }

  test("it is answered that its budget is used up, as by its model", () => {
    expect(refusals.length).toBe(8);
    expect(refusals.filter(({ text }) => text !== BLOCKED)).toEqual([]);
    expect(refusals.filter(({ id }) => !id?.startsWith("blocked-"))).toEqual([]);
  });

  test("what it spent never passed the cap, and came within one call of it", () => {
    const spent = callsOf("runaway").reduce((sum, { cost_nano }) => sum + (cost_nano ?? Number.NaN), 0);
    expect(spent).toBeLessThanOrEqual(CAP);
    expect(spent).toBeGreaterThan(CAP - 2 * COST);
    expect(callsOf("runaway").filter(({ overrun_nano }) => overrun_nano !== undefined)).toEqual([]);
  });

  test("nothing of what was refused reached a provider", () => {
    expect(sent).toBe(callsOf("runaway").length + STEADY.length * CALLS);
  });

  test("the others were answered every time, and charged what they did", () => {
    expect([...heard.values()].flat().filter((text) => text !== textOf(HELLO))).toEqual([]);
    const strangers = fixture.gateway.home
      .journal()
      .filter((line) => line.type === "blocked" && line.agent !== "runaway");
    expect(strangers).toEqual([]);
    for (const agent of STEADY) expect(callsOf(agent)).toHaveLength(CALLS);
  });

  test("the API says of everyone what they did at what cost, and who is paused", async () => {
    const response = await fixture.gateway.api("/api/status");
    const { agents, totals } = (await response.json()) as StatusAnswer;
    expect(agents.map(({ id }) => id)).toEqual(["runaway", ...STEADY]);
    let all = 0;
    for (const { id, cost, calls, blocked, errors, held, in_flight, status, pause_reason } of agents) {
      const nano = callsOf(id).reduce((sum, { cost_nano }) => sum + (cost_nano ?? Number.NaN), 0);
      all += nano;
      expect([id, cost]).toEqual([id, { hour: nano / 1e9, day: nano / 1e9, total: nano / 1e9 }]);
      expect([id, calls.hour, errors.total, held, in_flight]).toEqual([id, callsOf(id).length, 0, 0, 0]);
      const isLoop = id === "runaway";
      expect([id, blocked.total, status, pause_reason]).toEqual(
        isLoop ? [id, refusals.length, "paused", "budget_exceeded"] : [id, 0, "active", null],
      );
    }
    expect(totals.hour).toMatchObject({ cost: all / 1e9, blocked: refusals.length, errors: 0 });
  });

  test("the logs of one agent tell its calls, its refusals and its pause, and nobody else's", async () => {
    const logsOf = async (query: string) => {
      const response = await fixture.gateway.api(`/api/logs?limit=500&${query}`);
      return ((await response.json()) as LogsAnswer).entries;
    };
    const entries = await logsOf("agent=runaway");
    expect(entries.filter(({ agent }) => agent !== "runaway")).toEqual([]);
    const owned = (type: string) => entries.filter((one) => one.type === type && one.owner === "team-loop");
    expect(owned("call")).toHaveLength(callsOf("runaway").length);
    expect(owned("blocked")).toHaveLength(refusals.length);
    expect(entries.filter(({ event }) => event === "agent.paused")).toHaveLength(1);
    expect(await logsOf("reason=budget_exceeded")).toHaveLength(refusals.length);
    expect(await logsOf("agent=steady-1&type=blocked")).toEqual([]);
  });
});
