/**
 * Priority lanes at work (SPEC 12.6): the slots of every upstream, and the calls that wait for one. A waiting call has
 * taken nothing. When its turn comes it tries, in that very turn of the loop: it takes everything, or leaves.
 */
import { createTurns, mayStart, nextLane, type PerLane, type Turns, takeTurn } from "../core/lane.ts";
import type { Priority } from "../core/settings.ts";
import { createQueue, type Queue } from "./queue.ts";

/** What a waiting call does in its turn: runs its gates anew, then takes its slot or does not. Never throws. */
export type Attempt = () => void;

/** Upstreams go by the names that `enterLane` gives them. One for which no limit is set has room for everybody. */
export interface Lanes {
  /**
   * Whether a call that comes now may start. `free`: a slot is there for its lane, and nobody waits who could use it;
   * also for the call whose attempt runs. `full`: not even room to wait. Changes nothing.
   */
  check(upstream: string, lane: Priority): "free" | "wait" | "full";
  /**
   * Takes a slot: in the turn in which `check` said `free`. The returned function gives it back, once however often it
   * is called, and lets those who wait try; so it comes last in a call's ending, when all else has been given back.
   */
  take(upstream: string, lane: Priority): () => void;
  /**
   * Waits: in the turn in which `check` said `wait`. The call is out of the queue when its attempt runs, which is never
   * before this has returned, nor within another's. The returned function leaves before.
   */
  wait(upstream: string, lane: Priority, attempt: Attempt): () => void;
  /** Sets the slots of all upstreams, each at least one. What is in flight stays; those who may start now try. */
  resize(slots: ReadonlyMap<string, number>): void;
  /** What is in flight and what waits, now: of every upstream of which something does, and of no other. */
  occupancy(): ReadonlyMap<string, Occupancy>;
}

/** Numbers of calls. */
export interface Occupancy {
  readonly inUse: PerLane;
  readonly waiting: PerLane;
}

/** Who may wait in one lane of an upstream. Each lane has its own: a flood of low calls shuts nobody else out. */
export const MAX_WAITING = 1_000;

interface Upstream {
  readonly inUse: Record<Priority, number>;
  /** Null until somebody has to wait, which at most upstreams never happens. */
  queues: Queues | null;
}

interface Queues {
  readonly byLane: Readonly<Record<Priority, Queue<Attempt>>>;
  /** How long the queues are. */
  readonly waiting: PerLane;
  readonly turns: Turns;
}

const NOBODY: PerLane = { high: 0, normal: 0, low: 0 };

/** Nobody in flight, nobody waiting, no limits. */
export function createLanes(): Lanes {
  /** Those in use or waited for and no others: a name may come from outside. */
  const upstreams = new Map<string, Upstream>();
  let limits: ReadonlyMap<string, number> = new Map();
  /** Upstreams at which those who wait are to try. */
  const due = new Set<string>();
  let isServing = false;
  /** Whose attempt runs, until it has taken its slot. */
  let trying: { readonly name: string; readonly lane: Priority } | null = null;

  function slotsOf(name: string): number {
    return limits.get(name) ?? Number.POSITIVE_INFINITY;
  }

  function nextAt(name: string, { queues, inUse }: Upstream): Priority | null {
    return queues && nextLane(queues.turns, queues.waiting, inUse, slotsOf(name));
  }

  function isTrying(name: string, lane: Priority): boolean {
    return trying !== null && trying.name === name && trying.lane === lane;
  }

  /** Lets those who wait try. What an attempt gives back is served after it: attempts never nest. */
  function serve(names: Iterable<string>): void {
    for (const name of names) due.add(name);
    if (isServing) return;
    isServing = true;
    try {
      for (const name of due) {
        due.delete(name);
        serveAt(name);
      }
    } finally {
      isServing = false;
      trying = null;
    }
  }

  function serveAt(name: string): void {
    const upstream = upstreams.get(name);
    if (!upstream) return;
    for (let lane = nextAt(name, upstream); lane !== null; lane = nextAt(name, upstream)) {
      const attempt = upstream.queues?.byLane[lane].shift();
      trying = { name, lane };
      attempt?.();
    }
    if (isNone(upstream.inUse) && isNone(waitingAt(upstream))) upstreams.delete(name);
  }

  function find(name: string): Upstream {
    const known = upstreams.get(name);
    if (known) return known;
    const upstream = createUpstream();
    upstreams.set(name, upstream);
    return upstream;
  }

  return {
    check(name, lane) {
      const upstream = upstreams.get(name);
      if (!upstream) return "free";
      const isNext = isTrying(name, lane) || nextAt(name, upstream) === null;
      if (isNext && mayStart(lane, upstream.inUse, slotsOf(name))) return "free";
      return waitingAt(upstream)[lane] >= MAX_WAITING ? "full" : "wait";
    },
    take(name, lane) {
      const { inUse, queues } = find(name);
      inUse[lane] += 1;
      if (queues && isTrying(name, lane)) {
        takeTurn(queues.turns, lane);
        trying = null;
      }
      let isHeld = true;
      return () => {
        if (!isHeld) return;
        isHeld = false;
        inUse[lane] -= 1;
        serve([name]);
      };
    },
    wait(name, lane, attempt) {
      const upstream = find(name);
      upstream.queues ??= createQueues();
      return upstream.queues.byLane[lane].add(attempt);
    },
    resize(slots) {
      limits = slots;
      serve(upstreams.keys());
    },
    occupancy() {
      const all = [...upstreams];
      return new Map(
        all.map(([name, upstream]) => [
          name,
          { inUse: { ...upstream.inUse }, waiting: { ...waitingAt(upstream) } },
        ]),
      );
    },
  };
}

function createUpstream(): Upstream {
  return { inUse: { high: 0, normal: 0, low: 0 }, queues: null };
}

function createQueues(): Queues {
  const byLane = {
    high: createQueue<Attempt>(),
    normal: createQueue<Attempt>(),
    low: createQueue<Attempt>(),
  };
  const waiting: PerLane = {
    get high() {
      return byLane.high.size;
    },
    get normal() {
      return byLane.normal.size;
    },
    get low() {
      return byLane.low.size;
    },
  };
  return { byLane, waiting, turns: createTurns() };
}

function waitingAt({ queues }: Upstream): PerLane {
  return queues?.waiting ?? NOBODY;
}

function isNone({ high, normal, low }: PerLane): boolean {
  return high + normal + low === 0;
}
