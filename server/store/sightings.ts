/** The table `agents`: whoever was ever seen, with lifetime totals. */
import type { Database } from "bun:sqlite";
import { emptyTally, type Tally } from "../core/agent.ts";
import type { Instant } from "../core/duration.ts";
import { type Group, isSummed } from "./groups.ts";
import { ADD_TALLY, tallyValues } from "./rollups.ts";
import { addTally } from "./tally.ts";
import { OTHERS, parseRow, parseTotals } from "./totals.ts";

export interface Sightings {
  /** Adds groups in the order of the journal. */
  add(groups: readonly Group[]): void;
  /** Where lines before a checkpoint are not there to be folded, its totals stand for them. */
  seed(totals: unknown, time: Instant): void;
}

/** Everything happens inside the caller's transaction. */
export function prepareSightings(database: Database): Sightings {
  const see = database.query(`
    INSERT INTO agents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
      owner = coalesce(owner, excluded.owner), purpose = coalesce(purpose, excluded.purpose),
      first_seen = min(first_seen, excluded.first_seen), last_seen = max(last_seen, excluded.last_seen), ${ADD_TALLY}`);
  const seed = database.query(`
    INSERT INTO agents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
      calls = excluded.calls, errors = excluded.errors, blocked = excluded.blocked, tokens_in = excluded.tokens_in,
      tokens_out = excluded.tokens_out, cost_nano = excluded.cost_nano, unpriced = excluded.unpriced`);

  return {
    add(groups) {
      const sightings = new Map<string, Sighting>();
      for (const group of groups) note(sightings, group);
      for (const [agent, s] of sightings) {
        see.run(agent, s.owner || null, s.purpose || null, s.first, s.last, ...tallyValues(s.tally));
      }
    },
    seed(totals, time) {
      for (const row of parseTotals(totals)?.agents ?? []) {
        if (row[0] !== OTHERS) seed.run(row[0], null, null, time, time, ...tallyValues(parseRow(row)));
      }
    },
  };
}

/** What a batch says of one agent. Owner and purpose are the first that were declared, empty while none was. */
interface Sighting {
  owner: string;
  purpose: string;
  first: Instant;
  last: Instant;
  readonly tally: Tally;
}

function note(sightings: Map<string, Sighting>, group: Group): void {
  const [agent, owner, purpose] = group.labels;
  if (agent === "" || !(isSummed(group) || group.type === "agent")) return;
  const { first, last } = group;
  const sighting = sightings.get(agent) ?? { owner, purpose, first, last, tally: emptyTally() };
  sightings.set(agent, sighting);
  sighting.owner ||= owner;
  sighting.purpose ||= purpose;
  sighting.first = Math.min(sighting.first, first);
  sighting.last = Math.max(sighting.last, last);
  addTally(sighting.tally, group.tally);
}
