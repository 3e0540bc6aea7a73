/** What is known of agents and upstreams across a reload: it stays, and the new rules act at once (SPEC 1.6). */
import { describe, expect, test } from "bun:test";
import { openDataPlane } from "../support/data-plane.ts";
import {
  ask,
  askTimes,
  broken,
  chat,
  createValve,
  notesOf,
  openSick,
  outcomeOf,
  turn,
  works,
} from "../support/governed.ts";
import { occupancy, send } from "./lane-support.ts";

const CALM = "trust: { enabled: false }\nloops: { action: off }\n";
const MINUTE = 60_000;

describe("slots", () => {
  const slots = (count: number | null) =>
    CALM + (count === null ? "" : `providers: { openai: { max_concurrency: ${count} } }`);

  test("that are more now are taken by those who wait, although nobody calls", async () => {
    const valve = createValve();
    using plane = openDataPlane({ config: slots(1), upstream: valve.upstream });
    const calls = Array.from({ length: 4 }, (_, index) => send(plane, `bot${index}`));
    await turn();
    expect(valve.waiting).toHaveLength(1);
    plane.configure(slots(3));
    plane.tick();
    await turn();
    expect(valve.waiting).toHaveLength(3);
    plane.configure(slots(null));
    plane.tick();
    await turn();
    expect(valve.waiting).toHaveLength(4);
    for (const _ of calls) valve.answer();
    for (const { status } of await Promise.all(calls)) expect(status).toBe(200);
    expect(occupancy(plane)).toBeUndefined();
  });

  test("that are fewer now end no call in flight; the next one waits until there is room", async () => {
    const valve = createValve();
    using plane = openDataPlane({ config: slots(2), upstream: valve.upstream });
    const calls = [send(plane, "a"), send(plane, "b")];
    await turn();
    plane.configure(slots(1));
    const third = send(plane, "c");
    await turn();
    valve.answer();
    await turn();
    expect([plane.sent.length, occupancy(plane)?.waiting.normal]).toEqual([2, 1]);
    valve.answer();
    await turn();
    expect(plane.sent).toHaveLength(3);
    valve.answer();
    for (const { status } of await Promise.all([...calls, third])) expect(status).toBe(200);
  });
});

describe("a call that waits for a slot", () => {
  const rules = {
    policy_denied: "policies: [{ name: stop, condition: \"agent_id == 'late'\", action: deny }]",
    model_not_allowed: 'agents: { late: { models: { deny: ["gpt-*"] } } }',
    provider_deactivated: "providers: { openai: { enabled: false } }",
    quota_exceeded: "agents: { late: { quota: { requests_per_day: 0 } } }",
    unknown_agent: "identity: { mode: known }\nagents: { first: {} }",
  };

  test.each(Object.entries(rules))("is refused by a rule that is new: %s", async (reason, rule) => {
    const valve = createValve();
    using plane = openDataPlane({
      config: `${CALM}providers: { openai: { max_concurrency: 1 } }`,
      upstream: valve.upstream,
    });
    const first = send(plane, "first");
    const late = send(plane, "late");
    await turn();
    plane.configure(CALM + rule);
    plane.tick();
    expect(outcomeOf(await late)).toBe(reason);
    valve.answer();
    expect([(await first).status, plane.sent.length, plane.store.holds.size]).toEqual([200, 1, 0]);
  });

  test("is let in although the rule that it came under would refuse it by now", async () => {
    const quota = (most: number) =>
      `${CALM}providers: { openai: { max_concurrency: 1 } }\nagents: { "*": { quota: { requests_per_hour: ${most} } } }`;
    const valve = createValve();
    using plane = openDataPlane({ config: quota(1), upstream: valve.upstream });
    const calls = [send(plane, "bot"), send(plane, "other"), send(plane, "other")];
    await turn();
    plane.configure(quota(2));
    for (const _ of calls) {
      valve.answer();
      await turn();
    }
    for (const { status } of await Promise.all(calls)) expect(status).toBe(200);
  });
});

describe("what was observed", () => {
  test("of a provider that fails keeps its breaker open, and the new settings say for how long", async () => {
    const config = (reset: number, threshold = 2) =>
      `${CALM}agents: { "*": { circuit_breaker: { error_threshold: ${threshold}, reset_timeout: ${reset} } } }`;
    const { plane, health } = openSick(config(MINUTE));
    using _ = plane;
    expect(await askTimes(plane, "bot", 3)).toEqual([500, 500, "breaker_open"]);
    plane.configure(config(MINUTE, 50));
    expect([await ask(plane, "bot"), await ask(plane, "other")]).toEqual(["breaker_open", 500]);
    health.answer = works;
    plane.configure(config(5_000));
    plane.advance(5_000);
    expect(await ask(plane, "bot")).toBe(200);
  });

  test("of failures short of the threshold counts under the next one", async () => {
    const config = (threshold: number) =>
      `${CALM}agents: { "*": { circuit_breaker: { error_threshold: ${threshold} } } }`;
    using plane = openDataPlane({ config: config(5), upstream: broken });
    await askTimes(plane, "bot", 2);
    plane.configure(config(3));
    expect(await askTimes(plane, "bot", 2)).toEqual([500, "breaker_open"]);
  });

  test("of an agent keeps its trust, also where trust is off for a while", async () => {
    const config = (more = "") => `agents: { bot: { models: { deny: ["gpt-*"] } } }\n${more}`;
    using plane = openDataPlane({ config: config(), upstream: works });
    expect(await ask(plane, "bot")).toBe("model_not_allowed");
    const terms = { enabled: true, interval: MINUTE, quarantine: false, initial: 50, pin: null };
    const score = () => plane.gateway.controls.reputation.score("bot", terms);
    const lost = score();
    expect(lost).toBeLessThan(50);
    for (const more of ["trust: { initial: 90 }", "trust: { enabled: false }", "trust: { interval: 5s }"]) {
      plane.configure(config(more));
      plane.tick();
      expect(score()).toBe(lost);
    }
  });

  test("of loops counts on", async () => {
    const config = (threshold: number) =>
      `trust: { enabled: false }\nloops: { window: 9, threshold: ${threshold}, action: pause }`;
    using plane = openDataPlane({ config: config(8), upstream: works });
    await askTimes(plane, "bot", 2);
    plane.configure(config(3));
    expect([await ask(plane, "bot"), await ask(plane, "other")]).toEqual(["loop_detected", 200]);
  });
});

describe("a policy", () => {
  const policies = (...rules: string[]) => `${CALM}policies: [${rules.join(", ")}]`;
  const other = '{ name: other, condition: "call_count > 900", action: deny }';

  test("that says the same does not fire again, and its throttle is not filled", async () => {
    const spent = '{ name: spent, condition: "call_count >= 1", action: pause, params: { duration: 1m } }';
    const slow = '{ name: slow, condition: "call_count >= 0", action: throttle, params: { rate: 3/hour } }';
    using plane = openDataPlane({ config: policies(spent, slow), upstream: works });
    expect(await askTimes(plane, "bot", 2)).toEqual([200, "agent_deactivated"]);
    plane.advance(MINUTE);
    plane.configure(policies(other, slow, spent));
    expect(await askTimes(plane, "bot", 2)).toEqual([200, 200]);
    plane.configure(policies(slow, other, spent));
    expect(await ask(plane, "bot")).toBe("throttled");
    expect(notesOf(plane, "agent").filter(({ event }) => event === "agent.paused")).toHaveLength(1);
  });

  test("that is new acts on the next call, and one that is gone on none", async () => {
    using plane = openDataPlane({ config: policies(), upstream: works });
    expect(await ask(plane, "bot")).toBe(200);
    plane.configure(policies('{ name: stop, condition: "call_count >= 1", action: deny }'));
    expect([await ask(plane, "bot"), await ask(plane, "other")]).toEqual(["policy_denied", 200]);
    plane.configure(policies());
    expect(await ask(plane, "bot")).toBe(200);
  });

  test("has its memory left alone by calls that had come before it", async () => {
    const slow = (rate: string) =>
      policies(
        `{ name: slow, condition: "calls_this_hour >= 0 && '${rate}' != ''", action: throttle, params: { rate: ${rate} } }`,
      );
    const slots = "\nproviders: { openai: { max_concurrency: 1 } }";
    const valve = createValve();
    using plane = openDataPlane({ config: slow("9/hour") + slots, upstream: valve.upstream });
    const calls = [send(plane, "bot"), send(plane, "bot"), send(plane, "bot")];
    await turn();
    plane.configure(slow("2/hour") + slots);
    valve.answer();
    await turn();
    valve.answer();
    await turn();
    valve.answer();
    for (const { status } of await Promise.all(calls)) expect(status).toBe(200);
    expect(outcomeOf(await plane.send("/agents/bot/openai", chat()))).toBe("throttled");
  });
});
