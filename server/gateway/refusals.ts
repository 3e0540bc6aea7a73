/** Answers refusals and writes them down. They are nobody's error, and a loop against a closed door stays cheap (SPEC 6.5). */
import type { Instant } from "../core/duration.ts";
import type { BlockedLine } from "../core/event.ts";
import type { Refusal } from "../core/refusal.ts";
import type { Store } from "../store/store.ts";
import type { Controls } from "./controls.ts";
import { createDoorkeeper, type FoldedRefusal, REPLY_DELAY } from "./doorkeeper.ts";
import type { LiveFleet } from "./fleet.ts";
import { answerRefusal, blockedLine, type Visit } from "./refuse.ts";
import type { Setup } from "./setup.ts";
import type { Every } from "./watchdog.ts";

export interface Refusals {
  /** The response; that of a loop comes late. */
  answer(visit: Visit, refused: Refusal): Response | Promise<Response>;
  /** Writes what has been folded for long enough. To be called every second or so. */
  flush(now: Instant): void;
  /** Writes all that has been folded: before the journal closes. */
  flushAll(): void;
}

export interface RefusalsContext {
  readonly now: () => Instant;
  readonly every: Every;
  readonly store: Store;
  readonly fleet: LiveFleet;
  readonly controls: Pick<Controls, "trustScore">;
  setup(): Setup;
}

/** Refusals that are told late at the same time, at most. */
const MAX_DELAYED = 1_000;

/** Nobody was refused yet. */
export function createRefusals(context: RefusalsContext): Refusals {
  const { store, fleet, controls } = context;
  const doorkeeper = createDoorkeeper<BlockedLine>({ limit: MAX_DELAYED });

  function later({ request }: Visit, answered: Response): Promise<Response> {
    return new Promise((resolve) => {
      const done = (): void => {
        stop();
        request.signal.removeEventListener("abort", done);
        doorkeeper.release();
        resolve(answered);
      };
      const stop = context.every(REPLY_DELAY, done);
      request.signal.addEventListener("abort", done);
    });
  }

  function write(folded: readonly FoldedRefusal<BlockedLine>[]): void {
    for (const { sample, count } of folded) store.journal.append(count > 1 ? { ...sample, count } : sample);
  }

  return {
    answer(visit, refused) {
      const now = context.now();
      const answered = answerRefusal(refused, visit);
      const name = visit.identity?.name ?? null;
      const agent = name !== null && fleet.agents.has(name) ? name : null;
      const setup = context.setup();
      const trust = agent === null ? null : controls.trustScore(agent, setup);
      const configured = name === null ? null : setup.agent(name);
      const line = blockedLine(refused, answered.status, visit, { configured, trust }, now);
      const sample = agent === null ? withoutNames(line) : line;
      const { delayed, fold } = doorkeeper.note({ agent, reason: refused.reason }, sample, now);
      if (!fold) store.journal.append(line);
      fleet.blocked(name, now);
      return delayed ? later(visit, answered) : answered;
    },
    flush: (now) => write(doorkeeper.flush(now)),
    flushAll: () => write(doorkeeper.flushAll()),
  };
}

/** A line that may come to stand for many strangers: none of them is named. */
function withoutNames({ agent, owner, purpose, run, key, ...line }: BlockedLine): BlockedLine {
  return line;
}
