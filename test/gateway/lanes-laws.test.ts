/** The laws of the lanes, whatever comes in whatever order: held against a model that only counts. */
import { expect, test } from "bun:test";
import fc from "fast-check";
import { LANES, type PerLane } from "../../server/core/lane.ts";
import type { Priority } from "../../server/core/settings.ts";
import { createLanes } from "../../server/gateway/lanes.ts";

const NONE: PerLane = { high: 0, normal: 0, low: 0 };
const UPSTREAMS = ["one", "two"];

/** What becomes of a call in its turn. */
type Fate = "starts" | "refused" | "starts and ends" | "ends another" | "moves";

interface Call {
  readonly upstream: string;
  readonly lane: Priority;
  readonly fate: Fate;
  state: "new" | "waiting" | "inFlight" | "over";
  leave: () => void;
  end: () => void;
}

const place = { upstream: fc.constantFrom(...UPSTREAMS), lane: fc.constantFrom(...LANES) };
const fate = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Fate>("starts") },
  { weight: 1, arbitrary: fc.constantFrom<Fate>("refused", "starts and ends", "ends another", "moves") },
);
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: fc.constant("arrives" as const), ...place, fate }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant("ends" as const), which: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("leaves" as const), which: fc.nat() }) },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant("resize" as const),
      upstream: fc.constantFrom(...UPSTREAMS),
      slots: fc.option(fc.integer({ min: 1, max: 20 })),
    }),
  },
);

function lowBound(slots: number): number {
  return slots === 1 ? 1 : Math.floor(slots - Math.max(1, slots / 8));
}

test("never more than its slots in flight, nobody overtaken, no slot idle for whom it is, no count lost", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), fc.integer({ min: 1, max: 9 }), (steps, most) => {
      const lanes = createLanes();
      const slots = new Map(UPSTREAMS.map((name) => [name, most]));
      lanes.resize(new Map(slots));
      /** In the order in which they came to wait or to start. */
      const calls: Call[] = [];
      let running = 0;

      const those = (state: Call["state"], upstream: string, lane?: Priority): Call[] =>
        calls.filter(
          (call) => call.state === state && call.upstream === upstream && (!lane || call.lane === lane),
        );
      const mayStart = (upstream: string, lane: Priority): boolean => {
        const limit = slots.get(upstream);
        if (limit === undefined) return true;
        if (those("inFlight", upstream).length >= limit) return false;
        return lane !== "low" || those("inFlight", upstream, "low").length < lowBound(limit);
      };

      /** The gates and the taking, for a newcomer as for one whose turn it is. */
      const start = (call: Call): void => {
        const { upstream, lane } = call;
        expect(lanes.check(upstream, lane)).toBe("free");
        expect(mayStart(upstream, lane)).toBe(true);
        expect(
          those("waiting", upstream, lane).filter((other) => calls.indexOf(other) < calls.indexOf(call)),
        ).toEqual([]);
        call.end = lanes.take(upstream, lane);
        call.state = "inFlight";
      };
      const end = (call: Call | undefined): void => {
        if (call?.state !== "inFlight") return;
        call.state = "over";
        call.end();
      };
      const decide = (call: Call): void => {
        if (call.fate === "refused") {
          call.state = "over";
          return;
        }
        start(call);
        if (call.fate === "starts and ends") end(call);
        if (call.fate === "ends another")
          end(calls.find((other) => other !== call && other.state === "inFlight"));
      };
      const attempt = (call: Call) => (): void => {
        running += 1;
        expect(running).toBe(1);
        expect(call.state).toBe("waiting");
        call.state = "over";
        if (call.fate === "moves")
          arrive({ ...call, upstream: call.upstream === "one" ? "two" : "one", fate: "starts" });
        else decide(call);
        running -= 1;
      };
      function arrive(call: Call): void {
        call.state = "new";
        calls.push(call);
        const answer = lanes.check(call.upstream, call.lane);
        if (answer === "free") {
          decide(call);
          return;
        }
        expect(answer).toBe("wait");
        call.state = "waiting";
        call.leave = lanes.wait(call.upstream, call.lane, attempt(call));
      }

      for (const each of steps) {
        if (each.type === "arrives") {
          const { upstream, lane, fate } = each;
          arrive({ upstream, lane, fate, state: "new", leave: () => undefined, end: () => undefined });
        } else if (each.type === "ends") {
          const inFlight = calls.filter(({ state }) => state === "inFlight");
          end(inFlight[each.which % inFlight.length]);
        } else if (each.type === "leaves") {
          const call = calls[each.which % calls.length];
          call?.leave();
          if (call?.state === "waiting") call.state = "over";
        } else {
          if (each.slots === null) slots.delete(each.upstream);
          else slots.set(each.upstream, each.slots);
          lanes.resize(new Map(slots));
        }
        const occupancy = lanes.occupancy();
        for (const upstream of UPSTREAMS) {
          const isIdle = [...those("waiting", upstream), ...those("inFlight", upstream)].length === 0;
          expect(occupancy.has(upstream)).toBe(!isIdle);
          const { inUse, waiting: queued } = occupancy.get(upstream) ?? { inUse: NONE, waiting: NONE };
          for (const lane of LANES) {
            const waiting = those("waiting", upstream, lane).length;
            expect([inUse[lane], queued[lane]]).toEqual([those("inFlight", upstream, lane).length, waiting]);
            if (waiting > 0) expect(mayStart(upstream, lane)).toBe(false);
          }
        }
      }
    }),
    { numRuns: 500 },
  );
});

test("a call that waits starts, however many come after it in other lanes", () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...LANES), { minLength: 40, maxLength: 80 }),
      fc.constantFrom(...LANES),
      (crowd, lane) => {
        const lanes = createLanes();
        lanes.resize(new Map([["up", 1]]));
        let end = lanes.take("up", "normal");
        let hasStarted = false;
        lanes.wait("up", lane, () => {
          hasStarted = true;
          end = lanes.take("up", lane);
        });
        for (const other of crowd.filter((each) => each !== lane)) {
          for (let i = 0; i < 2; i++) {
            lanes.wait("up", other, () => {
              end = lanes.take("up", other);
            });
          }
        }
        for (let turn = 0; turn < 14 && !hasStarted; turn++) end();
        expect(hasStarted).toBe(true);
      },
    ),
  );
});
