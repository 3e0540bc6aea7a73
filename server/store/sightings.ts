/**
 * The table `agents`: whoever was ever seen, with lifetime totals. Refusals alone make no agent: a name that was only ever
 * refused may have been invented for it, and is kept for the case that it is met later.
 */
import type { Database } from "bun:sqlite";
import { emptyTally, type Tally } from "../core/agent.ts";
import type { Instant } from "../core/duration.ts";
import { type Group, isSighting } from "./groups.ts";
import { addTally } from "./tally.ts";
import { ADD_TALLY, REPLACE_TALLY, TALLY_COLUMNS, tallyValues } from "./tally-columns.ts";
import { OTHERS, parseRow, parseTotals } from "./totals.ts";

export interface Sightings {
  /** Adds groups in the order of the journal. */
  add(groups: readonly Group[]): void;
  /** Where lines before a checkpoint are not there to be folded, its totals stand for them. */
  seed(totals: unknown, time: Instant): void;
}

const INSERT = `
  INSERT INTO agents (agent, met, owner, purpose, first_owner, first_seen, last_seen, ${TALLY_COLUMNS})
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
/** Who was met stays met. */
const MEET = "met = max(met, excluded.met)";

/** Everything happens inside the caller's transaction. */
export function prepareSightings(database: Database): Sightings {
  const see = database.query(`${INSERT} ON CONFLICT DO UPDATE SET
    ${MEET}, owner = coalesce(excluded.owner, owner), purpose = coalesce(excluded.purpose, purpose),
    first_owner = coalesce(first_owner, excluded.first_owner), first_seen = min(first_seen, excluded.first_seen),
    last_seen = max(last_seen, excluded.last_seen), ${ADD_TALLY}`);
  const seed = database.query(`${INSERT} ON CONFLICT DO UPDATE SET ${MEET}, ${REPLACE_TALLY}`);

  return {
    add(groups) {
      const sightings = new Map<string, Sighting>();
      for (const group of groups) note(sightings, group);
      for (const [agent, s] of sightings) {
        const labels = [s.owner.name, s.purpose.name, s.firstOwner].map((name) => name || null);
        see.run(agent, s.isMet ? 1 : 0, ...labels, s.first, s.last, ...tallyValues(s.tally));
      }
    },
    seed(totals, time) {
      for (const row of parseTotals(totals)?.agents ?? []) {
        const tally = parseRow(row);
        const isMet = tally.calls > 0 ? 1 : 0;
        if (row[0] !== OTHERS) seed.run(row[0], isMet, null, null, null, time, time, ...tallyValues(tally));
      }
    },
  };
}

/** A label as it was given last, and the number of a line that gave it. Empty while none did. */
interface Label {
  readonly name: string;
  readonly seq: number;
}

const UNNAMED: Label = { name: "", seq: 0 };

/** What a batch says of one agent. */
interface Sighting {
  isMet: boolean;
  owner: Label;
  purpose: Label;
  firstOwner: string;
  first: Instant;
  last: Instant;
  readonly tally: Tally;
}

function note(sightings: Map<string, Sighting>, group: Group): void {
  const [agent, owner, purpose] = group.labels;
  if (agent === "" || !isSighting(group)) return;
  const { payer, first, last, lastSeq } = group;
  const sighting = sightings.get(agent) ?? startSighting(first, last);
  sightings.set(agent, sighting);
  // Who was refused may have used the name of another: only what was let in names an owner.
  if (group.type !== "blocked") {
    sighting.isMet = true;
    sighting.firstOwner ||= payer;
    sighting.owner = takeLater(sighting.owner, { name: owner, seq: lastSeq });
    sighting.purpose = takeLater(sighting.purpose, { name: purpose, seq: lastSeq });
  }
  sighting.first = Math.min(sighting.first, first);
  sighting.last = Math.max(sighting.last, last);
  addTally(sighting.tally, group.tally);
}

function startSighting(first: Instant, last: Instant): Sighting {
  return { isMet: false, owner: UNNAMED, purpose: UNNAMED, firstOwner: "", first, last, tally: emptyTally() };
}

function takeLater(known: Label, label: Label): Label {
  return label.name !== "" && label.seq > known.seq ? label : known;
}
