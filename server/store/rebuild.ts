/** `audit rebuild`: makes index.db anew from the journal's files, and touches nothing else. */

import { sayWhy } from "./append-file.ts";
import { openIndex, removeIndex } from "./index-db.ts";
import { takeLock } from "./lock.ts";
import type { StoreOptions, StoreProblem } from "./open.ts";
import { readStanding } from "./standing.ts";

/** Number of the last line that was folded, or why it was not done: a gateway is running on these files. */
export function rebuildIndex(
  options: Omit<StoreOptions, "write">,
): { readonly lastSeq: number } | StoreProblem {
  const { dataDir, audit, timezone: zone, now, log } = options;
  try {
    const lock = takeLock(dataDir);
    if (typeof lock === "string") return { problem: lock };
    try {
      const standing = readStanding(audit.log_file, () => true);
      if (typeof standing === "string") return { problem: standing };
      const { log_file: logFile, max_entries: maxEntries } = audit;
      removeIndex(dataDir);
      openIndex({ dataDir, logFile, head: standing.head, zone, maxEntries, now, log }).close();
      return { lastSeq: standing.head.seq };
    } finally {
      lock.release();
    }
  } catch (error) {
    return { problem: `index.db in ${dataDir} could not be made: ${sayWhy(error)}` };
  }
}
