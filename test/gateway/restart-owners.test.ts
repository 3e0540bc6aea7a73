/** Whose cap a call is charged to, while the gateway runs and after it was started again (SPEC 4.6, 7.1). */
import { describe, expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { type DataPlane, openDataPlane } from "../support/data-plane.ts";
import { ask, chat, createValve, outcomeOf, turn, works } from "../support/governed.ts";
import { makeTempFolder } from "../support/temp.ts";

const START = Date.UTC(2026, 0, 15, 12);
/** What a call of `chat` costs, in nano-dollars. */
const COST = 450_000;
const CALM = "trust: { enabled: false }\nloops: { action: off }\n";
/** Nobody may use gpt-4o, and `bot` belongs to this owner. */
const OWNED_BY = (owner: string, more = "") =>
  `agents: { '*': { models: { deny: [gpt-4o] } }, bot: { owner: ${owner} }, ${more} }\n`;
const UNOWNED = "agents: { '*': { models: { deny: [gpt-4o] } } }\n";

function makeHouse() {
  const folder = makeTempFolder("owners");
  const start = (config = "", upstream: Parameters<typeof openDataPlane>[0]["upstream"] = works) =>
    openDataPlane({ config: CALM + config, upstream, folder: folder.path, start: START });
  return { path: folder.path, start, [Symbol.dispose]: () => folder[Symbol.dispose]() };
}

/** One call of `bot` that names this owner. */
async function call(plane: DataPlane, owner: string | null, model = "gpt-4o-mini") {
  const headers: Record<string, string> =
    owner === null ? {} : { "x-agent-identity": `name=bot; owner=${owner}` };
  const init = chat("hi", { ...headers, "x-tollgate-on-block": "error" }, { model });
  return outcomeOf(await plane.drive(plane.send("/agents/bot/openai", init)));
}

/** What the owners were charged in each window, and who is charged where none is configured. */
function standingOf(plane: DataPlane, owners = ["a", "b", "c"]) {
  const windows = ["hour", "day", "total"] as const;
  return {
    first: plane.fleet.agents.get("bot")?.firstOwner ?? null,
    spent: Object.fromEntries(
      owners.map((name) => [name, windows.map((window) => plane.fleet.owner(name).money.spent(window))]),
    ),
  };
}

const all = (calls: number) => [calls * COST, calls * COST, calls * COST];

describe("the owner that is charged", () => {
  test("is the one that the first call which was let in named: a refused one has named nobody", async () => {
    using house = makeHouse();
    const expected = { first: "b", spent: { a: all(0), b: all(1), c: all(0) } };
    {
      using plane = house.start(UNOWNED);
      expect(await call(plane, null)).toBe(200);
      expect(await call(plane, "a", "gpt-4o")).toBe("model_not_allowed");
      expect(await call(plane, "b")).toBe(200);
      expect(standingOf(plane)).toEqual(expected);
      // Nothing is kept of names that only refused calls have named: they could be without end.
      expect(plane.fleet.owner("a")).not.toBe(plane.fleet.owner("a"));
      expect(plane.fleet.owner("b")).toBe(plane.fleet.owner("b"));
    }
    using plane = house.start(UNOWNED);
    expect(standingOf(plane)).toEqual(expected);
    await call(plane, "c");
    expect(standingOf(plane).spent).toEqual({ a: all(0), b: all(2), c: all(0) });
  });

  test("stands on the call's line where the line shows another, and nowhere else", async () => {
    using house = makeHouse();
    using plane = house.start();
    for (const owner of ["a", "b", null]) await call(plane, owner);
    expect(plane.calls().map(({ owner, charged_owner }) => [owner, charged_owner])).toEqual([
      ["a", undefined],
      ["b", "a"],
      [undefined, "a"],
    ]);
    const [last] = plane.store.index.logs({ type: "call" }, 1, null).entries;
    expect(last).toMatchObject({ owner: null, charged_owner: "a" });
  });

  test("keeps what it was charged when its agent is given to another, now and after a restart", async () => {
    using house = makeHouse();
    const capped = "owners: { a: { budget: { max_cost_per_day: 0.0004 } } }\n";
    const moved = `${OWNED_BY("b", "other: { owner: a }")}${capped}`;
    const expected = { first: "a", spent: { a: all(1), b: all(1), c: all(0) } };
    {
      using plane = house.start(OWNED_BY("a") + capped);
      expect([await call(plane, "c"), await call(plane, "c")]).toEqual([200, "budget_exceeded"]);
      plane.configure(CALM + moved);
      expect(await call(plane, "c")).toBe(200);
      expect(standingOf(plane)).toEqual(expected);
    }
    using plane = house.start(moved);
    expect(standingOf(plane)).toEqual(expected);
    expect([await ask(plane, "other"), await ask(plane, "bot")]).toEqual(["budget_exceeded", 200]);
  });

  test("stays the first one where the configuration names none any more", async () => {
    using house = makeHouse();
    const expected = { first: "a", spent: { a: all(2), b: all(0), c: all(0) } };
    {
      using plane = house.start(OWNED_BY("a"));
      await call(plane, "b");
      plane.configure(CALM);
      await call(plane, "b");
      expect(standingOf(plane)).toEqual(expected);
    }
    using plane = house.start();
    expect(standingOf(plane)).toEqual(expected);
  });

  test("is one, whichever of two first calls was let in first", async () => {
    using house = makeHouse();
    const valve = createValve();
    using plane = house.start("providers: { openai: { max_concurrency: 1 } }", valve.upstream);
    const calls = ["a", "b"].map((owner) =>
      plane.send("/agents/bot/openai", chat("hi", { "x-agent-identity": `name=bot; owner=${owner}` })),
    );
    await turn();
    valve.answer();
    await turn();
    valve.answer();
    for (const { status } of await Promise.all(calls)) expect(status).toBe(200);
    expect(standingOf(plane)).toEqual({ first: "a", spent: { a: all(2), b: all(0), c: all(0) } });
  });

  test("is charged for what was in flight when the gateway died", async () => {
    using house = makeHouse();
    const valve = createValve();
    {
      using plane = house.start();
      await call(plane, "a");
    }
    {
      using plane = house.start("", valve.upstream);
      void plane.send("/agents/bot/openai", chat("hi", { "x-agent-identity": "name=bot; owner=b" }));
      await turn();
      expect(valve.waiting).toHaveLength(1);
    }
    using plane = house.start();
    const [line] = plane.store.index.logs({ type: "call" }, 1, null).entries;
    expect(line).toMatchObject({ ending: "interrupted", owner: "b", charged_owner: "a" });
    const charged = COST + Number(line?.cost_nano);
    expect(standingOf(plane)).toEqual({
      first: "a",
      spent: { a: [charged, charged, charged], b: all(0), c: all(0) },
    });
  });
});

test("every owner has after a restart what it had before, and after the index was made anew", async () => {
  const owner = fc.constantFrom("a", "b", "c");
  const step = fc.oneof(
    fc.record({ op: fc.constant("call" as const), owner: fc.option(owner) }),
    fc.record({ op: fc.constant("refused" as const), owner }),
    fc.record({ op: fc.constant("reload" as const), owner: fc.option(owner) }),
    fc.record({ op: fc.constantFrom("restart" as const, "rebuild" as const) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 14 }), async (steps) => {
      using house = makeHouse();
      let config = UNOWNED;
      let plane = house.start(config);
      for (const step of [...steps, { op: "restart" as const }, { op: "rebuild" as const }]) {
        if (step.op === "call") await call(plane, step.owner);
        else if (step.op === "refused") await call(plane, step.owner, "gpt-4o");
        else if (step.op === "reload") {
          config = step.owner === null ? UNOWNED : OWNED_BY(step.owner);
          plane.configure(CALM + config);
        } else {
          const before = standingOf(plane);
          plane[Symbol.dispose]();
          if (step.op === "rebuild") rmSync(join(house.path, "index.db"), { force: true });
          plane = house.start(config);
          expect(standingOf(plane)).toEqual(before);
        }
      }
      plane[Symbol.dispose]();
    }),
    { numRuns: 20 },
  );
}, 30_000);
