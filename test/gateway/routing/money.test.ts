/** What several attempts of one call take and give back: caps, quotas, slots and rests hold over all of them (SPEC 7, 12.5). */
import { describe, expect, test } from "bun:test";
import { chooseStep } from "../../../server/gateway/routing/attempts.ts";
import { parseHoldsLog } from "../../../server/store/holds-log.ts";
import { type DataPlane, manualStream, openDataPlane } from "../../support/data-plane.ts";
import { taken } from "../../support/governed.ts";
import { makeTempFolder } from "../../support/temp.ts";
import {
  attempts,
  busy,
  CHAT,
  call,
  FALLBACK,
  hostOf,
  keyOf,
  limited,
  MESSAGE,
  openai,
  outcome,
  PROVIDERS,
  pass,
  silence,
  turn,
  withSettings,
} from "./routing-support.ts";

const MINUTES = 60_000;
const RETRIES = `${PROVIDERS}gateway: { retries: 2 }`;

/** The first target has timed out. */
async function timeOut(plane: DataPlane): Promise<void> {
  await pass(plane, 11 * MINUTES);
}

/** What the timed-out attempt was charged. */
function chargedFirst(plane: DataPlane): number {
  const [line] = attempts(plane);
  const cost = line && "detail" in line ? line.detail?.cost_nano : null;
  return typeof cost === "number" ? cost : 0;
}

function nothingTaken(plane: DataPlane): void {
  const { agents, held, holds, inFlight, slots } = taken(plane);
  expect(agents.map((agent) => [agent.inFlight, agent.held])).toEqual([[0, [0, 0]]]);
  expect({ held, holds, inFlight, slots }).toEqual({ held: 0, holds: 0, inFlight: 0, slots: [] });
}

describe("what a timed-out attempt was charged", () => {
  test("leaves its fallback only the rest of the cap for one call", async () => {
    // An attempt at gpt-4o with 1,000 tokens of output takes a cent.
    const config = withSettings(FALLBACK, "budget: { max_cost_per_request: 0.0105 }");
    using plane = openDataPlane({ config, upstream: silence });
    const answer = call(plane, { max_tokens: 1000 });
    await timeOut(plane);
    expect((await answer).status).toBe(504);
    expect(attempts(plane)).toMatchObject([
      { event: "attempt.failed" },
      { event: "attempt.skipped", detail: { reason: "request_cap_exceeded" } },
    ]);
    expect(plane.calls()[0]?.cost_nano).toBeLessThanOrEqual(10_500_000);
    nothingTaken(plane);
  });

  test("is charged although nobody knows the price of what served in the end", async () => {
    const config = withSettings(
      `${FALLBACK.replace("anthropic/claude-haiku-4-5", "anthropic/unpriced-1")}\npricing: { unknown: allow }`,
      "budget: { max_cost_total: 10 }",
    );
    const stream = manualStream("application/json");
    using folder = makeTempFolder("money");
    using plane = openDataPlane({
      config,
      folder: folder.path,
      upstream: (request) => (hostOf(request).includes("openai") ? silence(request) : stream.response),
    });
    const answer = call(plane, { max_tokens: 1000 });
    await timeOut(plane);
    const charged = chargedFirst(plane);
    expect(charged).toBeGreaterThan(1_000_000);
    // A crash would charge it as well.
    const { open } = parseHoldsLog((await Bun.file(`${folder.path}/holds.log`).text()).split("\n"));
    expect(open.get("call-1")?.nano).toBeGreaterThanOrEqual(charged);
    stream.push(JSON.stringify({ ...MESSAGE, model: "unpriced-1" }));
    stream.end();
    await (await answer).text();
    expect(plane.calls()).toMatchObject([{ cost_nano: charged }]);
    expect(plane.fleet.agents.get("bot")?.money.spent("total")).toBe(charged);
    nothingTaken(plane);
  });

  test("counts towards the quota of tokens", async () => {
    using plane = openDataPlane({
      config: withSettings(FALLBACK, "quota: { tokens_per_hour: 100000 }"),
      upstream: silence,
    });
    const answer = call(plane, { max_tokens: 1000 });
    await timeOut(plane);
    await (await answer).text();
    const [line] = plane.calls();
    expect(line?.tokens_out).toBe(1_002);
    expect(line?.tokens_in).toBeGreaterThan(10);
    expect(line?.usage).toBe("estimated");
    const tokens = (line?.tokens_in ?? 0) + (line?.tokens_out ?? 0);
    expect(plane.fleet.agents.get("bot")?.tokens.spent("hour")).toBe(tokens);
    nothingTaken(plane);
  });

  test("is held as it was while another target answers, and grows no more with the clock", async () => {
    const stream = manualStream();
    using plane = openDataPlane({
      config: withSettings(FALLBACK, "budget: { max_cost_total: 100 }"),
      upstream: (request) => (hostOf(request).includes("openai") ? silence(request) : stream.response),
    });
    const answer = call(plane, { model: "o3", stream: true });
    await pass(plane, 2 * MINUTES);
    const held = plane.fleet.agents.get("bot")?.money.held ?? 0;
    expect(held).toBeGreaterThan(0);
    await pass(plane, MINUTES);
    expect(plane.fleet.agents.get("bot")?.money.held).toBe(held);
    stream.break();
    await (await answer).text();
    nothingTaken(plane);
  });
});

describe("a key that its provider has limited", () => {
  test("is tried again once its rest is over, also where nobody said how long that is", async () => {
    const upstream = openai((attempt) => (attempt === 1 ? limited() : Response.json(CHAT)));
    using plane = openDataPlane({ config: RETRIES, upstream });
    const answer = call(plane);
    await pass(plane, 1_000);
    expect((await answer).status).toBe(200);
    expect(plane.sent).toHaveLength(2);
  });

  test("sends later calls to the fallback while it rests", async () => {
    using plane = openDataPlane({
      config: FALLBACK,
      upstream: openai(() => limited({ "retry-after": "20" })),
    });
    expect([(await call(plane)).status, (await call(plane)).status]).toEqual([200, 200]);
    expect(plane.sent.map(hostOf)).toEqual(["api.openai.com", "api.anthropic.com", "api.anthropic.com"]);
    plane.configure(PROVIDERS);
    expect(outcome(await call(plane))).toBe("rate_limited");
    nothingTaken(plane);
  });

  test("is waited for where every other one rests, too", async () => {
    const config = "providers: { openai: { api_key: sk-1, api_keys: [sk-2] } }\ngateway: { retries: 2 }";
    const upstream = openai((attempt) =>
      attempt < 3 ? limited({ "retry-after": String(2 + attempt) }) : Response.json(CHAT),
    );
    using plane = openDataPlane({ config, upstream });
    const answer = call(plane);
    await turn();
    expect(plane.sent.map(keyOf)).toEqual(["sk-1", "sk-2"]);
    await pass(plane, 3_000);
    expect((await answer).status).toBe(200);
    expect(plane.sent.map(keyOf)).toEqual(["sk-1", "sk-2", "sk-1"]);
  });

  test("is not asked again before its rest is over, in whatever order that is learnt", () => {
    const known = { retries: 2, retried: 0, hasFallback: false, isOtherKey: false };
    const failure = { kind: "limited", retryAfter: null } as const;
    expect(chooseStep(failure, { ...known, rest: 1_000 })).toEqual({ kind: "retry", wait: 1_001 });
    expect(chooseStep(failure, { ...known, rest: 0 })).toEqual({ kind: "retry", wait: 250 });
    expect(chooseStep(failure, { ...known, rest: 60_000 })).toEqual({ kind: "none" });
    expect(chooseStep(failure, { ...known, isOtherKey: true, rest: 0 })).toEqual({ kind: "retry", wait: 0 });
  });
});

describe("a provider of several keys that is busy", () => {
  test("is left alone as long as it asks: another key would not help", async () => {
    const config = "providers: { openai: { api_key: sk-1, api_keys: [sk-2] } }\ngateway: { retries: 1 }";
    const upstream = openai((attempt) =>
      attempt === 1 ? busy({ "retry-after": "5" }) : Response.json(CHAT),
    );
    using plane = openDataPlane({ config, upstream });
    const answer = call(plane);
    await turn();
    expect(plane.sent).toHaveLength(1);
    await pass(plane, 5_000);
    expect((await answer).status).toBe(200);
    expect(plane.sent.map(keyOf)).toEqual(["sk-1", "sk-2"]);
  });
});
