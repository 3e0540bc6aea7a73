/** Reading the log through the management API. */
import type { LogEntry } from "../store/store.ts";
import { ask } from "./ask.ts";
import { type Failure, isFailure } from "./failure.ts";
import type { LogsQuery } from "./logs-options.ts";
import type { Target } from "./target.ts";

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
