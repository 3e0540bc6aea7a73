/** What an agent says about itself (SPEC 4.4-4.6): it labels and it tightens; it grants nothing and charges nobody else. */
import { describe, expect, test } from "bun:test";
import { type DataPlane, type DataPlaneOptions, json, openDataPlane } from "../support/data-plane.ts";
import { ANSWER, ask, chat, createValve, notesOf, outcomeOf, turn } from "../support/governed.ts";

const NOON = Date.UTC(2026, 0, 15, 12);
const works = () => json(ANSWER);

const open = (config: object, upstream: DataPlaneOptions["upstream"] = works) =>
  openDataPlane({ config: JSON.stringify(config), upstream });

/** A call of the agent that declares this about itself. */
const saying = (declared: string, headers: Record<string, string> = {}, body: object = {}) =>
  chat("hi", { "x-agent-identity": `name=bot; ${declared}`, ...headers }, body);

const spentBy = ({ fleet }: DataPlane, owner: string) => fleet.owner(owner).total.costNano;

describe("a declared owner", () => {
  test("is written down with each call and charged for none that a configured one answers for", async () => {
    const owners = {
      poor: { budget: { max_cost_per_day: 0.00046 } },
      rich: { budget: { max_cost_per_day: 10 } },
    };
    using plane = open({ owners, agents: { bot: { owner: "poor" } } });
    expect(await ask(plane, "bot", saying("owner=rich"))).toBe(200);
    expect(await ask(plane, "bot", saying("owner=rich"))).toBe("budget_exceeded");
    expect([spentBy(plane, "poor"), spentBy(plane, "rich")]).toEqual([450_000, 0]);
    expect(plane.calls()).toMatchObject([{ owner: "rich" }]);
    expect(plane.gateway.controls.pauses.find("bot")).toBeNull();
  });

  test("that was the first one is charged for good, whatever is declared after it", async () => {
    const owners = { first: { budget: { max_cost_per_day: 0.00091 } } };
    using plane = open({ owners });
    const outcomes = [];
    for (const owner of ["first", "second", "third"])
      outcomes.push(await ask(plane, "bot", saying(`owner=${owner}`)));
    outcomes.push(await ask(plane, "bot"));
    expect(outcomes).toEqual([200, 200, "budget_exceeded", "budget_exceeded"]);
    expect([spentBy(plane, "first"), spentBy(plane, "second"), spentBy(plane, "third")]).toEqual([
      900_000, 0, 0,
    ]);
  });
});

describe("declared labels", () => {
  test("choose no model, no tier and no limit", async () => {
    const config = {
      agents: {
        "*": { models: { deny: ["o3"] }, rate_limit: "2/hour" },
        vip: { purpose: "production", tags: ["prod"], rate_limit: "100/hour" },
      },
    };
    using plane = open(config);
    const boast = "owner=vip; purpose=production; prod=yes; tier=privileged; trust=100; priority=high";
    expect(await ask(plane, "bot", saying(boast, {}, { model: "o3" }))).toBe("model_not_allowed");
    const outcomes = [];
    for (let count = 0; count < 3; count++) outcomes.push(await ask(plane, "bot", saying(boast)));
    expect(outcomes).toEqual([200, 200, "rate_limited"]);
    // A new agent's fifty, but for the model that was refused.
    expect(plane.calls().map(({ trust }) => trust)).toEqual([45, 45]);
  });

  test.each<[string, object, string, "high" | "normal" | "low"]>([
    ["nothing configured, production declared", {}, "purpose=production", "normal"],
    ["nothing configured, batch declared", {}, "purpose=batch", "low"],
    ["nothing configured, CI declared in capitals", {}, "purpose=CI", "low"],
    ["production configured, nothing declared", { purpose: "production" }, "", "high"],
    ["production configured, batch declared", { purpose: "production" }, "purpose=batch", "low"],
    ["batch configured, production declared", { purpose: "batch" }, "purpose=production", "low"],
    ["a priority configured, batch declared", { priority: "high" }, "purpose=batch", "high"],
    ["low priority configured, production declared", { priority: "low" }, "purpose=production", "low"],
    ["privileged, without a key", { trust: { pin: "privileged" } }, "", "normal"],
    ["restricted, production declared", { trust: { pin: "restricted" } }, "purpose=production", "low"],
  ])("raise no lane: %s", async (_name, agent, declared, lane) => {
    expect(await laneOf(agent, () => saying(declared))).toEqual({ [lane]: 1 });
  });

  test("with a gateway key the privileged tier gives the high lane, which a declared purpose lowers", async () => {
    const agent = { trust: { pin: "privileged" } };
    const withKey = (declared: string) => (plane: DataPlane) => {
      const { secret } = plane.keys.create({ agent: "bot", name: null, expires: null }, NOON);
      return saying(declared, { "x-tollgate-key": secret });
    };
    expect(await laneOf(agent, withKey(""))).toEqual({ high: 1 });
    expect(await laneOf(agent, withKey("purpose=batch"))).toEqual({ low: 1 });
  });

  /** The lane in which a call is in flight. */
  async function laneOf(agent: object, call: (plane: DataPlane) => RequestInit) {
    const valve = createValve();
    using plane = open(
      { providers: { openai: { max_concurrency: 9 } }, agents: { bot: agent } },
      valve.upstream,
    );
    const sent = plane.send("/agents/bot/openai", call(plane));
    await turn();
    const inUse = plane.gateway.controls.lanes.occupancy().get("openai")?.inUse;
    valve.answer();
    await sent;
    return Object.fromEntries(Object.entries({ ...inUse }).filter(([, count]) => count > 0));
  }
});

describe("a name", () => {
  test("selects what the operator has configured for it, in open mode without any proof", async () => {
    using plane = open({ agents: { "*": { rate_limit: "1/hour" }, researcher: { rate_limit: "3/hour" } } });
    const borrowed = chat("hi", { "x-agent-id": "researcher" });
    const send = async () => outcomeOf(await plane.send("/openai/v1/chat/completions", borrowed));
    expect([await send(), await send(), await send(), await send()]).toEqual([200, 200, 200, "rate_limited"]);
    expect([...plane.fleet.agents.keys()]).toEqual(["researcher"]);
  });

  test("that nobody has configured is refused in known mode, and leaves nothing behind", async () => {
    using plane = open({ identity: { mode: "known" }, agents: { bot: {} } });
    expect([await ask(plane, "bot"), await ask(plane, "invented")]).toEqual([200, "unknown_agent"]);
    expect([...plane.fleet.agents.keys()]).toEqual(["bot"]);
    expect(notesOf(plane, "agent")).toEqual([{ event: "agent.created", agent: "bot" }]);
  });

  test("that is invented is one of max_agents, and trust, loops and breakers grow by no more", async () => {
    using plane = open({ gateway: { max_agents: 3 } });
    for (const name of ["a", "b", "c"]) expect(await ask(plane, name)).toBe(200);
    for (let count = 0; count < 20; count++) expect(await ask(plane, `new-${count}`)).toBe("too_many_agents");
    expect(plane.fleet.agents.size).toBe(3);
    expect(plane.gateway.controls.reputation.takeStandings().map(([name]) => name)).toEqual(["a", "b", "c"]);
    expect(await ask(plane, "a")).toBe(200);
  });
});

describe("a gateway key", () => {
  test("proves its agent and no other, goes to no upstream, and its id stands with the call", async () => {
    using plane = open({ identity: { mode: "keys" }, providers: { openai: { api_key: "sk-stored" } } });
    const { key, secret } = plane.keys.create({ agent: "bot", name: null, expires: NOON + 60_000 }, NOON);
    const send = async (headers: Record<string, string>, path = "/openai/v1/chat/completions") =>
      outcomeOf(await plane.send(path, chat("hi", headers)));
    expect(await send({})).toBe("missing_gateway_key");
    expect(await send({ authorization: `Bearer ${secret}` })).toBe(200);
    expect(await send({ "x-tollgate-key": secret, authorization: "Bearer sk-own" })).toBe(200);
    expect(await send({ "x-api-key": secret }, "/agents/other/openai")).toBe("identity_mismatch");
    expect(await send({ "x-tollgate-key": secret, "x-agent-id": "other" })).toBe("identity_mismatch");
    expect(plane.calls().map((call) => [call.agent, call.key])).toEqual([
      ["bot", key.id],
      ["bot", key.id],
    ]);
    expect(plane.sent.map(({ headers }) => headers.get("authorization"))).toEqual(
      Array(2).fill("Bearer sk-stored"),
    );
    const all = [plane.lines, plane.logs, plane.sent.map(({ headers }) => [...headers])];
    expect(JSON.stringify(all)).not.toContain(secret);

    plane.advance(60_000);
    expect(await send({ "x-tollgate-key": secret })).toBe("invalid_gateway_key");
    const later = plane.keys.create({ agent: "bot", name: null, expires: null }, NOON);
    expect(await send({ "x-tollgate-key": later.secret })).toBe(200);
    plane.keys.revoke(later.key.id, NOON);
    expect(await send({ "x-tollgate-key": later.secret })).toBe("invalid_gateway_key");
    expect([...plane.fleet.agents.keys()]).toEqual(["bot"]);
  });
});

describe("x-target-url", () => {
  const target = (url: string, headers: Record<string, string>) =>
    chat("hi", { ...headers, "x-target-url": url });

  /** What comes of a plain call to each of these targets, made with a gateway key; and where it went. */
  async function targets(identity: object, allow_target_hosts: readonly string[]) {
    using plane = openDataPlane({
      config: JSON.stringify({ identity, gateway: { allow_target_hosts } }),
      upstream: works,
      resolve: async () => ["93.184.215.14"],
    });
    const { secret } = plane.keys.create({ agent: "bot", name: null, expires: null }, NOON);
    const outcomes = [];
    for (const url of ["https://llm.example", "https://other.example", "https://api.openai.com"]) {
      const call = target(url, { "x-tollgate-key": secret });
      outcomes.push(outcomeOf(await plane.send("/v1/chat/completions", call)));
    }
    return [outcomes, plane.sent.length, plane.calls().map(({ provider }) => provider)];
  }

  test("is off where every call needs a key, but for the hosts that the operator names", async () => {
    const off = "target_forbidden";
    expect(await targets({ mode: "keys" }, [])).toEqual([[off, off, off], 0, []]);
    expect(await targets({ mode: "keys" }, ["llm.example"])).toEqual([[200, off, off], 1, ["llm.example"]]);
    expect(await targets({ mode: "open" }, [])).toEqual([
      [200, 200, 200],
      3,
      ["llm.example", "other.example", "openai"],
    ]);
  });

  test("that is refused says what to do, and is ignored where the path names the provider", async () => {
    using plane = open({ identity: { mode: "keys" } });
    const { secret } = plane.keys.create({ agent: "bot", name: null, expires: null }, NOON);
    const call = target("https://llm.example", { "x-tollgate-key": secret });
    const refused = await plane.send("/v1/chat/completions", call);
    expect([refused.status, refused.headers.get("x-should-retry")]).toEqual([403, "false"]);
    expect(await refused.text()).toContain("gateway.allow_target_hosts");
    expect(outcomeOf(await plane.send("/openai/v1/chat/completions", call))).toBe(200);
    expect(plane.sent.map(({ url }) => new URL(url).host)).toEqual(["api.openai.com"]);
  });
});

describe("a run", () => {
  test("of the same id is each agent's own, and its cap only ever gets lower", async () => {
    using plane = open({});
    const run = (budget?: string) => ({
      "x-tollgate-run": "r1",
      ...(budget && { "x-tollgate-run-budget": budget }),
    });
    const send = (agent: string, budget?: string) => ask(plane, agent, chat("hi", run(budget)));
    expect([await send("a", "0.00046"), await send("a", "100"), await send("a")]).toEqual([
      200,
      "budget_exceeded",
      "budget_exceeded",
    ]);
    expect([await send("b"), await send("b", "0.5"), await ask(plane, "a")]).toEqual([200, 200, 200]);
    expect(plane.gateway.controls.pauses.find("a")).toBeNull();
  });

  test("has its figures in policies, from calls of this agent alone", async () => {
    using plane = open({ policies: [{ name: "long-run", condition: "run_calls >= 2", action: "deny" }] });
    const call = chat("hi", { "x-tollgate-run": "r1" });
    expect([await ask(plane, "a", call), await ask(plane, "b", call), await ask(plane, "a", call)]).toEqual([
      200, 200, 200,
    ]);
    expect([await ask(plane, "a", call), await ask(plane, "b", call), await ask(plane, "a")]).toEqual([
      "policy_denied",
      200,
      200,
    ]);
  });
});
