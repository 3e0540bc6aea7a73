/** What is asked of index.db. Values from outside reach SQL as parameters only. */
import type { Database } from "bun:sqlite";
import type { Tally } from "../core/agent.ts";
import { type FindAdmissions, prepareAdmissions } from "./admissions.ts";
import { type FindPage, preparePages } from "./pages.ts";
import type { Index } from "./store.ts";
import { READ_TALLY, SUM_TALLY } from "./tally-columns.ts";

export interface Queries extends Pick<Index, "agents" | "tallies" | "owners" | "ownerTallies" | "admitted"> {
  readonly page: FindPage;
  /** What is not shown any more, up to `floor`, is not summed either. */
  runSums(agent: string, run: string, floor: number): ReturnType<Index["runSums"]>;
  readonly admissions: FindAdmissions;
}

export function prepareQueries(database: Database): Queries {
  const listAgents = database.query<AgentRow, []>(`
    SELECT agent, owner, purpose, first_owner AS firstOwner, first_seen AS firstSeen, last_seen AS lastSeen,
      ${READ_TALLY}
    FROM agents WHERE met = 1 ORDER BY agent`);
  const sumHours = database.query<Tally & { agent: string }, [number, number]>(
    `SELECT agent, ${SUM_TALLY} FROM hours WHERE start >= ? AND start < ? AND agent <> '' GROUP BY agent`,
  );
  const listOwners = database.query<Tally & { owner: string }, []>(`SELECT owner, ${READ_TALLY} FROM owners`);
  const sumOwnerHours = database.query<Tally & { owner: string }, [number, number]>(
    `SELECT owner, ${SUM_TALLY} FROM owner_hours WHERE start >= ? AND start < ? GROUP BY owner`,
  );
  const sumAdmitted = database.query<{ agent: string; admitted: number }, [number, number]>(
    "SELECT agent, sum(calls) AS admitted FROM admitted WHERE start >= ? AND start < ? GROUP BY agent",
  );
  // `total` adds as doubles: the sum of anything that a line may say is a number, where `sum` fails.
  const sumRun = database.query<{ calls: number; costNano: number }, [string, number, string]>(`
    SELECT count(*) AS calls, total(cost_nano) AS costNano
    FROM entries CROSS JOIN shapes ON shapes.id = entries.shape
    WHERE entries.run = ? AND entries.seq > ? AND shapes.agent = ? AND shapes.type = 'call'`);

  return {
    page: preparePages(database),
    agents: () =>
      listAgents.all().map(({ agent, owner, purpose, firstOwner, firstSeen, lastSeen, ...total }) => ({
        agent,
        owner,
        purpose,
        firstOwner,
        firstSeen,
        lastSeen,
        total,
      })),
    tallies: (from, to) => new Map(sumHours.all(from, to).map(({ agent, ...tally }) => [agent, tally])),
    owners: () => new Map(listOwners.all().map(({ owner, ...total }) => [owner, total])),
    ownerTallies: (from, to) =>
      new Map(sumOwnerHours.all(from, to).map(({ owner, ...tally }) => [owner, tally])),
    admitted: (from, to) =>
      new Map(sumAdmitted.all(from, to).map(({ agent, admitted }) => [agent, admitted])),
    runSums: (agent, run, floor) => sumRun.get(run, floor, agent) ?? { calls: 0, costNano: 0 },
    admissions: prepareAdmissions(database),
  };
}

/** An opaque word for "what comes before this number". */
export function renderCursor(seq: number): string {
  return Buffer.from(String(seq)).toString("base64url");
}

/** The number a cursor stands for; null when it is none. */
export function parseCursor(cursor: string): number | null {
  const text = Buffer.from(cursor, "base64url").toString("latin1");
  return /^\d{1,16}$/.test(text) && renderCursor(Number(text)) === cursor ? Number(text) : null;
}

interface AgentRow extends Tally {
  agent: string;
  owner: string | null;
  purpose: string | null;
  firstOwner: string | null;
  firstSeen: number;
  lastSeen: number;
}
