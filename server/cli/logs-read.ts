/** Reading the log through the management API. */
import type { LogEntry } from "../store/store.ts";
import { ask } from "./ask.ts";
import { type Failure, isFailure } from "./failure.ts";
import type { Target } from "./target.ts";

/** The filters that the command line takes; each narrows. */
export interface LogsOptions {
  readonly agent?: string | undefined;
  readonly owner?: string | undefined;
  readonly purpose?: string | undefined;
  readonly status?: string | undefined;
  readonly type?: string | undefined;
  readonly since?: string | undefined;
}

/** What `GET /api/logs` takes for them. */
export type LogsQuery = Readonly<
  Partial<Record<"agent" | "owner" | "purpose" | "status" | "type" | "from", string>>
>;

export function toQuery({ since, agent, owner, purpose, status, type }: LogsOptions): LogsQuery {
  const given = Object.entries({ agent, owner, purpose, status, type, from: since });
  return Object.fromEntries(given.filter(([, value]) => value !== undefined));
}

/** Whether an entry passes the filters, as the API would judge it; `since` lies behind every new entry. */
export function passes(entry: LogEntry, { agent, owner, purpose, status, type }: LogsOptions): boolean {
  const wanted = [
    [entry.agent, agent],
    [entry.owner, owner],
    [entry.purpose, purpose],
    [entry.status, status],
    [entry.type, type],
  ] as const;
  return wanted.every(([value, filter]) => filter === undefined || String(value) === filter);
}

/** How much is read: at most so many entries, none with a `seq` up to `after`. */
export interface ReadRange {
  readonly most: number;
  readonly after: number;
}

const PAGE = 1_000;

/** The newest entries that match, within the range; oldest first. */
export async function readLogs(
  target: Target,
  query: LogsQuery,
  { most, after }: ReadRange,
): Promise<LogEntry[] | Failure> {
  const found: LogEntry[] = [];
  for (let cursor: string | null = null; found.length < most; ) {
    const page: { entries: readonly LogEntry[]; next_cursor: string | null } | Failure = await ask(
      target,
      (client) =>
        client.api.logs.get({
          query: {
            ...query,
            limit: String(Math.min(PAGE, most - found.length)),
            ...(cursor === null ? {} : { cursor }),
          },
        }),
    );
    if (isFailure(page)) return page;
    const fresh = page.entries.filter((entry) => Number(entry.seq) > after);
    found.push(...fresh);
    cursor = page.next_cursor;
    if (cursor === null || fresh.length < page.entries.length) break;
  }
  return found.reverse();
}
