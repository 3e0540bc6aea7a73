/** What was decided about agents, and what they came to, outlives the process: ended in good order or killed. */
import { afterAll, beforeEach, describe, expect, test } from "bun:test";
import type { TrustAnswer } from "../../server/management/wire/governance.ts";
import type { AgentStatus, StatusAnswer } from "../../server/management/wire/status.ts";
import { calmZone } from "../support/calm-zone.ts";
import { exchange } from "../support/client.ts";
import { allowForProcesses, BUILD_LIMIT } from "../support/fixture.ts";
import { type Gateway, makeHome } from "../support/gateway.ts";
import { startUpstream } from "../support/upstream.ts";

/** Room for two calls of 34,500 nano-dollars, and no third. */
const TIGHT = 0.0001;
const timezone = calmZone();

allowForProcesses();
const upstream = startUpstream();
beforeEach(() => upstream.reset());
afterAll(() => upstream[Symbol.asyncDispose]());

function configuration(cap: number) {
  return {
    gateway: { timezone, blocked_response: "error" },
    agents: {
      hourly: { budget: { max_cost_per_hour: cap } },
      lifelong: { budget: { max_cost_total: cap } },
      "owned-1": { owner: "team" },
      "owned-2": { owner: "team" },
      tempted: { models: { deny: ["gpt-4o"] } },
    },
    owners: { team: { budget: { max_cost_per_day: cap } } },
    policies: [{ name: "once", condition: 'agent_id == "ruled" && call_count > 0', action: "pause" }],
  };
}

/** One call, and why it was refused; null for an answer. */
async function ask(
  { url }: Gateway,
  agent: string,
  headers: Record<string, string> = {},
  model = "gpt-4o-mini",
) {
  const messages = [{ role: "user", content: "Who is there?" }];
  const answer = await exchange(url, {
    target: `/agents/${agent}/openai/v1/chat/completions`,
    headers,
    body: JSON.stringify({ model, max_tokens: 50, messages }),
  });
  return answer.header("x-tollgate-blocked");
}

async function askAll(gateway: Gateway, agents: readonly string[]) {
  const outcomes: [string, string | null][] = [];
  for (const agent of agents) outcomes.push([agent, await ask(gateway, agent)]);
  return outcomes;
}

async function read<Answer>(gateway: Gateway, path: string): Promise<Answer> {
  const response = await gateway.api(path);
  expect([path, response.status]).toEqual([path, 200]);
  return (await response.json()) as Answer;
}

async function agentsOf(gateway: Gateway): Promise<readonly AgentStatus[]> {
  return (await read<StatusAnswer>(gateway, "/api/status")).agents;
}

async function post(gateway: Gateway, path: string, body: unknown = {}): Promise<void> {
  const headers = { "Content-Type": "application/json" };
  const response = await gateway.api(path, { method: "POST", headers, body: JSON.stringify(body) });
  expect([path, response.status]).toEqual([path, 200]);
}

const RUN = { "x-tollgate-run": "long", "x-tollgate-run-budget": String(TIGHT) };
/** How each agent's next call is answered once the first process has done with it. */
const VERDICTS: readonly (readonly [string, string | null])[] = [
  ["hourly", "budget_exceeded"],
  ["lifelong", "budget_exceeded"],
  ["owned-2", "budget_exceeded"],
  ["ruled", "agent_deactivated"],
  ["noted", "agent_deactivated"],
  ["timed", "agent_deactivated"],
  ["freed", null],
  ["worker", null],
];

/** Has every agent do what it will be remembered for. */
async function live(gateway: Gateway): Promise<void> {
  for (const agent of ["hourly", "lifelong", "owned-1"]) {
    expect([agent, await ask(gateway, agent), await ask(gateway, agent)]).toEqual([agent, null, null]);
    expect([agent, await ask(gateway, agent)]).toEqual([agent, "budget_exceeded"]);
  }
  for (const agent of ["ruled", "noted", "timed", "freed", "worker"]) await ask(gateway, agent);
  await post(gateway, "/api/agents/noted/pause", { reason: "until the review" });
  await post(gateway, "/api/agents/timed/pause", { duration: "1h" });
  await post(gateway, "/api/agents/freed/pause");
  await post(gateway, "/api/agents/freed/resume");
  for (const model of ["gpt-4o", "gpt-4o", "gpt-4o-mini"]) await ask(gateway, "tempted", {}, model);
  for (const expected of [null, null, "budget_exceeded"])
    expect(await ask(gateway, "runner", RUN)).toBe(expected);
}

describe.each([
  ["ended by SIGTERM", (gateway: Gateway) => gateway.stop().then((code) => expect(code).toBe(0))],
  ["killed", (gateway: Gateway) => gateway.kill9()],
] as const)("a gateway that was %s", (_, end) => {
  test(
    "goes on with everything as it was",
    async () => {
      using home = await makeHome({ upstream: upstream.origin, file: configuration(TIGHT) });
      const first = await home.start();
      await live(first);
      const before = await agentsOf(first);
      const trust = await read<TrustAnswer>(first, "/api/agents/tempted/trust");
      expect(trust).toMatchObject({ score: 45, losses: ["refused_model"] });
      await end(first);
      const sent = upstream.requests.length;

      await using second = await home.start();
      expect(await agentsOf(second)).toEqual(before);
      expect(await read<TrustAnswer>(second, "/api/agents/tempted/trust")).toEqual(trust);
      const agents = VERDICTS.map(([agent]) => agent);
      expect(await askAll(second, agents)).toEqual(VERDICTS.map(([...verdict]) => verdict));
      expect(await ask(second, "runner", RUN)).toBe("budget_exceeded");
      expect(await ask(second, "runner", { ...RUN, "x-tollgate-run": "new" })).toBeNull();
      const passed = VERDICTS.filter(([, reason]) => reason === null).length + 1;
      expect(upstream.requests.length - sent).toBe(passed);
    },
    BUILD_LIMIT,
  );

  test("lifts what its next configuration leaves room for, and nothing that a person decided", async () => {
    using home = await makeHome({ upstream: upstream.origin, file: configuration(TIGHT) });
    const first = await home.start();
    await live(first);
    await end(first);
    await home.configure(configuration(1));

    await using second = await home.start();
    expect(await askAll(second, ["hourly", "lifelong", "owned-2", "noted"])).toEqual([
      ["hourly", null],
      ["lifelong", null],
      ["owned-2", null],
      ["noted", "agent_deactivated"],
    ]);
    await post(second, "/api/agents/noted/resume");
    expect(await ask(second, "noted")).toBeNull();
    await end(second);
    await using third = await home.start();
    expect(await askAll(third, ["noted", "hourly", "ruled"])).toEqual([
      ["noted", null],
      ["hourly", null],
      ["ruled", "agent_deactivated"],
    ]);
  });

  test("knows its gateway keys, and those that were revoked", async () => {
    using home = await makeHome({ upstream: upstream.origin, file: { identity: { mode: "keys" } } });
    const first = await home.start();
    const create = async () => {
      const { stdout, stderr } = await home.run("keys", "create", "proven", "-c", home.file);
      return { headers: { "x-tollgate-key": stdout.trim() }, id: /key_\w+/.exec(stderr)?.[0] ?? "" };
    };
    const kept = await create();
    const revoked = await create();
    expect((await home.run("keys", "revoke", revoked.id, "-c", home.file)).code).toBe(0);
    expect(await ask(first, "proven", kept.headers)).toBeNull();
    await end(first);

    await using second = await home.start();
    expect(await ask(second, "proven", kept.headers)).toBeNull();
    expect(await ask(second, "proven", revoked.headers)).toBe("invalid_gateway_key");
    expect(await ask(second, "proven")).toBe("missing_gateway_key");
    expect(upstream.requests).toHaveLength(2);
  });
});
