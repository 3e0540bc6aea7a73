import { describe, expect, test } from "bun:test";
import type { TrustAnswer } from "../../server/management/wire/governance.ts";
import { type Harness, makeCall, NOON, startManagement } from "./support.ts";

async function show(api: Harness, name: string): Promise<TrustAnswer> {
  return (await (await api.asAdmin(`/api/agents/${name}/trust`)).json()) as TrustAnswer;
}

/** The agent tries models that it may not use, once in each interval, so often. */
function misbehave(api: Harness, agent: string, times: number): void {
  const terms = api.controls.trustTermsOf(agent, api.context.setup());
  for (let time = 0; time < times; time++) {
    api.controls.reputation.observe(agent, { kind: "refused_model" }, api.context.now(), terms);
    api.advance(60_000);
    api.controls.reputation.tick(api.context.now(), () => terms);
  }
}

describe("an agent's trust", () => {
  test("is told with what led to it, newest first, and nothing of another agent's", async () => {
    await using api = startManagement();
    api.setAgent("researcher");
    api.setAgent("writer");
    api.append(makeCall());
    misbehave(api, "writer", 1);
    misbehave(api, "researcher", 3);
    const answer = await show(api, "researcher");
    expect(answer).toMatchObject({
      agent: "researcher",
      enabled: true,
      tier: "restricted",
      pinned: false,
      losses: [],
    });
    const [newest, before, , oldest] = answer.history;
    expect(answer.history).toHaveLength(4);
    expect(newest).toEqual({
      time: expect.any(String),
      event: "trust.changed",
      score: answer.score,
      points: null,
      from: "baseline",
      to: "restricted",
      reasons: ["refused_model"],
    });
    expect(answer.since).toBe(newest?.time ?? "");
    expect(before).toMatchObject({ event: "trust.lost", score: answer.score, reasons: ["refused_model"] });
    expect(oldest).toMatchObject({ event: "trust.lost", from: null, to: null });
    expect(oldest?.points).toBe(50 - (oldest?.score ?? 0));
  });

  test("is that of a beginner where nothing has happened, and survives what an edited journal says", async () => {
    await using api = startManagement({ config: "agents: { researcher: {} }" });
    expect(await show(api, "researcher")).toEqual({
      agent: "researcher",
      enabled: true,
      score: 50,
      tier: "baseline",
      pinned: false,
      since: null,
      losses: [],
      history: [],
    });
    const time = new Date(NOON).toISOString();
    const detail = { score: "much", points: {}, reasons: [7, "loop"], from: null };
    api.append({ type: "trust", event: "trust.changed", time, agent: "researcher", detail });
    api.append({ type: "trust", event: "trust.lost", time, agent: "researcher" });
    const nothing = { score: null, points: null, from: null, to: null };
    expect((await show(api, "researcher")).history).toEqual([
      { time, event: "trust.lost", ...nothing, reasons: [] },
      { time, event: "trust.changed", ...nothing, reasons: ["loop"] },
    ]);
  });

  test("tells its last hundred changes at most", async () => {
    await using api = startManagement();
    api.setAgent("researcher");
    const time = new Date(NOON).toISOString();
    for (let score = 0; score < 130; score++) {
      api.append({ type: "trust", event: "trust.lost", time, agent: "researcher", detail: { score } });
    }
    const { history } = await show(api, "researcher");
    expect(history.map(({ score }) => score)).toEqual(Array.from({ length: 100 }, (_, age) => 129 - age));
  });

  test("says that it is off, and what a person has decided", async () => {
    await using api = startManagement({ config: "agents: { researcher: { trust: { pin: trusted } } }" });
    expect(await show(api, "researcher")).toMatchObject({ enabled: true, tier: "trusted", pinned: true });
    api.configure("trust: { enabled: false }\nagents: { researcher: { trust: { pin: trusted } } }");
    expect(await show(api, "researcher")).toMatchObject({ enabled: false, tier: "baseline", pinned: false });
    expect((await api.asAdmin("/api/agents/stranger/trust")).status).toBe(404);
  });
});
