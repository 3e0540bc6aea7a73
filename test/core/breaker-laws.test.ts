import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  type Breaker,
  check,
  createBreaker,
  fail,
  succeed,
  take,
  ticketOf,
} from "../../server/core/breaker.ts";
import { ORIGIN_CALLS, ORIGIN_LAW, ORIGIN_WINDOW, type Traffic } from "../../server/core/breaker-laws.ts";

/** Where a slice of the window begins, so that spans are exact. */
const NOW = Date.parse("2026-03-10T12:00:00Z");

type Origin = Breaker<Traffic>;
interface Past {
  readonly agent: string;
  readonly ok: boolean;
  readonly at: number;
}

function told(pasts: readonly Past[], from: Origin = createBreaker(ORIGIN_LAW)): Origin {
  let breaker = from;
  for (const { agent, ok, at } of pasts) {
    const said = { ticket: null, agent, now: at, begun: false };
    breaker = ok ? succeed(breaker, ORIGIN_LAW, said) : fail(breaker, ORIGIN_LAW, said);
  }
  return breaker;
}

/** So many calls of agents in turn, all at one time. */
function calls(count: number, ok: boolean, agents: readonly string[], at = NOW): Past[] {
  return Array.from({ length: count }, (_, i) => ({ agent: agents[i % agents.length] ?? "", ok, at }));
}

describe("an upstream's breaker", () => {
  test("opens at twenty calls, not before", () => {
    expect(told(calls(19, false, ["a", "b"])).kind).toBe("closed");
    expect(told(calls(20, false, ["a", "b"])).kind).toBe("open");
  });

  test("opens when half of the calls failed, not before", () => {
    expect(told([...calls(11, true, ["a", "b"]), ...calls(10, false, ["a", "b"])]).kind).toBe("closed");
    expect(told([...calls(11, true, ["a", "b"]), ...calls(11, false, ["a", "b"])]).kind).toBe("open");
  });

  test("stays closed for the others when only one of several agents fails", () => {
    const busy = told([...calls(5, true, ["b", "c"]), ...calls(200, false, ["a"])]);
    expect(busy.kind).toBe("closed");
    expect(told(calls(1, false, ["b"]), busy).kind).toBe("open");
  });

  test("opens for the failures of one agent where it is the only one", () => {
    expect(told(calls(20, false, ["a"])).kind).toBe("open");
    const alone = calls(20, false, ["a"], NOW + ORIGIN_WINDOW);
    expect(told([...calls(5, true, ["b"]), ...alone]).kind).toBe("open");
  });

  test("takes another agent's failure for what it is only while it lies in the window", () => {
    const others = calls(1, false, ["b"]);
    const busy = calls(1, true, ["c"], NOW + ORIGIN_WINDOW);
    expect(told([...others, ...busy, ...calls(30, false, ["a"], NOW + ORIGIN_WINDOW)]).kind).toBe("closed");
    expect(told([...others, ...busy, ...calls(30, false, ["a"], NOW + ORIGIN_WINDOW - 1)]).kind).toBe("open");
  });

  test("forgets calls that have left the window", () => {
    const past = calls(19, false, ["a", "b"]);
    expect(told([...past, ...calls(1, false, ["b"], NOW + 50_000)]).kind).toBe("open");
    expect(told([...past, ...calls(1, false, ["b"], NOW + ORIGIN_WINDOW)]).kind).toBe("closed");
  });

  test("counts a stream that died as one call, which failed", () => {
    const streams = (count: number) => {
      let breaker = told([]);
      for (const { agent } of calls(count, false, ["a", "b"])) {
        breaker = succeed(breaker, ORIGIN_LAW, { ticket: null, agent, now: NOW, begun: false });
        breaker = fail(breaker, ORIGIN_LAW, { ticket: null, agent, now: NOW, begun: true });
      }
      return breaker.kind;
    };
    expect(streams(19)).toBe("closed");
    expect(streams(20)).toBe("open");
  });

  test("recovers by three probes", () => {
    let breaker = told(calls(20, false, ["a", "b"]));
    const later = NOW + 30_000;
    expect(check(breaker, ORIGIN_LAW, later - 1)).toEqual({ pass: false, retryAfter: 1 });
    for (let i = 0; i < 3; i++) breaker = take(breaker);
    expect(check(breaker, ORIGIN_LAW, later).pass).toBe(false);
    const said = { ticket: ticketOf(breaker), agent: "a", now: later, begun: false };
    for (let i = 0; i < 3; i++) breaker = succeed(breaker, ORIGIN_LAW, said);
    expect(breaker.kind).toBe("closed");
    expect(told(calls(19, false, ["a", "b"], later), breaker).kind).toBe("closed");
  });

  test("grows with neither calls nor names", () => {
    const breaker = told(
      Array.from({ length: 5_000 }, (_, i) => ({ agent: `a${i}`, ok: i % 5 > 0, at: NOW + i * 97 })),
    );
    expect(JSON.stringify(breaker).length).toBeLessThan(1_000);
  });
});

test("it opens exactly when a list of all calls says so", () => {
  const SLICE = ORIGIN_WINDOW / 12;
  const history = fc.array(
    fc.record({
      agent: fc.constantFrom("a", "a", "b", "c"),
      ok: fc.boolean(),
      gap: fc.oneof(fc.nat(900), fc.nat(20_000)),
    }),
    { minLength: 20, maxLength: 120 },
  );
  fc.assert(
    fc.property(history, (steps) => {
      let at = NOW;
      let breaker = told([]);
      const pasts: Past[] = [];
      for (const { agent, ok, gap } of steps) {
        at += gap;
        const past = { agent, ok, at };
        pasts.push(past);
        breaker = told([past], breaker);
        // The window reaches back by whole slices.
        const from = (Math.floor(at / SLICE) - 11) * SLICE;
        const counted = pasts.filter((each) => each.at >= from);
        const failures = counted.filter((each) => !each.ok);
        const seen = pasts.filter((each) => at - each.at < ORIGIN_WINDOW);
        const active = new Set(seen.map((each) => each.agent));
        const failing = new Set(seen.filter((each) => !each.ok).map((each) => each.agent));
        const down =
          !ok &&
          counted.length >= ORIGIN_CALLS &&
          failures.length * 2 >= counted.length &&
          (failing.size > 1 || active.size < 2);
        expect(breaker.kind).toBe(down ? "open" : "closed");
        if (down) return;
      }
    }),
    { numRuns: 500 },
  );
});
