import { describe, expect, test } from "bun:test";
import { createClient } from "../../server/client.ts";
import type { AgentAnswer, AgentSetting } from "../../server/management/wire/settings.ts";
import type { StatusAnswer } from "../../server/management/wire/status.ts";
import { post, readError, startManagement } from "./support.ts";

const CONFIG = `
agents:
  "*": { budget: { max_cost_per_day: 20 }, tags: [all], provider: openai, api_key: sk-template-key-9999 }
  researcher: { owner: team-ml, budget: { max_cost_per_hour: 5 }, rate_limit: 100/min }
loops: { window: 30 }
`;

function open(config = CONFIG) {
  const api = startManagement({ config });
  const { agents } = createClient(api.url, api.token).api;
  return Object.assign(api, { agents });
}

function find({ config }: AgentAnswer, setting: string): AgentSetting | undefined {
  return config.find((one) => one.setting === setting);
}

/** What an answer holds; a refusal is the test's end. */
function ok<Data>(answer: { data: Data | null; error: unknown }): Data {
  if (answer.data === null) throw new Error(JSON.stringify(answer.error));
  return answer.data;
}

describe("an agent's configuration", () => {
  test("tells each value in the form of the file, where it comes from and whose entry says it", async () => {
    await using api = open();
    const agent = ok(await api.agents({ id: "researcher" }).get());
    const told = (setting: string) => {
      const { value, source, from } = find(agent, setting) ?? {};
      return [value, source, from];
    };
    expect(told("budget.max_cost_per_hour")).toEqual([5, "file", "researcher"]);
    expect(told("budget.max_cost_per_day")).toEqual([20, "file", "*"]);
    expect(told("rate_limit")).toEqual(["100/min", "file", "researcher"]);
    expect(told("tags")).toEqual([["all"], "file", "*"]);
    expect(told("circuit_breaker.reset_timeout")).toEqual(["30s", "default", null]);
    expect(told("loops.window")).toEqual([30, "file", null]);
    expect(told("api_key")).toEqual(["…9999", "file", "*"]);
    expect(JSON.stringify(agent)).not.toContain("sk-template");
  });

  test("does not show a template's key to an agent that goes elsewhere", async () => {
    await using api = open();
    const agent = ok(await api.agents({ id: "researcher" }).patch({ provider: "anthropic" }));
    expect(find(agent, "api_key")).toEqual({
      setting: "api_key",
      value: null,
      source: "default",
      from: null,
    });
  });

  test("is set by parts: what is given acts at once, null clears, the rest stays", async () => {
    await using api = open();
    const researcher = api.agents({ id: "researcher" });
    const set = ok(
      await researcher.patch({ budget: { max_cost_per_day: "unlimited" }, tags: [], priority: "high" }),
    );
    expect(set.budget).toMatchObject({ max_cost_per_hour: 5, max_cost_per_day: null });
    expect(find(set, "budget.max_cost_per_day")).toMatchObject({ value: "unlimited", source: "runtime" });
    expect(find(set, "tags")).toMatchObject({ value: [], source: "runtime" });
    expect(api.context.setup().agent("researcher").priority).toBe("high");

    const cleared = ok(await researcher.patch({ budget: null, tags: null }));
    expect(cleared.budget).toMatchObject({ max_cost_per_hour: 5, max_cost_per_day: 20 });
    expect(find(cleared, "priority")).toMatchObject({ value: "high", source: "runtime" });
    expect(find(cleared, "tags")).toMatchObject({ value: ["all"], source: "file", from: "*" });
  });

  test("is replaced by PUT as far as it was set at run time, and given back to the file by DELETE", async () => {
    await using api = open();
    const researcher = api.agents({ id: "researcher" });
    ok(await researcher.patch({ owner: "team-x", purpose: "ci" }));
    const replaced = ok(await researcher.put({ purpose: "batch" }));
    expect([find(replaced, "owner")?.value, find(replaced, "purpose")?.value]).toEqual(["team-ml", "batch"]);
    const { agent } = ok(await researcher.delete());
    expect(agent && find(agent, "purpose")).toMatchObject({ value: null, source: "default" });
  });

  test("shows its owner and purpose at once, in place of what a call declared, and the declared ones without", async () => {
    await using api = open();
    api.setAgent("researcher", { owner: "declared", purpose: "declared", tags: ["own"] });
    const shown = async () => {
      const { agents } = (await (await api.asAdmin("/api/status")).json()) as StatusAnswer;
      const { owner, purpose, tags } = agents.find(({ id }) => id === "researcher") ?? {};
      return [owner, purpose, tags];
    };
    expect(await shown()).toEqual(["team-ml", "declared", ["all", "own"]]);
    const researcher = api.agents({ id: "researcher" });
    ok(await researcher.patch({ owner: "team-x", purpose: "ci" }));
    expect(await shown()).toEqual(["team-x", "ci", ["all", "own"]]);
    ok(await researcher.patch({ owner: null, purpose: null }));
    expect(await shown()).toEqual(["team-ml", "declared", ["all", "own"]]);
  });

  test("may be that of an agent that has never called, which is known as long as something names it", async () => {
    await using api = open();
    const fresh = api.agents({ id: "fresh" });
    expect((await fresh.get()).status).toBe(404);
    expect(ok(await fresh.put({})).id).toBe("fresh");
    expect(api.context.setup().isNamed("fresh")).toBe(true);
    ok(await fresh.patch({ owner: "team-ml" }));
    expect(ok(await fresh.delete())).toEqual({ agent: null });
    expect((await fresh.get()).status).toBe(404);
    expect((await fresh.delete()).status).toBe(404);
  });

  test("replaces as a whole what says something as a whole", async () => {
    await using api = open(`agents: { a: { allowed_hours: { start: 9, end: 17 } } }`);
    const answer = await api.asAdmin("/api/agents/a", {
      ...post({ allowed_hours: { start: 8 } }),
      method: "PATCH",
    });
    expect((await readError(answer)).message).toContain("agents.a.allowed_hours.end is missing");
    const changed = ok(await api.agents({ id: "a" }).patch({ allowed_hours: { start: 8, end: 20 } }));
    expect(find(changed, "allowed_hours")).toMatchObject({ value: { start: 8, end: 20 }, source: "runtime" });
  });
});

describe("a change that is wrong", () => {
  test("is refused whole, with every problem, its path and what was expected", async () => {
    await using api = open();
    const given = {
      owner: "team-x",
      budgett: { max_cost_per_day: 1 },
      rate_limit: "many",
      fallback: ["nobody/x"],
    };
    const answer = await api.asAdmin("/api/agents/researcher", { ...post(given), method: "PATCH" });
    expect(answer.status).toBe(400);
    const { code, message, details } = await readError(answer);
    expect([code, message]).toEqual(["invalid_settings", expect.stringContaining("Nothing was changed.")]);
    const { problems } = details as { problems: { path: string; message: string; file: string }[] };
    expect(problems.map(({ path }) => path).sort()).toEqual([
      "agents.researcher.budgett",
      "agents.researcher.rate_limit",
    ]);
    expect(problems.find(({ path }) => path.endsWith("budgett"))?.message).toContain(
      "did you mean agents.researcher.budget?",
    );
    expect(problems[0]?.file).toBe("(set at run time)");
    expect(api.context.setup().agent("researcher").owner).toBe("team-ml");
    expect(api.store.state.readSettings()).toEqual([]);
  });

  test("is refused where it contradicts what the file says", async () => {
    await using api = open();
    const answer = await api.asAdmin("/api/agents/researcher", {
      ...post({ loops: { threshold: 40 } }),
      method: "PATCH",
    });
    expect((await readError(answer)).message).toContain("which can never be");
  });

  test.each([["%2A"], ["no%20name"], ["%2E%2E%2Fx"]])(
    "because no agent is called %s is refused",
    async (name) => {
      await using api = open();
      const answer = await api.asAdmin(`/api/agents/${name}`, { ...post({ owner: "x" }), method: "PATCH" });
      expect(answer.status).toBe(400);
      expect(api.store.state.readSettings()).toEqual([]);
    },
  );

  test.each(["", "[]", "5", '"x"', "{"])("because its body is %p is refused", async (body) => {
    await using api = open();
    const answer = await api.asAdmin("/api/agents/researcher", { method: "PATCH", body });
    expect([answer.status, (await readError(answer)).code]).toEqual([400, "invalid_body"]);
  });

  test("is not taken for a reference to the environment", async () => {
    await using api = open();
    const reference = "$".concat("{HOME}");
    const agent = ok(
      await api.agents({ id: "researcher" }).patch({ owner: reference, purpose: `$${reference}` }),
    );
    expect([find(agent, "owner")?.value, find(agent, "purpose")?.value]).toEqual([
      reference,
      `$${reference}`,
    ]);
  });

  test("survives keys that every object has, and nesting without end", async () => {
    await using api = open();
    const send = (body: string) => api.asAdmin("/api/agents/researcher", { method: "PATCH", body });
    expect((await send('{"__proto__": {"owner": "x"}, "constructor": 1}')).status).toBe(400);
    const deep = `{"owner": ${"[".repeat(20_000)}${"]".repeat(20_000)}}`;
    expect((await send(deep)).status).toBe(400);
    expect(api.context.setup().agent("researcher").owner).toBe("team-ml");
  });
});

test("a change is written down under whoever made it, by its paths and without values", async () => {
  await using api = open();
  await api.asAdmin("/api/agents/researcher", {
    ...post({ owner: "team-secret", tags: null }),
    method: "PATCH",
  });
  const cookie = await api.logIn();
  await api.fetch("/api/agents/researcher", {
    method: "DELETE",
    headers: { cookie, origin: api.url },
  });
  const entries = api.store.index
    .logs({ type: "admin" }, 10, null)
    .entries.filter(({ event }) => event === "config.changed");
  expect(entries.map(({ agent, detail }) => [agent, detail])).toEqual([
    ["researcher", { by: "session", token: null, set: [], cleared: ["agents.researcher.owner"] }],
    ["researcher", { by: "token", token: null, set: ["agents.researcher.owner"], cleared: [] }],
  ]);
  expect(JSON.stringify(entries)).not.toContain("team-secret");
});

test("a change that changes nothing is not written down", async () => {
  await using api = open();
  const { seq } = api.store.journal.head;
  await api.asAdmin("/api/agents/researcher", { ...post({ tags: null }), method: "PATCH" });
  expect(api.store.journal.head.seq).toBe(seq);
});
