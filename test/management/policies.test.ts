import { describe, expect, test } from "bun:test";
import { compileQuestion, replayPast } from "../../server/management/policy-test.ts";
import type { PolicyTestAnswer } from "../../server/management/wire/governance.ts";
import { type Harness, makeCall, NOON, post, readError, startManagement } from "./support.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const CENT = 10_000_000;

const CONFIG = `policies:
  - { name: high-error-rate, condition: "error_rate > 0.5", action: pause, mode: shadow }
  - { name: runaway, condition: "cost_this_hour > 0.05", action: deny, params: { min_calls: 2 } }`;

/** A call of so many cents, so long before noon. */
function append(api: Harness, agent: string, ago: number, cents: number, status = 200): void {
  const time = new Date(NOON - ago).toISOString();
  const cost_nano = cents * CENT;
  api.append(makeCall({ agent, time, cost_nano, cost: cents / 100, status }));
}

async function ask(api: Harness, question: unknown): Promise<PolicyTestAnswer> {
  const answer = await api.asAdmin("/api/policies/test", post(question));
  expect(answer.status).toBe(200);
  return (await answer.json()) as PolicyTestAnswer;
}

test("the policies in force are listed in their order, with how they act", async () => {
  await using api = startManagement({ config: CONFIG });
  const list = async () => (await api.asAdmin("/api/policies")).json();
  const params = {
    duration: null,
    cooldown: "15m",
    channels: [],
    rate: null,
    delay_ms: null,
    hold_seconds: 60,
  };
  expect(await list()).toEqual({
    policies: [
      {
        name: "high-error-rate",
        condition: "error_rate > 0.5",
        action: "pause",
        mode: "shadow",
        min_calls: 10,
        params: { min_calls: null, ...params },
        source: "file",
      },
      {
        name: "runaway",
        condition: "cost_this_hour > 0.05",
        action: "deny",
        mode: "enforce",
        min_calls: 2,
        params: { min_calls: 2, ...params },
        source: "file",
      },
    ],
    removed: [],
  });
  api.configure("policies: []");
  expect(await list()).toEqual({ policies: [], removed: [] });
});

describe("testing a policy", () => {
  test("tells whom a condition would have hit, how often and when first; nothing comes of it", async () => {
    await using api = startManagement();
    for (const [agent, cents] of [["researcher", 4], ["writer", 1], ["researcher", 3], ["researcher", 2]] as const) {
      append(api, agent, HOUR / 2, cents);
    } // biome-ignore format: one call each
    const { seq } = api.store.journal.head;
    expect(await ask(api, { condition: "cost_this_hour > 0.05" })).toEqual({
      name: null,
      condition: "cost_this_hour > 0.05",
      since: new Date(NOON - 7 * DAY).toISOString(),
      entries: 4,
      left_out: 0,
      hits: [{ agent: "researcher", first: new Date(NOON - HOUR / 2).toISOString(), calls: 2 }],
    });
    expect(api.store.journal.head.seq).toBe(seq);
    expect(api.store.state.readPauses()).toEqual([]);
  });

  test("takes the name of a rule, also of one in shadow mode, with its own least number of calls", async () => {
    await using api = startManagement({ config: CONFIG });
    for (let call = 0; call < 12; call++) append(api, "researcher", HOUR / 2, 0, 500);
    const { name, condition, hits } = await ask(api, { name: "high-error-rate" });
    expect([name, condition]).toEqual(["high-error-rate", "error_rate > 0.5"]);
    // From the tenth call on.
    expect(hits).toMatchObject([{ agent: "researcher", calls: 3 }]);
  });

  test("counts from `since` on, with the figures that there were by then", async () => {
    await using api = startManagement();
    append(api, "researcher", 3 * DAY, 4);
    append(api, "researcher", 3 * HOUR, 4);
    append(api, "researcher", 2 * HOUR, 4);
    append(api, "writer", HOUR, 4);
    const today = await ask(api, { condition: "cost_today > 0.05", since: "150m" });
    expect(today).toMatchObject({ entries: 2, hits: [{ agent: "researcher", calls: 1 }] });
    const lifetime = await ask(api, { condition: "total_cost > 0.1", since: "150m" });
    expect(lifetime).toMatchObject({ entries: 2, hits: [{ agent: "researcher", calls: 1 }] });
    const old = await ask(api, { condition: "total_cost > 0", since: "2026-01-01" });
    expect(old.hits.map(({ agent, calls }) => [agent, calls])).toEqual([
      ["researcher", 3],
      ["writer", 1],
    ]);
    expect(await ask(api, { condition: "total_cost > 0", since: "now" })).toMatchObject({
      entries: 0,
      hits: [],
    });
  });

  test("reads tags, refusals and folded refusals, and no refusal of somebody who is no agent", async () => {
    await using api = startManagement();
    const time = new Date(NOON - HOUR).toISOString();
    api.append(makeCall({ agent: "researcher", time, tags: ["env=prod"] }));
    const blocked = {
      type: "blocked",
      request_id: "b",
      status: 403,
      method: "POST",
      path: "/",
      time,
    } as const;
    api.append({ ...blocked, agent: "researcher", reason: "policy_denied", count: 5 });
    api.append({ ...blocked, reason: "invalid_agent_name" });
    const answer = await ask(api, { condition: '"env=prod" in tags' });
    expect(answer).toMatchObject({ entries: 6, hits: [{ agent: "researcher", calls: 6 }] });
  });

  test.each([
    [{}, 400, "invalid_parameter", "either"],
    [{ condition: "true", name: "runaway" }, 400, "invalid_parameter", "either"],
    [{ condition: "true", since: "yesterday" }, 400, "invalid_parameter", "`since`"],
    [{ condition: "costs > 5" }, 400, "invalid_condition", 'line 1, column 1: there is no field "costs"'],
    [{ condition: "cost_today >" }, 400, "invalid_condition", "it ends too early"],
    [{ condition: "" }, 400, "invalid_condition", "The condition is wrong"],
    [{ name: "toString" }, 404, "unknown_policy", "There are: high-error-rate, runaway."],
    [{ condition: "true", sinse: "1d" }, 400, "invalid_body", "form"],
    [{ condition: 7 }, 400, "invalid_body", "form"],
  ])("of %j is refused", async (question, status, code, says) => {
    await using api = startManagement({ config: CONFIG });
    const answer = await api.asAdmin("/api/policies/test", post(question));
    expect(answer.status).toBe(status);
    expect(await readError(answer)).toMatchObject({ code, message: expect.stringContaining(says) });
  });

  test("lets others have their turn meanwhile, and ends when nobody waits for it", async () => {
    await using api = startManagement();
    for (let call = 0; call < 3_000; call++) append(api, "researcher", HOUR / 2, 1);
    const policy = compileQuestion("true");
    if ("status" in policy) throw new Error(policy.message);
    const { settings } = api.context.setup();

    let turns = 0;
    const count = setInterval(() => turns++, 0);
    const whole = await replayPast(policy, settings, NOON - HOUR, new AbortController().signal);
    clearInterval(count);
    expect(whole).toMatchObject({ entries: 3_000, hits: [{ calls: 3_000 }] });
    expect(turns).toBeGreaterThan(0);

    const left = new AbortController();
    const part = replayPast(policy, settings, NOON - HOUR, left.signal);
    left.abort();
    expect((await part).entries).toBeLessThan(3_000);
  });
});
