/** Holds without a gateway around them: accounts with caps, a clock, and what an answer shows. */
import type { Account, Caps } from "../../server/core/budget.ts";
import { UNKNOWN_USAGE, type Usage } from "../../server/core/usage.ts";
import type { Plan } from "../../server/gateway/plan.ts";
import {
  type HoldParts,
  type RunningHold,
  type Shortage,
  takeHold,
} from "../../server/gateway/running-hold.ts";
import { createStakes, NO_CAPS } from "../../server/gateway/stakes.ts";
import { createWaiting } from "../../server/gateway/waiting.ts";
import { createWatchdog } from "../../server/gateway/watchdog.ts";
import type { AnswerReading } from "../../server/protocols/protocol.ts";

/** An account of which so much is spent. */
export function account(spent = 0): Account & { settled: number } {
  const one = { settled: spent, held: 0, spent: () => one.settled };
  return one;
}

/** 1,000 tokens of input at 10, of output at 10 each: nano-dollars. */
export const PLAN: Plan = {
  inputTokens: 1_000,
  hidesInput: false,
  price: { inputNano: 10_000, outputRate: 10, inputRate: 10 },
  choices: 1,
  ceiling: 8_000,
  asked: null,
  thinking: 0,
  slice: 1_024,
  hidesReasoning: false,
  surcharges: [],
  room: null,
  imposesCeiling: false,
  isUnkept: false,
};

/** What an answer shows that has come to so many tokens of text, and reports this. */
export function reading(tokens: number, usage: Partial<Usage> | null = null): AnswerReading {
  return {
    usage: usage && { ...UNKNOWN_USAGE, ...usage },
    passes: [],
    units: {},
    model: null,
    visibleBytes: tokens * 3,
    error: null,
    ended: false,
  };
}

export interface Taken {
  readonly hold: RunningHold;
  /** Why the call was stopped, once it was. */
  readonly stopped: Shortage[];
  /** What was written down, in order. */
  readonly written: number[];
}

/** Everything that holds share. */
export function openHolds() {
  let clock = 0;
  const timers = new Set<() => void>();
  const now = () => clock;
  const waiting = createWaiting();
  const watchdog = createWatchdog(now, (_period, run) => {
    timers.add(run);
    return () => timers.delete(run);
  });
  const disk = { isFull: false };
  return {
    waiting,
    disk,
    advance(millis: number) {
      clock += millis;
      for (const run of [...timers]) run();
    },
    /** Takes a hold of these accounts, each with a cap in total. */
    take(
      caps: ReadonlyMap<Account, number | null>,
      parts: Partial<HoldParts> & { tokens?: Account } = {},
    ): Taken {
      const stopped: Shortage[] = [];
      const written: number[] = [];
      const { plan = PLAN, tokens } = parts;
      const charged = [...caps].map(([one, total]) => ({
        scope: "agent" as const,
        name: "a",
        account: one,
        caps: (): Caps => ({ ...NO_CAPS, total }),
      }));
      const quota = tokens && { scope: "quota" as const, name: "a", account: tokens, caps: () => NO_CAPS };
      const hold = takeHold({
        plan,
        stakes: createStakes(quota ? [...charged, quota] : charged, plan),
        output: plan.slice,
        toldCeiling: null,
        isStranger: false,
        started: clock,
        now,
        waiting,
        watchdog,
        grow: ({ nano }) => {
          if (!disk.isFull && nano !== null) written.push(nano);
          return !disk.isFull;
        },
        priceInput: ({ inputTokens }) => (inputTokens ?? 0) * 10,
        stop: (why) => stopped.push(why),
        ...parts,
      });
      return { hold, stopped, written };
    },
  };
}

/** What a hold comes to by now: `waits` while it waits for room. */
export async function coverageOf(coverage: unknown): Promise<unknown> {
  return Promise.race([coverage, new Promise((resolve) => setImmediate(() => resolve("waits")))]);
}
