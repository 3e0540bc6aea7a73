/** Sums of the rollups, broken down by what a report or a chart tells apart. Pure. */
import { emptyTally, type Tally } from "../core/agent.ts";
import { addLatencies, type Latencies } from "../store/latencies.ts";
import type { SumBucket, SumRow } from "../store/store.ts";
import { addTally } from "../store/tally.ts";
import { OTHERS } from "../store/totals.ts";
import type { ReportBy } from "./wire/records.ts";

/** Names that agents write could be without number: groups and models beyond this many are summed under `OTHERS`. */
const MAX_GROUPS = 10_000;
const MAX_MODELS = 50_000;

/** What came together under one key. */
export interface Sum {
  readonly tally: Tally;
  readonly latencies: Latencies;
}

/** A sum, and what each model has in it; keys are empty where none was given. */
export interface Group extends Sum {
  readonly key: string;
  readonly models: ReadonlyMap<string, Tally>;
}

export interface Breakdown {
  add(bucket: SumBucket): void;
  /** The dearest first, then the busiest; days in their order. */
  list(): Group[];
  /** All of them together. */
  total(): Group;
}

/** A breakdown of nothing yet. `zone` says which day it is. */
export function createBreakdown(by: ReportBy, zone: string): Breakdown {
  const groups = new Map<string, Group & { readonly models: Map<string, Tally> }>();
  // Swedes write dates as ISO 8601 does.
  const date = new Intl.DateTimeFormat("sv-SE", { timeZone: zone });
  let models = 0;

  function find(key: string) {
    const kept = groups.has(key) || groups.size < MAX_GROUPS ? key : OTHERS;
    const group = groups.get(kept) ?? { key: kept, ...emptySum(), models: new Map() };
    groups.set(kept, group);
    return group;
  }

  return {
    add({ start, rows }) {
      const day = by === "day" ? date.format(start) : "";
      for (const row of rows) {
        const group = find(by === "day" ? day : row[by]);
        addSum(group, row);
        if (row.tally.calls === 0) continue;
        const model = group.models.has(row.model) || models < MAX_MODELS ? row.model : OTHERS;
        const tally = group.models.get(model) ?? emptyTally();
        if (!group.models.has(model)) models += 1;
        group.models.set(model, tally);
        addTally(tally, row.tally);
      }
    },
    list() {
      const byKey = (one: Group, other: Group) => (one.key < other.key ? -1 : 1);
      const byCost = (one: Group, other: Group) =>
        compareTallies(one.tally, other.tally) || byKey(one, other);
      return [...groups.values()].sort(by === "day" ? byKey : byCost);
    },
    total() {
      const total = { key: "", ...emptySum(), models: new Map<string, Tally>() };
      for (const group of groups.values()) {
        addSum(total, group);
        for (const [model, tally] of group.models) {
          const sum = total.models.get(model) ?? emptyTally();
          total.models.set(model, sum);
          addTally(sum, tally);
        }
      }
      return total;
    },
  };
}

/** A sum of nothing. */
export function emptySum(): Sum {
  return { tally: emptyTally(), latencies: new Map() };
}

/** Adds one sum to another. */
export function addSum(sum: Sum, more: Pick<SumRow, "tally" | "latencies">): void {
  addTally(sum.tally, more.tally);
  addLatencies(sum.latencies, more.latencies);
}

/** Orders the dearest first, then the busiest, then those that were refused most. */
export function compareTallies(one: Tally, other: Tally): number {
  return other.costNano - one.costNano || other.calls - one.calls || other.blocked - one.blocked;
}
