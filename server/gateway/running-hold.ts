/**
 * What one call in flight holds of its budgets (SPEC 7.2): taken when it begins, extended while output flows, corrected
 * when the provider says how large the input is, given back in its ending.
 */
import { judge } from "../core/budget.ts";
import type { Instant } from "../core/duration.ts";
import type { NanoUsd } from "../core/money.ts";
import type { Usage } from "../core/usage.ts";
import type { AnswerReading } from "../protocols/protocol.ts";
import type { HeldAmount } from "../store/store.ts";
import { createHeld } from "./held.ts";
import { outputBy, type Plan, thinkingTime } from "./plan.ts";
import { type Attempt, type RoomWait, waitForRoom } from "./room-wait.ts";
import { hasMoneyCap, type ScopedStake } from "./stakes.ts";
import type { Waiting } from "./waiting.ts";
import type { Watchdog, Watched } from "./watchdog.ts";

export interface RunningHold {
  /** What is held of the call's price, in nano-dollars; null when its price is unknown. */
  readonly nano: NanoUsd | null;
  /** The same with the tokens that it is held for. */
  readonly amount: HeldAmount;
  /** Tokens of output that are held. */
  readonly output: number;
  /** Whether a money cap holds for the call. */
  readonly isCapped: boolean;
  /** The most output that the provider was told to make; Infinity where it was told nothing. */
  readonly bound: number;
  /**
   * Makes sure that what comes next is held, beyond what the reading shows by now. Where others hold the room for it, it
   * waits up to 10 s: nothing is to be read meanwhile.
   */
  cover(reading: AnswerReading, now: Instant): Coverage | Promise<Coverage>;
  /** Holds what the reading shows by now and nothing ahead of it, if there is room: an estimate charges no more. */
  catchUp(reading: AnswerReading, now: Instant): void;
  /** Nothing more will come: what is held stays as it is until it is given back. */
  freeze(): void;
  /** Gives everything back, once, and lets those try who wait for it. */
  release(): void;
}

/** Whether what comes next is held, or why it cannot be: the call has to end for it. */
export type Coverage = "covered" | Shortage;
export type Shortage = "budget_exceeded" | "journal_unavailable";

export interface HoldParts {
  readonly plan: Plan;
  readonly stakes: readonly ScopedStake[];
  /** Tokens of output that are held at first. */
  readonly output: number;
  /** The output ceiling that the provider is told, over all choices; null when it is told none. */
  readonly toldCeiling: number | null;
  /** Whether nobody vouches for the provider: then what it reports makes the hold no larger. */
  readonly isStranger: boolean;
  readonly started: Instant;
  readonly now: () => Instant;
  readonly waiting: Waiting;
  readonly watchdog: Watchdog;
  /** Writes the new amount down; false when that could not be done. */
  grow(amount: HeldAmount): boolean;
  /** What this input costs; null when that cannot be said. */
  priceInput(usage: Usage): NanoUsd | null;
  /** Ends the call: while nobody reads, it has come to need more than can be held. */
  stop(why: Shortage): void;
}

/** Tokens that may come in one piece: they are held before the next piece is read. */
const HEADROOM = 512;

/** Takes the hold: in the turn in which `judge` said that it fits. */
export function takeHold(parts: HoldParts): RunningHold {
  const { plan, stakes, started, waiting, watchdog, isStranger } = parts;
  const bound = parts.toldCeiling ?? Number.POSITIVE_INFINITY;
  const correction = { hidesInput: plan.hidesInput, isStranger, price: parts.priceInput };
  const held = createHeld({ plan, stakes, output: parts.output, correction, grow: parts.grow });
  const accounts = stakes.map(({ budget }) => budget.account);
  let isOpen = true;
  let isFrozen = false;
  let wait: RoomWait<Coverage> | null = null;
  /** What the answer shows so far: it is read along with. */
  let latest: AnswerReading | null = null;
  /** Reasoning that nobody sees goes on while nothing comes: what is held keeps up with the clock. */
  const pace: Watched = {
    get deadline() {
      const isWaiting = wait !== null && !wait.isOver;
      const isWhole = held.output >= Math.min(plan.ceiling, bound);
      return isWaiting || isWhole ? Number.POSITIVE_INFINITY : started + thinkingTime(held.output - HEADROOM);
    },
    expire() {
      const coverage = coverBy(parts.now());
      if (coverage instanceof Promise) coverage.then(stopUnlessCovered);
      else stopUnlessCovered(coverage);
    },
  };
  if (plan.hidesReasoning) watchdog.watch(pace);

  function stopUnlessCovered(coverage: Coverage): void {
    if (isOpen && !isFrozen && coverage !== "covered") parts.stop(coverage);
  }

  function coverBy(now: Instant): Coverage | Promise<Coverage> {
    const tried = extend(now);
    if ("result" in tried) return tried.result;
    if (wait === null || wait.isOver) {
      const attempt = (): Attempt<Coverage> => extend(parts.now());
      wait = waitForRoom({
        account: tried.busy,
        started,
        now,
        waiting,
        watchdog,
        attempt,
        late: "budget_exceeded",
      });
    }
    return wait.promise;
  }

  function extend(now: Instant, ahead = HEADROOM): Attempt<Coverage> {
    if (!isOpen) return EXCEEDED;
    const usage = latest?.usage ?? null;
    if (usage && held.follow(usage)) waiting.stir(accounts);
    const shown = outputBy(plan, latest?.visibleBytes ?? 0, now - started, bound);
    const made = isStranger ? shown : Math.max(shown, reportedOutput(usage));
    const needed = made >= bound ? made : Math.min(made + ahead, bound);
    if (needed <= held.output && !held.isBehind) return COVERED;
    const generous = Math.max(needed, Math.min(Math.ceil(held.output * 1.5), bound));
    const target = judge(stakes, generous).kind === "fits" ? generous : needed;
    const verdict = judge(stakes, target);
    if (verdict.kind === "busy") return { busy: verdict.stake.budget.account };
    if (verdict.kind === "exceeded") return EXCEEDED;
    return held.take(target) ? COVERED : UNWRITABLE;
  }

  function freeze(): void {
    isFrozen = true;
    watchdog.release(pace);
    wait?.leave();
  }

  return {
    get nano() {
      return held.amount.nano;
    },
    get amount() {
      return held.amount;
    },
    get output() {
      return held.output;
    },
    get isCapped() {
      return stakes.some(({ budget }) => hasMoneyCap(budget));
    },
    bound,
    cover(reading, now) {
      latest = reading;
      return coverBy(now);
    },
    catchUp(reading, now) {
      latest = reading;
      extend(now, 0);
    },
    freeze,
    release() {
      if (!isOpen) return;
      isOpen = false;
      freeze();
      held.release();
      waiting.stir(accounts);
    },
  };
}

const COVERED = { result: "covered" } as const;
const EXCEEDED = { result: "budget_exceeded" } as const;
const UNWRITABLE = { result: "journal_unavailable" } as const;

/** Output of which the provider itself says that it was made, as counted or as charged. */
function reportedOutput(usage: Usage | null): number {
  return Math.max(usage?.outputTokens ?? 0, usage?.billing?.outputTokens ?? 0);
}
