/** What is asked of index.db. Values from outside reach SQL as parameters only. */
import type { Database } from "bun:sqlite";
import type { Tally } from "../core/agent.ts";
import type { Instant } from "../core/duration.ts";
import { type FindPage, preparePages } from "./pages.ts";
import type { AgentHistory } from "./store.ts";

const SUMS = `sum(calls) AS calls, sum(errors) AS errors, sum(blocked) AS blocked, sum(tokens_in) AS tokensIn,
  sum(tokens_out) AS tokensOut, sum(cost_nano) AS costNano, sum(unpriced) AS unpriced`;

export interface Queries {
  readonly page: FindPage;
  agents(): AgentHistory[];
  tallies(from: Instant, to: Instant): Map<string, Tally>;
}

export function prepareQueries(database: Database): Queries {
  const listAgents = database.query<AgentRow, []>(`
    SELECT agent, owner, purpose, first_seen AS firstSeen, last_seen AS lastSeen, calls, errors, blocked,
      tokens_in AS tokensIn, tokens_out AS tokensOut, cost_nano AS costNano, unpriced
    FROM agents ORDER BY agent`);
  const sumHours = database.query<Tally & { agent: string }, [number, number]>(
    `SELECT agent, ${SUMS} FROM hours WHERE start >= ? AND start < ? AND agent <> '' GROUP BY agent`,
  );

  return {
    page: preparePages(database),
    agents: () =>
      listAgents.all().map(({ agent, owner, purpose, firstSeen, lastSeen, ...total }) => ({
        agent,
        owner,
        purpose,
        firstSeen,
        lastSeen,
        total,
      })),
    tallies: (from, to) => new Map(sumHours.all(from, to).map(({ agent, ...tally }) => [agent, tally])),
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
  firstSeen: number;
  lastSeen: number;
}
