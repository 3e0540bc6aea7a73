/** How a call begins: what it takes, and what a defect on the way leaves. */
import { expect, test } from "bun:test";
import type { Arrival } from "../../server/gateway/arrival.ts";
import { type BeginContext, begin } from "../../server/gateway/begin.ts";
import { createStakes, NO_CAPS } from "../../server/gateway/stakes.ts";
import { account, PLAN } from "./hold-support.ts";

/** Nothing of it may be touched. */
function untouchable<Kind extends object>(name: string): Kind {
  const refuse = (_: Kind, member: string | symbol): never => {
    throw new Error(`${name}.${String(member)} was touched`);
  };
  return new Proxy<Kind>({} as Kind, { get: refuse });
}

test("a body that cannot be made leaves nothing taken", () => {
  const money = account();
  const plan = { ...PLAN, imposesCeiling: true };
  const charged = [{ scope: "agent", name: "a", account: money, caps: () => NO_CAPS }] as const;
  const arrival = {
    facts: { plan },
    stakes: createStakes(charged, plan),
    canLower: true,
    setup: untouchable("the configuration"),
    controls: untouchable("the controls"),
    agent: untouchable("the agent"),
    now: 0,
  } as unknown as Arrival;
  const context: BeginContext = {
    now: () => 0,
    store: untouchable("the store"),
    fleet: untouchable("the fleet"),
    watchdog: untouchable("the watchdog"),
  };
  const prepared = {
    body: new Uint8Array(0),
    lower: () => {
      throw new Error("no body");
    },
  };
  expect(() => begin(arrival, { owner: null, run: null }, prepared, context)).toThrow("no body");
  expect(money.held).toBe(0);
});
