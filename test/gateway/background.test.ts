/** Answers that are made after the response: what they use is told to another call than the one that asked for them. */
import { describe, expect, test } from "bun:test";
import { type DataPlane, json, openDataPlane } from "../support/data-plane.ts";
import { agentOf, outcomeOf } from "./budget-support.ts";

const RESPONSE = { id: "resp_1", object: "response", model: "gpt-5", background: true, output: [] };
const REPORT = { input_tokens: 10, output_tokens: 50_000, total_tokens: 50_010 };

/** A gateway before a provider that answers a post with this status, and every get with a report. */
function open(config: string, status = "queued", usage: object | null = null): DataPlane {
  return openDataPlane({
    config,
    upstream: ({ method }) =>
      json(
        method === "GET"
          ? { ...RESPONSE, status: "completed", usage: REPORT }
          : { ...RESPONSE, status, usage },
      ),
  });
}

function ask(plane: DataPlane, more: object = {}): Promise<Response> {
  const body = JSON.stringify({ model: "gpt-5", background: true, input: "hi", ...more });
  const headers = { "x-tollgate-on-block": "error" };
  return plane.send("/agents/bot/openai/v1/responses", { method: "POST", headers, body });
}

describe("an answer made in the background", () => {
  for (const status of ["queued", "in_progress"]) {
    test(`that is ${status} has used nobody knows what: no tokens, no cost, and not nothing`, async () => {
      using plane = open("", status);
      const answer = await ask(plane);
      expect(answer.status).toBe(200);
      expect(answer.headers.get("x-tollgate-cost")).toBeNull();
      const [line] = plane.calls();
      expect(line).toMatchObject({ ending: "complete", cost_nano: null, cost: null });
      expect([line?.usage, line?.tokens_in, line?.tokens_out]).toEqual([undefined, undefined, undefined]);
      expect(agentOf(plane, "bot").money.held).toBe(0);
    });
  }

  test("that is complete and reports is charged what it reports", async () => {
    using plane = open("", "completed", REPORT);
    await (await ask(plane)).text();
    expect(plane.calls()).toMatchObject([{ usage: "reported", tokens_out: 50_000 }]);
    expect(plane.calls()[0]?.cost_nano).toBeGreaterThan(0);
  });

  test("that failed before it was begun costs nothing", async () => {
    using plane = openDataPlane({ upstream: () => json({ error: { code: "invalid" } }, { status: 400 }) });
    await (await ask(plane)).text();
    expect(plane.calls()).toMatchObject([{ status: 400, cost_nano: 0 }]);
  });

  test("of a stream that broke off is unknown as well", async () => {
    const event = { type: "response.created", response: { ...RESPONSE, status: "in_progress", usage: null } };
    using plane = openDataPlane({
      upstream: () =>
        new Response(`event: response.created\ndata: ${JSON.stringify(event)}\n\n`, {
          headers: { "content-type": "text/event-stream" },
        }),
    });
    await (await ask(plane, { stream: true })).text();
    expect(plane.calls()).toMatchObject([{ cost_nano: null }]);
  });
});

test("an answer that is in progress though nobody asked for that is estimated: it was made at once", async () => {
  using plane = open("", "in_progress");
  await (await ask(plane, { background: false })).text();
  expect(plane.calls()).toMatchObject([{ usage: "estimated" }]);
  expect(plane.calls()[0]?.cost_nano).toBeGreaterThan(0);
});

describe("is refused", () => {
  const LIMITS = [
    ["a money cap", "budget: { max_cost_per_day: 10 }"],
    ["a quota of tokens", "quota: { tokens_per_hour: 100000 }"],
    ["a quota of tokens", "quota: { tokens_per_day: 100000 }"],
  ] as const;
  test.each(LIMITS)("under %s, and says how to ask (%s)", async (limit, terms) => {
    using plane = open(`agents: { bot: { ${terms} } }`);
    const answer = await ask(plane);
    expect(outcomeOf(answer)).toBe("unmetered_route");
    expect(await answer.text()).toContain(`has ${limit}`);
    expect(plane.sent).toEqual([]);
    expect(outcomeOf(await ask(plane, { background: false }))).toBe(200);
  });

  test("under no quota of calls or of one call's size", async () => {
    using plane = open("agents: { bot: { quota: { requests_per_day: 9, max_output_tokens: 1000 } } }");
    expect(outcomeOf(await ask(plane))).toBe(200);
  });
});
