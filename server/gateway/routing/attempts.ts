/** What becomes of a call whose target failed before its first byte (SPEC 12.5). Pure. */
import type { Instant, Millis } from "../../core/duration.ts";
import type { Stop } from "../call.ts";
import type { UpstreamFailure } from "../forward.ts";
import { readRetryAfter } from "../retry-after.ts";

/** Why there is no answer. */
export type Failure =
  /** The request never left. */
  | { readonly kind: "unsent" }
  /** The provider turned it away, and may take it later: 502, 503, 529. */
  | { readonly kind: "turned-away"; readonly retryAfter: Millis | null }
  /** The same, for the sake of its key alone: 429. */
  | { readonly kind: "limited"; readonly retryAfter: Millis | null }
  /** It left, and no answer came: it may have cost something, so the same target is not asked twice. */
  | { readonly kind: "lost" };

export type Step =
  | { readonly kind: "retry"; readonly wait: Millis }
  | { readonly kind: "fallback" }
  /** What came is the answer. */
  | { readonly kind: "none" };

const TURNED_AWAY: ReadonlySet<number> = new Set([429, 502, 503, 529]);
/** A provider that asks for more is not waited for. */
const LONGEST_WAIT: Millis = 10_000;
/** The wait before the first repetition that nobody said anything about; it doubles with each. */
const FIRST_WAIT: Millis = 250;

/** Why what came is no answer; null where it is one, or where somebody has ended the call. */
export function failureOf(
  result: Response | UpstreamFailure,
  stopped: Stop | null,
  now: Instant,
): Failure | null {
  if (stopped !== null && stopped !== "upstream_timeout") return null;
  if ("refusal" in result) return result.sent ? { kind: "lost" } : { kind: "unsent" };
  if (!TURNED_AWAY.has(result.status)) return null;
  const retryAfter = readRetryAfter(result.headers, now);
  return { kind: result.status === 429 ? "limited" : "turned-away", retryAfter };
}

/**
 * What is tried next. `retried` counts the repetitions at this target; `rest` is how long the key rests that would pay
 * there now, and `isOtherKey` whether that is another one than before.
 */
export function chooseStep(
  failure: Failure,
  {
    retries,
    retried,
    hasFallback,
    isOtherKey,
    rest,
  }: {
    readonly retries: number;
    readonly retried: number;
    readonly hasFallback: boolean;
    readonly isOtherKey: boolean;
    readonly rest: Millis;
  },
): Step {
  const fallback: Step = hasFallback ? { kind: "fallback" } : { kind: "none" };
  if (failure.kind === "lost" || retried >= retries) return fallback;
  const asked = failure.kind === "unsent" ? null : failure.retryAfter;
  const patience = failure.kind === "limited" && isOtherKey ? 0 : (asked ?? FIRST_WAIT * 2 ** retried);
  // A timer may fire within the millisecond before.
  const wait = Math.max(patience, rest > 0 ? rest + 1 : 0);
  return wait > LONGEST_WAIT ? fallback : { kind: "retry", wait };
}
