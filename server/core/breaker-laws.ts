/**
 * When breakers open (SPEC 9): one agent's with one provider after so many failures, and an upstream's for everybody when
 * half of what all of them send fails. How they recover is in `breaker.ts`.
 */
import type { AgentName } from "./agent.ts";
import type { Law, Report } from "./breaker.ts";
import type { Instant, Millis } from "./duration.ts";
import type { BreakerSettings } from "./settings.ts";
import { type Admissions, check, createAdmissions, take } from "./sliding-window.ts";

/** Opens when `error_threshold` failures lie in the sliding window. The evidence is the times of the last of them. */
export function agentLaw(settings: BreakerSettings): Law<Admissions> {
  const limit = { max: settings.error_threshold, window: settings.window_ms };
  return {
    reset_timeout: settings.reset_timeout,
    half_open_requests: settings.half_open_requests,
    begin: createAdmissions,
    noteSuccess() {},
    noteFailure(failures, { now }) {
      take(limit, failures, now);
      return check(limit, failures, now) > 0;
    },
  };
}

/** What an upstream's breaker looks at: the last minute, from this many calls on. */
export const ORIGIN_WINDOW: Millis = 60_000;
export const ORIGIN_CALLS = 20;

/** The window moves on by a twelfth at a time, so that counting takes twelve pairs of numbers, whatever the traffic. */
const SLICES = 12;
const SLICE: Millis = ORIGIN_WINDOW / SLICES;

/** Calls and failures of one upstream. Plain data. */
export interface Traffic {
  readonly slices: Slice[];
  readonly active: LastTwo;
  readonly failing: LastTwo;
}

interface Slice {
  /** Which slice since 1970 this is. */
  readonly number: number;
  calls: number;
  failures: number;
}

/**
 * The agent seen last, and when another one was seen last. That is enough to know whether a window saw more than one, and
 * takes no memory for names that anybody can invent.
 */
interface LastTwo {
  agent: AgentName | null;
  at: Instant;
  otherAt: Instant;
}

/**
 * Opens at 20 calls in the window, half of them failed, from at least two agents where more than one is active: one agent
 * alone must not close an upstream for the others.
 */
export const ORIGIN_LAW: Law<Traffic> = {
  reset_timeout: 30_000,
  half_open_requests: 3,
  begin: () => ({
    slices: Array.from({ length: SLICES }, () => emptySlice(0)),
    active: { agent: null, at: 0, otherAt: 0 },
    failing: { agent: null, at: 0, otherAt: 0 },
  }),
  noteSuccess(traffic, report) {
    currentSlice(traffic, report.now).calls += 1;
    see(traffic.active, report);
  },
  noteFailure(traffic, report) {
    const slice = currentSlice(traffic, report.now);
    slice.failures += 1;
    if (!report.begun) slice.calls += 1;
    see(traffic.active, report);
    see(traffic.failing, report);
    return isDown(traffic, report.now);
  },
};

function isDown(traffic: Traffic, now: Instant): boolean {
  const newest = sliceNumber(now);
  let calls = 0;
  let failures = 0;
  for (const slice of traffic.slices) {
    if (slice.number > newest || slice.number <= newest - SLICES) continue;
    calls += slice.calls;
    failures += slice.failures;
  }
  if (calls < ORIGIN_CALLS || failures * 2 < calls) return false;
  return sawTwo(traffic.failing, now) || !sawTwo(traffic.active, now);
}

function currentSlice({ slices }: Traffic, now: Instant): Slice {
  const number = sliceNumber(now);
  const slice = slices[number % SLICES];
  if (slice?.number === number) return slice;
  const fresh = emptySlice(number);
  slices[number % SLICES] = fresh;
  return fresh;
}

function sliceNumber(now: Instant): number {
  return Math.floor(now / SLICE);
}

function emptySlice(number: number): Slice {
  return { number, calls: 0, failures: 0 };
}

function see(seen: LastTwo, { agent, now }: Report): void {
  if (seen.agent !== agent) {
    seen.otherAt = seen.at;
    seen.agent = agent;
  }
  seen.at = now;
}

function sawTwo(seen: LastTwo, now: Instant): boolean {
  return Math.abs(now - seen.otherAt) < ORIGIN_WINDOW;
}
