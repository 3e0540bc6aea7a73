/**
 * What one call in flight holds of its budgets (SPEC 7.2): taken when it begins, extended while output flows, corrected
 * when the provider says how large the input is, given back in its ending. Each growth is written down before it counts.
 */
import { type Account, hold, judge, release } from "../core/budget.ts";
import type { Instant, Millis } from "../core/duration.ts";
import type { NanoUsd } from "../core/money.ts";
import type { Usage } from "../core/usage.ts";
import type { AnswerReading } from "../protocols/protocol.ts";
import { outputBy, type Plan, thinkingTime } from "./plan.ts";
import { isLimit, type ScopedStake } from "./stakes.ts";
import type { Waiting } from "./waiting.ts";
import type { Watchdog, Watched } from "./watchdog.ts";

export interface RunningHold {
  /** What the call may cost as things stand; null when its price is unknown. */
  readonly nano: NanoUsd | null;
  /** Tokens of output that are held. */
  readonly output: number;
  /** Whether a money cap holds for the call. */
  readonly isCapped: boolean;
  /** The most output that the provider was told to make; Infinity where it was told nothing. */
  readonly bound: number;
  /**
   * Makes sure that what comes next is held, beyond what the reading shows by now. `busy`: there is no room at the moment;
   * `exhausted`: there will be none.
   */
  cover(reading: AnswerReading, now: Instant): Coverage;
  /** Holds what the reading shows by now and nothing ahead of it, if there is room: an estimate charges no more. */
  catchUp(reading: AnswerReading, now: Instant): void;
  /** Waits up to 10 s for the room that `cover` did not find. False: the stream has to be cut. */
  waitForRoom(): Promise<boolean>;
  /** Gives everything back, once, and lets those try who wait for it. */
  release(): void;
}

export type Coverage = "covered" | "busy" | "exhausted";

export interface HoldParts {
  readonly plan: Plan;
  readonly stakes: readonly ScopedStake[];
  /** Tokens of output that are held at first. */
  readonly output: number;
  /** The output ceiling that the provider is told, over all choices; null when it is told none. */
  readonly toldCeiling: number | null;
  readonly started: Instant;
  readonly now: () => Instant;
  readonly waiting: Waiting;
  readonly watchdog: Watchdog;
  /** Writes the new amount down; false when that could not be done. */
  grow(nano: NanoUsd): boolean;
  /** What this input costs; null when that cannot be said. */
  priceInput(usage: Usage): NanoUsd | null;
  /** Ends the call: while nobody reads, it has come to need more than there is room for. */
  starve(): void;
}

/** How long a stream, or a call that would begin, waits for room. */
export const ROOM_WAIT: Millis = 10_000;
/** Tokens that may come in one piece: they are held before the next piece is read. */
const HEADROOM = 512;

/** Takes the hold: in the turn in which `judge` said that it fits. */
export function takeHold(parts: HoldParts): RunningHold {
  const { plan, stakes, started, waiting, watchdog } = parts;
  const { price } = plan;
  const bound = parts.toldCeiling ?? Number.POSITIVE_INFINITY;
  let { output } = parts;
  let inputNano = price?.inputNano ?? 0;
  let isCorrected = false;
  let isOpen = true;
  /** The wait for room that is under way. */
  let wait: { readonly promise: Promise<boolean>; leave(): void } | null = null;
  /** What the answer shows so far: it is read along with. */
  let latest: AnswerReading | null = null;
  hold(stakes, output);
  /** Reasoning that nobody sees goes on while nothing comes: what is held keeps up with the clock. */
  const pace: Watched = {
    get deadline() {
      const isWhole = output >= Math.min(plan.ceiling, bound);
      return wait || isWhole ? Number.POSITIVE_INFINITY : started + thinkingTime(output - HEADROOM);
    },
    expire: keepUp,
  };
  if (plan.hidesReasoning) watchdog.watch(pace);

  function nanoWith(tokens: number): NanoUsd | null {
    return price === null ? null : Math.ceil(inputNano + price.outputRate * tokens);
  }

  function write(tokens: number): boolean {
    const nano = nanoWith(tokens);
    return nano === null || parts.grow(nano);
  }

  /** The input as the provider counts it, in place of the bound that was held for it. */
  function correctInput(usage: Usage): void {
    isCorrected = true;
    const exact = parts.priceInput(usage);
    if (exact === null || usage.inputTokens === null) return;
    inputNano = exact;
    for (const stake of stakes) stake.input = stake.scope === "quota" ? usage.inputTokens : exact;
    if (!write(output)) return;
    hold(stakes, output);
    waiting.stir(accountsOf(stakes));
  }

  function keepUp(): void {
    const coverage = extend(parts.now());
    if (coverage === "exhausted") parts.starve();
    if (coverage !== "busy") return;
    waitForRoom().then((isCovered) => {
      if (!isCovered && isOpen) parts.starve();
    });
  }

  function extend(now: Instant, ahead = HEADROOM): Coverage {
    if (!isOpen) return "exhausted";
    const usage = latest?.usage ?? null;
    if (!isCorrected && usage !== null && usage.inputTokens !== null) correctInput(usage);
    const made = outputBy(plan, latest?.visibleBytes ?? 0, now - started, bound);
    const needed = made >= bound ? made : Math.min(made + ahead, bound);
    if (needed <= output) return "covered";
    const generous = Math.max(needed, Math.min(Math.ceil(output * 1.5), bound));
    let verdict = judge(stakes, generous);
    const target = verdict.kind === "fits" ? generous : needed;
    if (target !== generous) verdict = judge(stakes, target);
    if (verdict.kind !== "fits") return verdict.kind === "busy" ? "busy" : "exhausted";
    if (!write(target)) return "exhausted";
    hold(stakes, target);
    output = target;
    return "covered";
  }

  function waitForRoom(): Promise<boolean> {
    if (wait) return wait.promise;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const late = { deadline: parts.now() + ROOM_WAIT, expire: () => end(false) };
    /** It waits in every account that it holds of: whichever is given room lets it try. */
    const lines = stakes.map(({ budget }) =>
      waiting.join(budget.account, { kind: "extension", started, attempt }),
    );
    watchdog.watch(late);
    wait = { promise, leave: () => end(false) };
    return promise;

    function attempt(): boolean {
      const coverage = extend(parts.now());
      if (coverage === "busy") return false;
      end(coverage === "covered");
      return true;
    }

    function end(isCovered: boolean): void {
      for (const leaveLine of lines) leaveLine();
      watchdog.release(late);
      wait = null;
      resolve(isCovered);
      // It stood in every line: whoever stood behind it in another one may pass now.
      waiting.stir(accountsOf(stakes));
    }
  }

  return {
    get nano() {
      return nanoWith(output);
    },
    get output() {
      return output;
    },
    get isCapped() {
      return stakes.some(({ scope, budget }) => scope !== "quota" && isLimit(budget.caps));
    },
    bound,
    cover(reading, now) {
      latest = reading;
      return extend(now);
    },
    catchUp(reading, now) {
      latest = reading;
      extend(now, 0);
    },
    waitForRoom,
    release() {
      if (!isOpen) return;
      isOpen = false;
      watchdog.release(pace);
      wait?.leave();
      release(stakes);
      waiting.stir(accountsOf(stakes));
    },
  };
}

function accountsOf(stakes: readonly ScopedStake[]): Account[] {
  return stakes.map(({ budget }) => budget.account);
}
