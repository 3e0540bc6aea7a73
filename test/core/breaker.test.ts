import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  type Breaker,
  check,
  createBreaker,
  fail,
  giveBack,
  type Law,
  type Report,
  succeed,
  type Ticket,
  take,
  ticketOf,
  transition,
} from "../../server/core/breaker.ts";
import { agentLaw } from "../../server/core/breaker-laws.ts";
import type { BreakerSettings } from "../../server/core/settings.ts";
import type { Admissions } from "../../server/core/sliding-window.ts";

const NOW = Date.parse("2026-03-10T12:00:00Z");
const SETTINGS: BreakerSettings = {
  error_threshold: 3,
  reset_timeout: 30_000,
  half_open_requests: 2,
  window_ms: 60_000,
};
const LAW = agentLaw(SETTINGS);
const PROBE = { pass: true, probe: true } as const;

type AgentBreaker = Breaker<Admissions>;

function report(ticket: Ticket, now: number, begun = false): Report {
  return { ticket, agent: "a", now, begun };
}

/** A breaker after failures of ordinary calls at these times. */
function failed(times: readonly number[], law: Law<Admissions> = LAW): AgentBreaker {
  let breaker: AgentBreaker = createBreaker(law);
  for (const time of times) breaker = fail(breaker, law, report(null, time));
  return breaker;
}

const opened = () => failed([NOW, NOW, NOW]);
const LATER = NOW + 30_000;

describe("a closed breaker", () => {
  test("lets every call pass and opens at the threshold", () => {
    const two = failed([NOW, NOW + 1]);
    expect(check(two, SETTINGS, NOW + 1)).toEqual({ pass: true, probe: false });
    expect(take(two)).toBe(two);
    const three = fail(two, LAW, report(null, NOW + 2));
    expect(check(three, SETTINGS, NOW + 2)).toEqual({ pass: false, retryAfter: 30_000 });
  });

  test("counts only failures in the window that slides along", () => {
    expect(failed([NOW, NOW + 30_000, NOW + 60_000]).kind).toBe("closed");
    expect(failed([NOW, NOW + 30_000, NOW + 59_999]).kind).toBe("open");
    expect(failed([NOW, NOW + 30_000, NOW + 60_000, NOW + 70_000]).kind).toBe("open");
  });

  test("does not forget failures for successes between them", () => {
    let breaker = failed([NOW, NOW]);
    for (let i = 0; i < 100; i++) breaker = succeed(breaker, LAW, report(null, NOW + i));
    expect(fail(breaker, LAW, report(null, NOW + 100)).kind).toBe("open");
  });

  test("counts a stream that dies after it began", () => {
    let breaker = failed([NOW, NOW]);
    breaker = succeed(breaker, LAW, report(null, NOW));
    expect(fail(breaker, LAW, report(null, NOW, true)).kind).toBe("open");
  });

  test("remembers no more failures than could open it", () => {
    const law = agentLaw({ ...SETTINGS, window_ms: 1 });
    const breaker = failed(
      Array.from({ length: 500 }, (_, i) => NOW + i * 10),
      law,
    );
    expect(breaker.kind === "closed" && breaker.evidence.times.length).toBe(3);
  });

  test("acts by the settings of the moment", () => {
    const breaker = failed([NOW, NOW]);
    expect(fail(breaker, agentLaw({ ...SETTINGS, error_threshold: 5 }), report(null, NOW)).kind).toBe(
      "closed",
    );
    expect(failed([NOW], agentLaw({ ...SETTINGS, error_threshold: 1 })).kind).toBe("open");
  });
});

describe("an open breaker", () => {
  test("lets nothing pass until its time is over, then a probe", () => {
    expect(check(opened(), SETTINGS, NOW + 29_999)).toEqual({ pass: false, retryAfter: 1 });
    expect(check(opened(), SETTINGS, NOW + 30_000)).toEqual(PROBE);
    expect(check(opened(), { ...SETTINGS, reset_timeout: 10_000 }, NOW + 10_000)).toEqual(PROBE);
  });

  test("is moved by nothing that calls from before it opened come to", () => {
    const breaker = opened();
    expect(fail(breaker, LAW, report(null, NOW + 20_000))).toBe(breaker);
    expect(succeed(breaker, LAW, report(null, NOW + 20_000))).toBe(breaker);
    expect(giveBack(breaker, null)).toBe(breaker);
  });

  test("does not wait for a clock that was set back", () => {
    expect(check(opened(), SETTINGS, NOW - 3_600_000)).toEqual(PROBE);
  });
});

describe("a half-open breaker", () => {
  test("lets as many probes out as are configured, and closes after as many successes", () => {
    let breaker = take(opened());
    const first = ticketOf(breaker);
    expect(check(breaker, SETTINGS, LATER)).toEqual(PROBE);
    breaker = take(breaker);
    expect(check(breaker, SETTINGS, LATER)).toEqual({ pass: false, retryAfter: 1_000 });
    breaker = succeed(breaker, LAW, report(first, LATER));
    // One success and one probe out: another probe could not be needed.
    expect(check(breaker, SETTINGS, LATER).pass).toBe(false);
    breaker = succeed(breaker, LAW, report(first, LATER));
    expect(breaker.kind).toBe("closed");
  });

  test("has forgotten the failures that opened it when it closes", () => {
    let breaker = take(take(opened()));
    const ticket = ticketOf(breaker);
    breaker = succeed(succeed(breaker, LAW, report(ticket, LATER)), LAW, report(ticket, LATER));
    expect(fail(breaker, LAW, report(null, LATER)).kind).toBe("closed");
  });

  test("reopens at one failed probe, for the whole time again", () => {
    const breaker = take(opened());
    const reopened = fail(breaker, LAW, report(ticketOf(breaker), LATER + 5));
    expect(check(reopened, SETTINGS, LATER + 5)).toEqual({ pass: false, retryAfter: 30_000 });
  });

  test("reopens when a probe that began well dies in its stream", () => {
    let breaker = take(opened());
    const ticket = ticketOf(breaker);
    breaker = succeed(breaker, LAW, report(ticket, LATER));
    expect(fail(breaker, LAW, report(ticket, LATER, true)).kind).toBe("open");
  });

  test("owes the probe of a call that hung up", () => {
    let breaker = take(take(opened()));
    breaker = giveBack(breaker, ticketOf(breaker));
    expect(check(breaker, SETTINGS, LATER)).toEqual(PROBE);
    expect(breaker.kind).toBe("halfOpen");
  });

  test("is not moved by calls that are no probe of its round", () => {
    const first = take(opened());
    const early = ticketOf(first);
    const second = take(fail(first, LAW, report(early, LATER)));
    for (const stale of [early, null]) {
      expect(succeed(second, LAW, report(stale, LATER))).toBe(second);
      expect(fail(second, LAW, report(stale, LATER))).toBe(second);
      expect(giveBack(second, stale)).toBe(second);
    }
  });

  test("goes on with a probe when lowered settings ask for no more than have succeeded", () => {
    const three = agentLaw({ ...SETTINGS, half_open_requests: 3 });
    let breaker = take(opened());
    breaker = succeed(breaker, three, report(ticketOf(breaker), LATER));
    breaker = take(breaker);
    breaker = succeed(breaker, three, report(ticketOf(breaker), LATER));
    expect(check(breaker, SETTINGS, LATER)).toEqual(PROBE);
    breaker = take(breaker);
    expect(succeed(breaker, LAW, report(ticketOf(breaker), LATER)).kind).toBe("closed");
  });
});

test("a change of state has its name, and where nothing changed there is none", () => {
  const closed = failed([]);
  const half = take(opened());
  const halfToo = take(half);
  const ticket = ticketOf(half);
  expect(transition(closed, closed)).toBeNull();
  expect(transition(closed, opened())).toBe("opened");
  expect(transition(opened(), half)).toBe("half_opened");
  expect(transition(half, halfToo)).toBeNull();
  expect(transition(half, fail(half, LAW, report(ticket, LATER)))).toBe("opened");
  expect(transition(halfToo, closed)).toBe("closed");
});

describe("whatever calls come to, in whatever order", () => {
  interface Flight {
    readonly ticket: Ticket;
    begun: boolean;
  }
  const step = fc.record({
    what: fc.constantFrom("call", "call", "call", "succeed", "fail", "hang up", "wait"),
    pick: fc.nat(1_000),
    wait: fc.nat(20_000),
    probes: fc.integer({ min: 1, max: 4 }),
  });

  test("never more probes are out than allowed, none is lost, and every breaker closes when all is well again", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        let breaker: AgentBreaker = createBreaker(LAW);
        let now = NOW;
        const flights: Flight[] = [];
        for (const { what, pick, wait, probes } of steps) {
          const law = agentLaw({ ...SETTINGS, half_open_requests: probes });
          const index = pick % Math.max(1, flights.length);
          const flight = flights[index];
          if (what === "wait") now += wait;
          if (what === "call" && check(breaker, law, now).pass) {
            const wasClosed = breaker.kind === "closed";
            breaker = take(breaker);
            const ticket = ticketOf(breaker);
            expect(ticket === null).toBe(wasClosed);
            flights.push({ ticket, begun: false });
            // Counted from the outside: probes of this round that have not said anything yet.
            const out = flights.filter(
              (each) => each.ticket !== null && each.ticket === ticket && !each.begun,
            );
            expect(out.length).toBeLessThanOrEqual(wasClosed ? 0 : probes);
          }
          if (!flight) continue;
          if (what === "succeed" && !flight.begun) {
            breaker = succeed(breaker, law, report(flight.ticket, now));
            flight.begun = true;
          }
          if (what === "fail") breaker = fail(breaker, law, report(flight.ticket, now, flight.begun));
          if (what === "hang up" && !flight.begun) breaker = giveBack(breaker, flight.ticket);
          if (what === "fail" || what === "hang up") flights.splice(index, 1);
        }

        for (const flight of flights) if (!flight.begun) breaker = giveBack(breaker, flight.ticket);
        now += SETTINGS.reset_timeout;
        for (let i = 0; i < SETTINGS.half_open_requests; i++) {
          expect(check(breaker, SETTINGS, now).pass).toBe(true);
          breaker = take(breaker);
          breaker = succeed(breaker, LAW, report(ticketOf(breaker), now));
        }
        expect(breaker.kind).toBe("closed");
      }),
      { numRuns: 500 },
    );
  });
});
