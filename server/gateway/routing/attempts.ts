/** What becomes of a call whose target failed before its first byte (SPEC 12.5). Pure. */
import type { Instant, Millis } from "../../core/duration.ts";
import type { Stop } from "../call.ts";
import type { UpstreamFailure } from "../forward.ts";
import { readRetryAfter } from "../retry-after.ts";

/** Why there is no answer. */
export type Failure =
  /** The request never left. */
  | { readonly kind: "unsent" }
  /** The provider turned it away, and may take it later: 429, 502, 503, 529. */
  | { readonly kind: "turned-away"; readonly retryAfter: Millis | null }
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
  return { kind: "turned-away", retryAfter: readRetryAfter(result.headers, now) };
}

/**
 * What is tried next. `retried` counts the repetitions at this target; `hasOtherKey`: another of the provider's keys is
 * not at rest, so nothing has to be waited for.
 */
export function chooseStep(
  failure: Failure,
  {
    retries,
    retried,
    hasFallback,
    hasOtherKey,
  }: {
    readonly retries: number;
    readonly retried: number;
    readonly hasFallback: boolean;
    readonly hasOtherKey: boolean;
  },
): Step {
  const fallback: Step = hasFallback ? { kind: "fallback" } : { kind: "none" };
  if (failure.kind === "lost" || retried >= retries) return fallback;
  if (hasOtherKey) return { kind: "retry", wait: 0 };
  const asked = failure.kind === "turned-away" ? failure.retryAfter : null;
  const wait = asked ?? FIRST_WAIT * 2 ** retried;
  return wait > LONGEST_WAIT ? fallback : { kind: "retry", wait };
}
