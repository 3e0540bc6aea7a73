import { describe, expect, test } from "bun:test";
import { arrangeAgents, chooseOrder, keepPlaces } from "../../web/src/feed/arrange.ts";
import { agentStatus } from "./samples.ts";

const RESEARCHER = agentStatus("researcher", {
  owner: "team-ml",
  purpose: "production",
  tags: ["env=prod"],
  in_flight: 2,
  cost: { hour: 1, day: 4, total: 9 },
});
const SUPPORT = agentStatus("Support", {
  owner: "care",
  status: "idle",
  cost: { hour: 2, day: 2, total: 99 },
});
const CODER = agentStatus("coder", { owner: "team-ml", cost: { hour: 0, day: 4, total: 5 } });
const ALL = [RESEARCHER, SUPPORT, CODER];

/** Nobody spends anything at present. */
const still = () => 0;

describe("arrangeAgents", () => {
  test("sorts by what is spent a minute, which the status does not tell", () => {
    const paces = new Map([
      ["coder", 0.2],
      ["Support", 3],
    ]);
    const order = { key: "pace", descending: true } as const;
    const sorted = arrangeAgents(ALL, "", order, (agent) => paces.get(agent.id) ?? 0);
    expect(sorted.map((agent) => agent.id)).toEqual(["Support", "coder", "researcher"]);
    expect(chooseOrder({ key: "agent", descending: false }, "pace")).toEqual(order);
  });

  test("sorts by the figure, dearest first, equals by name", () => {
    expect(ids("", "cost_day", true)).toEqual(["coder", "researcher", "Support"]);
    expect(ids("", "cost_total", false)).toEqual(["coder", "researcher", "Support"]);
    expect(ids("", "cost_hour", true)).toEqual(["Support", "researcher", "coder"]);
  });

  test("sorts names without regard to case", () => {
    expect(ids("", "agent", false)).toEqual(["coder", "researcher", "Support"]);
  });

  test("puts agents with calls in flight before active and idle ones", () => {
    expect(ids("", "status", true)).toEqual(["researcher", "coder", "Support"]);
  });

  test("puts paused agents first of all", () => {
    const paused = agentStatus("zed", { status: "paused" });
    const order = { key: "status", descending: true } as const;
    expect(arrangeAgents([...ALL, paused], "", order, still).map((agent) => agent.id)).toEqual([
      "zed",
      "researcher",
      "coder",
      "Support",
    ]);
    expect(arrangeAgents([...ALL, paused], "paused", order, still)).toEqual([paused]);
  });

  test("sorts by the tightest budget; agents without a cap come last, whichever way the sorting goes", () => {
    const caps = { max_cost_per_hour: null, max_cost_total: null, max_cost_per_request: null };
    const cost = { hour: 0, day: 4, total: 4 };
    const tight = agentStatus("tight", { cost, budget: { ...caps, max_cost_per_day: 5 } });
    const roomy = agentStatus("roomy", { cost, budget: { ...caps, max_cost_per_day: 50 } });
    const sort = (descending: boolean) =>
      arrangeAgents([CODER, roomy, tight], "", { key: "budget", descending }, still).map((agent) => agent.id);
    expect(sort(true)).toEqual(["tight", "roomy", "coder"]);
    expect(sort(false)).toEqual(["roomy", "tight", "coder"]);
  });

  test("finds by name, owner, purpose, tag and status, all words together", () => {
    expect(ids("SUPP", "agent", false)).toEqual(["Support"]);
    expect(ids("team-ml", "agent", false)).toEqual(["coder", "researcher"]);
    expect(ids("team-ml prod", "agent", false)).toEqual(["researcher"]);
    expect(ids("env=", "agent", false)).toEqual(["researcher"]);
    expect(ids("idle", "agent", false)).toEqual(["Support"]);
    expect(ids("in flight", "agent", false)).toEqual(["researcher"]);
    expect(ids("team-ml idle", "agent", false)).toEqual([]);
  });

  test("an unknown cost comes after every known one, whichever way the sorting goes", () => {
    const free = agentStatus("free", { calls: { hour: 0, day: 1, total: 1 } });
    const mystic = agentStatus("a-mystic", { calls: { hour: 0, day: 1, total: 1 }, unpriced_calls: 1 });
    const partly = agentStatus("partly", {
      calls: { hour: 0, day: 2, total: 2 },
      unpriced_calls: 1,
      cost: { hour: 0, day: 3, total: 3 },
    });
    const sort = (descending: boolean) =>
      arrangeAgents([mystic, free, partly], "", { key: "cost_day", descending }, still).map(
        (agent) => agent.id,
      );
    expect(sort(true)).toEqual(["partly", "free", "a-mystic"]);
    expect(sort(false)).toEqual(["free", "partly", "a-mystic"]);
  });

  function ids(filter: string, key: Parameters<typeof chooseOrder>[1], descending: boolean): string[] {
    return arrangeAgents(ALL, filter, { key, descending }, still).map((agent) => agent.id);
  }
});

test("keepPlaces leaves everyone in place, leaves out who is gone, and puts new agents last", () => {
  const fresh = agentStatus("fresh");
  const dearer = { ...SUPPORT, cost: { hour: 9, day: 9, total: 99 } };
  expect(keepPlaces([fresh, dearer, CODER], [CODER, RESEARCHER, SUPPORT])).toEqual([CODER, dearer, fresh]);
});

describe("chooseOrder", () => {
  test("starts figures where they need a look and names at A, then turns round", () => {
    const byCost = { key: "cost_day", descending: true } as const;
    expect(chooseOrder(byCost, "calls")).toEqual({ key: "calls", descending: true });
    expect(chooseOrder(byCost, "agent")).toEqual({ key: "agent", descending: false });
    expect(chooseOrder(byCost, "trust")).toEqual({ key: "trust", descending: false });
    expect(chooseOrder(byCost, "cost_day")).toEqual({ key: "cost_day", descending: false });
  });
});
