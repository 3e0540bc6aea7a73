/** Keeps a loop against a closed door cheap (SPEC 6.5): its replies come late, its lines are folded. */
import type { AgentName } from "../core/agent.ts";
import type { Instant, Millis } from "../core/duration.ts";
import type { Reason } from "../core/refusal.ts";
import { type Admissions, check, createAdmissions, take } from "../core/sliding-window.ts";

/**
 * What makes refusals equal. The agent is null for callers that are none, invented names among them: they share one count
 * for each reason.
 */
export interface RefusedFor {
  readonly agent: AgentName | null;
  readonly reason: Reason;
}

/** What is to be done with one refusal. */
export interface Handling {
  /** The reply waits for `REPLY_DELAY`; then `release` is to be called, once. */
  readonly delayed: boolean;
  /** No line is written: a later `flush` gives one that counts this refusal. */
  readonly fold: boolean;
}

/** One line that stands for `count` equal refusals, the latest of which is the sample. */
export interface FoldedRefusal<Sample> {
  readonly sample: Sample;
  readonly count: number;
}

export interface Doorkeeper<Sample> {
  /** Notes a refusal. Each is in exactly one line: its own, or a folded one. */
  note(refused: RefusedFor, sample: Sample, now: Instant): Handling;
  /** A delayed reply has left, or its client. */
  release(): void;
  /** What has been folded for long enough and is to be written now. To be called every second or so. */
  flush(now: Instant): FoldedRefusal<Sample>[];
  /** All that has been folded: before the journal closes. */
  flushAll(): FoldedRefusal<Sample>[];
}

/** How late the replies of a loop come. */
export const REPLY_DELAY: Millis = 1_000;

/** So many equal refusals within the window are none yet: the next one is a loop. */
const PATIENCE = { max: 9, window: 60_000 };
const FOLD_FOR: Millis = 10_000;
/** Agents beyond those that are kept apart share one count for each reason, as strangers do. */
const MOST_KEPT = 10_000;

interface Kept<Sample> {
  readonly refusals: Admissions;
  lastAt: Instant;
  folded: { sample: Sample; count: number; readonly since: Instant } | null;
}

/** Nobody at the door yet. `limit` is how many replies may be delayed at a time; what is beyond leaves at once. */
export function createDoorkeeper<Sample>({ limit }: { readonly limit: number }): Doorkeeper<Sample> {
  const door = new Map<string, Kept<Sample>>();
  let delayed = 0;

  function keep({ agent, reason }: RefusedFor, now: Instant): Kept<Sample> {
    const name = `${agent ?? ""}/${reason}`;
    const known = door.get(name);
    if (known) return known;
    if (agent !== null && door.size >= MOST_KEPT) return keep({ agent: null, reason }, now);
    const kept: Kept<Sample> = { refusals: createAdmissions(), lastAt: now, folded: null };
    door.set(name, kept);
    return kept;
  }

  function takeFolded(isDue: (since: Instant) => boolean): FoldedRefusal<Sample>[] {
    const lines: FoldedRefusal<Sample>[] = [];
    for (const kept of door.values()) {
      const { folded } = kept;
      if (!folded || !isDue(folded.since)) continue;
      lines.push({ sample: folded.sample, count: folded.count });
      kept.folded = null;
    }
    return lines;
  }

  return {
    note(refused, sample, now) {
      const kept = keep(refused, now);
      const isLoop = check(PATIENCE, kept.refusals, now) > 0;
      take(PATIENCE, kept.refusals, now);
      kept.lastAt = now;
      if (!isLoop) return { delayed: false, fold: false };
      const count = (kept.folded?.count ?? 0) + 1;
      kept.folded = { sample, count, since: kept.folded?.since ?? now };
      const isDelayed = delayed < limit;
      if (isDelayed) delayed += 1;
      return { delayed: isDelayed, fold: true };
    },
    release() {
      delayed = Math.max(0, delayed - 1);
    },
    flush(now) {
      const lines = takeFolded((since) => isPast(since, FOLD_FOR, now));
      for (const [name, { folded, lastAt }] of door) {
        if (!folded && isPast(lastAt, PATIENCE.window, now)) door.delete(name);
      }
      return lines;
    },
    flushAll: () => takeFolded(() => true),
  };
}

/** A clock that was set back counts as time passed: no line waits for it to catch up. */
function isPast(since: Instant, span: Millis, now: Instant): boolean {
  return Math.abs(now - since) >= span;
}
