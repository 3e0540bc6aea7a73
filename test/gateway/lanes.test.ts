import { describe, expect, test } from "bun:test";
import { LANES, type PerLane } from "../../server/core/lane.ts";
import type { Priority } from "../../server/core/settings.ts";
import { createLanes, type Lanes, MAX_WAITING, type Occupancy } from "../../server/gateway/lanes.ts";

const NONE: PerLane = { high: 0, normal: 0, low: 0 };

function occupancyOf(lanes: Lanes, name: string): Occupancy {
  return lanes.occupancy().get(name) ?? { inUse: NONE, waiting: NONE };
}

/** Lanes of one upstream, and a log of who started at it. */
function openLanes(slots: number): {
  lanes: Lanes;
  started: string[];
  call: (name: string, lane: Priority) => Call;
} {
  const lanes = createLanes();
  lanes.resize(new Map([["up", slots]]));
  const started: string[] = [];
  return {
    lanes,
    started,
    call(name, lane) {
      const call: Call = { end: () => undefined, leave: () => undefined };
      const start = (): void => {
        expect(lanes.check("up", lane)).toBe("free");
        call.end = lanes.take("up", lane);
        started.push(name);
      };
      if (lanes.check("up", lane) === "free") start();
      else call.leave = lanes.wait("up", lane, start);
      return call;
    },
  };
}

interface Call {
  /** Gives its slot back, once it has one. */
  end: () => void;
  /** Leaves the queue, if it waits. */
  leave: () => void;
}

describe("a call", () => {
  test("starts at once while slots are free, and waits when none is", () => {
    const { lanes, started, call } = openLanes(2);
    call("a", "normal");
    expect(lanes.check("up", "normal")).toBe("free");
    call("b", "normal");
    expect(lanes.check("up", "high")).toBe("wait");
    expect(started).toEqual(["a", "b"]);
    expect(occupancyOf(lanes, "up")).toEqual({ inUse: { ...NONE, normal: 2 }, waiting: NONE });
  });

  test("is asked about without anything being taken", () => {
    const { lanes } = openLanes(1);
    for (let i = 0; i < 3; i++) expect(lanes.check("up", "low")).toBe("free");
    expect(occupancyOf(lanes, "up")).toEqual({ inUse: NONE, waiting: NONE });
  });

  test("that waits starts within the turn in which a slot is given back, those of a lane in their order", () => {
    const { started, call } = openLanes(1);
    const a = call("a", "normal");
    const b = call("b", "normal");
    call("c", "normal");
    expect(started).toEqual(["a"]);
    a.end();
    expect(started).toEqual(["a", "b"]);
    b.end();
    expect(started).toEqual(["a", "b", "c"]);
  });

  test("that has left the queue never starts, and those behind it do", () => {
    const { lanes, started, call } = openLanes(1);
    const a = call("a", "normal");
    const b = call("b", "normal");
    call("c", "normal");
    b.leave();
    b.leave();
    expect(occupancyOf(lanes, "up").waiting).toEqual({ ...NONE, normal: 1 });
    a.end();
    expect(started).toEqual(["a", "c"]);
  });

  test("that has started does not leave any more by leaving the queue", () => {
    const { lanes, call } = openLanes(1);
    const a = call("a", "normal");
    const b = call("b", "normal");
    a.end();
    b.leave();
    expect(occupancyOf(lanes, "up")).toEqual({ inUse: { ...NONE, normal: 1 }, waiting: NONE });
  });

  test("that ends twice gives back one slot", () => {
    const { lanes, started, call } = openLanes(1);
    const a = call("a", "normal");
    call("b", "normal");
    call("c", "normal");
    a.end();
    a.end();
    expect(started).toEqual(["a", "b"]);
    expect(occupancyOf(lanes, "up")).toEqual({
      inUse: { ...NONE, normal: 1 },
      waiting: { ...NONE, normal: 1 },
    });
  });

  test("is turned away from a full lane; the other lanes still have room, and so has this one when somebody leaves", () => {
    const { lanes, call } = openLanes(1);
    call("a", "high");
    const waiting = Array.from({ length: MAX_WAITING }, (_, index) => call(`${index}`, "low"));
    expect(lanes.check("up", "low")).toBe("full");
    expect(lanes.check("up", "high")).toBe("wait");
    waiting[500]?.leave();
    expect(lanes.check("up", "low")).toBe("wait");
  });
});

describe("the lanes", () => {
  test("take turns at 8 to 3 to 1 while all of them wait", () => {
    const { lanes } = openLanes(1);
    const had = { high: 0, normal: 0, low: 0 };
    let end = lanes.take("up", "normal");
    for (const lane of LANES) {
      for (let i = 0; i < 100; i++) {
        lanes.wait("up", lane, () => {
          had[lane] += 1;
          end = lanes.take("up", lane);
        });
      }
    }
    for (let turn = 0; turn < 120; turn++) end();
    expect(had).toEqual({ high: 80, normal: 30, low: 10 });
  });

  test("keep an eighth of the slots from low calls, which do not keep it from others by waiting for it", () => {
    const { lanes, started, call } = openLanes(8);
    const low = Array.from({ length: 9 }, (_, index) => call(`low ${index}`, "low"));
    expect(started).toHaveLength(7);
    expect(lanes.check("up", "low")).toBe("wait");
    expect(lanes.check("up", "normal")).toBe("free");
    const high = call("high", "high");
    high.end();
    expect(started).toHaveLength(8);
    low[0]?.end();
    expect(started.at(-1)).toBe("low 7");
  });

  test("of one upstream are not those of another", () => {
    const { lanes, call } = openLanes(1);
    call("a", "normal");
    expect(lanes.check("up", "normal")).toBe("wait");
    expect(lanes.check("other", "normal")).toBe("free");
  });
});

describe("an attempt", () => {
  test("that leaves without a slot lets the next one try in the same turn, and does not cost its lane the turn", () => {
    const { lanes, started, call } = openLanes(1);
    const a = call("a", "normal");
    const tried: string[] = [];
    for (let i = 0; i < 3; i++) lanes.wait("up", "high", () => tried.push(`refused ${i}`));
    call("high", "high");
    call("low", "low");
    a.end();
    expect(tried).toEqual(["refused 0", "refused 1", "refused 2"]);
    expect(started).toEqual(["a", "high"]);
  });

  test("that leaves without a slot is over: who comes next is no part of it", () => {
    const { lanes, started, call } = openLanes(1);
    const a = call("a", "normal");
    lanes.wait("up", "high", () => undefined);
    a.end();
    const b = call("b", "high");
    call("normal", "normal");
    call("high", "high");
    b.end();
    expect(started).toEqual(["a", "b", "high"]);
  });

  test("finds the slot free for itself, but not for a second call, nor for another lane that waits", () => {
    const { lanes, call } = openLanes(1);
    call("a", "normal");
    const seen: string[] = [];
    lanes.wait("up", "high", () => {
      seen.push(lanes.check("up", "high"), lanes.check("up", "low"));
      lanes.take("up", "high");
      seen.push(lanes.check("up", "high"));
    });
    call("low", "low");
    lanes.resize(new Map([["up", 3]]));
    expect(seen).toEqual(["free", "wait", "wait"]);
  });

  test("that gives its slot back at once does not run the next within itself, however many wait", () => {
    const { lanes, call } = openLanes(1);
    const a = call("a", "normal");
    let depth = 0;
    let deepest = 0;
    let ran = 0;
    for (const lane of LANES) {
      for (let i = 0; i < MAX_WAITING; i++) {
        lanes.wait("up", lane, () => {
          depth += 1;
          deepest = Math.max(deepest, depth);
          ran += 1;
          lanes.take("up", lane)();
          depth -= 1;
        });
      }
    }
    a.end();
    expect([ran, deepest]).toEqual([3 * MAX_WAITING, 1]);
    expect(occupancyOf(lanes, "up")).toEqual({ inUse: NONE, waiting: NONE });
  });

  test("may take its slot at another upstream, or wait there, and then its turn is another's", () => {
    const { lanes, started, call } = openLanes(1);
    lanes.resize(
      new Map([
        ["up", 1],
        ["other", 1],
      ]),
    );
    const a = call("a", "normal");
    const freeOther: (() => void)[] = [];
    lanes.wait("up", "normal", () => freeOther.push(lanes.take("other", "normal")));
    lanes.wait("up", "normal", () => {
      expect(lanes.check("other", "normal")).toBe("wait");
      lanes.wait("other", "normal", () => started.push("moved"));
    });
    call("b", "normal");
    a.end();
    expect(started).toEqual(["a", "b"]);
    freeOther[0]?.();
    expect(started).toEqual(["a", "b", "moved"]);
    expect(occupancyOf(lanes, "other")).toEqual({ inUse: NONE, waiting: NONE });
  });

  test("that gives back a slot elsewhere lets those who wait there try after it", () => {
    const { lanes, started, call } = openLanes(1);
    lanes.resize(
      new Map([
        ["up", 1],
        ["other", 1],
      ]),
    );
    const freeOther = lanes.take("other", "high");
    const a = call("a", "normal");
    lanes.wait("other", "low", () => started.push("elsewhere"));
    lanes.wait("up", "normal", () => {
      freeOther();
      started.push("here");
    });
    a.end();
    expect(started).toEqual(["a", "here", "elsewhere"]);
  });

  test("that throws leaves the lanes in working order", () => {
    const { lanes, started, call } = openLanes(1);
    const a = call("a", "normal");
    lanes.wait("up", "normal", () => {
      throw new Error("a defect");
    });
    expect(() => a.end()).toThrow("a defect");
    const b = call("b", "normal");
    call("c", "normal");
    b.end();
    expect(started).toEqual(["a", "b", "c"]);
  });
});

describe("an upstream without a limit", () => {
  test("has room for everybody, and nothing is kept of it", () => {
    const lanes = createLanes();
    const ends = Array.from({ length: 100 }, () => lanes.take("anywhere", "low"));
    expect(lanes.check("anywhere", "low")).toBe("free");
    expect(occupancyOf(lanes, "anywhere").inUse).toEqual({ ...NONE, low: 100 });
    for (const end of ends) end();
    expect(lanes.occupancy().size).toBe(0);
  });

  test("that gets one counts what is in flight", () => {
    const lanes = createLanes();
    const ends = Array.from({ length: 3 }, () => lanes.take("up", "normal"));
    lanes.resize(new Map([["up", 2]]));
    expect(lanes.check("up", "normal")).toBe("wait");
    ends[0]?.();
    expect(lanes.check("up", "normal")).toBe("wait");
    ends[1]?.();
    expect(lanes.check("up", "normal")).toBe("free");
  });
});

describe("a change of the slots", () => {
  test("lets those who may start now try", () => {
    const { lanes, started, call } = openLanes(1);
    for (const name of ["a", "b", "c", "d"]) call(name, "normal");
    lanes.resize(new Map([["up", 3]]));
    expect(started).toEqual(["a", "b", "c"]);
  });

  test("that lifts the limit lets all of them start", () => {
    const { lanes, started, call } = openLanes(1);
    for (let i = 0; i < 50; i++) for (const lane of LANES) call(`${lane} ${i}`, lane);
    lanes.resize(new Map());
    expect(started).toHaveLength(150);
    expect(occupancyOf(lanes, "up")).toEqual({ inUse: { high: 50, normal: 50, low: 50 }, waiting: NONE });
  });

  test("to fewer stops nobody, and lets nobody start until so many have ended", () => {
    const { lanes, started, call } = openLanes(3);
    const calls = ["a", "b", "c", "d"].map((name) => call(name, "normal"));
    lanes.resize(new Map([["up", 1]]));
    calls[0]?.end();
    calls[1]?.end();
    expect(started).toEqual(["a", "b", "c"]);
    calls[2]?.end();
    expect(started).toEqual(["a", "b", "c", "d"]);
  });
});
