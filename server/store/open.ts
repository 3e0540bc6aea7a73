/** Opens the four homes of a data folder in the order in which they need each other. */
import { dirname, join } from "node:path";
import type { Instant } from "../core/duration.ts";
import type { AuditSettings } from "../core/settings.ts";
import { sayWhy, type WriteText } from "./append-file.ts";
import type { Head } from "./chain.ts";
import { openHolds, readHoldsLog } from "./holds.ts";
import { openIndex } from "./index-db.ts";
import { openJournal } from "./journal.ts";
import { type Lock, takeLock } from "./lock.ts";
import { dropSettled, renderInterrupted } from "./recover.ts";
import { openSigner } from "./signing.ts";
import { readStanding } from "./standing.ts";
import { openState } from "./state.ts";
import type { Store } from "./store.ts";
import { describeStart, setTornAside } from "./torn.ts";
import { explainUnusable, makeFolder } from "./unusable.ts";

export interface StoreOptions {
  readonly dataDir: string;
  readonly audit: AuditSettings;
  /** IANA name: where hours and days begin. */
  readonly timezone: string;
  readonly now: () => Instant;
  readonly log: (message: string) => void;
  /** How the journal and holds.log write; the system's own way when absent. */
  readonly write?: WriteText;
}

/** Why there is no store, as a sentence for the person. */
export interface StoreProblem {
  readonly problem: string;
}

/** Where a gateway is told which folder to take. */
const DATA_DIR = "--data-dir or gateway.data_dir";

/** Opens the store, or says why it cannot be: another gateway holds it, a folder cannot be used, a file is not ours. */
export function openStore(options: StoreOptions): Store | StoreProblem {
  const unusable =
    makeFolder(options.dataDir, DATA_DIR) ?? makeFolder(dirname(options.audit.log_file), "audit.log_file");
  if (unusable !== null) return { problem: unusable };
  let lock: Lock | string;
  try {
    lock = takeLock(options.dataDir);
  } catch (error) {
    return { problem: explainUnusable(options.dataDir, DATA_DIR, error) };
  }
  if (typeof lock === "string") return { problem: lock };
  try {
    const store = openLocked(options, lock);
    if ("problem" in store) lock.release();
    return store;
  } catch (error) {
    lock.release();
    return { problem: `the data in ${options.dataDir} cannot be used: ${sayWhy(error)}` };
  }
}

function openLocked(options: StoreOptions, lock: Lock): Store | StoreProblem {
  const { dataDir, audit, now, log, write } = options;
  const signer = openSigner(dataDir);
  const standing = readStanding(audit.log_file, signer.verify);
  if (typeof standing === "string") return { problem: standing };
  setTornAside(standing);

  const state = openState(dataDir, now);
  const notes = describeStart(standing, state.readHead(audit.log_file), new Date(now()).toISOString());
  const keepHead = (head: Head) => state.writeHead(audit.log_file, head);
  const journal = openJournal({ audit, signer, standing, now, log, keepHead, write });
  for (const note of notes) journal.append(note);

  const { log_file: logFile, max_entries: maxEntries } = audit;
  const index = openIndex({
    dataDir,
    logFile,
    head: journal.head,
    zone: options.timezone,
    maxEntries,
    now,
    log,
  });
  journal.onLine(index.take);

  const file = join(dataDir, "holds.log");
  const found = dropSettled(readHoldsLog(file), logFile);
  const durable = audit.fsync === "always";
  const holds = openHolds({ file, found, journalSeq: () => journal.head.seq, durable, log, write });
  journal.onLine((line) => {
    if (line.type === "call") holds.close(line.request_id);
  });
  for (const hold of holds.list()) journal.append(renderInterrupted(hold, now(), standing.lastTime));
  journal.prune();

  return {
    journal,
    state,
    index,
    holds: {
      open: holds.open,
      grow: holds.grow,
      get problem() {
        return holds.problem;
      },
      // A line that waits in memory is not in the journal yet: its hold stays until it is.
      close: (id) => (journal.problem === null ? holds.close(id) : undefined),
      get size() {
        return holds.size;
      },
    },
    close() {
      journal.close();
      holds.shut();
      index.close();
      state.close();
      lock.release();
    },
  };
}
