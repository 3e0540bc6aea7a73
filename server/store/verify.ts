/** `audit verify`: reads every file of a journal and says what was edited, removed, inserted, reordered or cut off. */
import { setImmediate } from "node:timers/promises";
import { sayWhy } from "./append-file.ts";
import { createAudit, type Finding } from "./audit.ts";
import { readVerifier } from "./signing.ts";
import { readKeptHead } from "./state.ts";
import { readLiveStart, walkFiles } from "./walk.ts";

/** Findings beyond this many are counted, not told. */
const MAX_PROBLEMS = 100;

/** Lines between two turns of the loop: a millisecond of work, for calls must not wait for it. */
const PIECE = 64;

export interface VerifyReport {
  readonly ok: boolean;
  readonly files: number;
  readonly lines: number;
  /** Numbers of the first and last line that are there; null when there is none. */
  readonly firstSeq: number | null;
  readonly lastSeq: number | null;
  /** Whether the last file ends with a line that was begun: a crash leaves one, and the next start sets it aside. */
  readonly isTorn: boolean;
  /** False when the data folder has no key to check the checkpoints' signatures with. */
  readonly signaturesChecked: boolean;
  /** False when the data folder knows of no line that this journal must at least reach. */
  readonly endChecked: boolean;
  /** The first hundred, in the order of the files. */
  readonly problems: readonly Finding[];
  readonly problemCount: number;
}

/**
 * Verifies the files alone, beside a running gateway or without one, in turns that leave the loop to others. A file that
 * cannot be read is a finding. Throws when the key or `state.db` cannot be read, and once `signal` aborts.
 */
export async function verifyJournal(
  logFile: string,
  dataDir: string,
  signal?: AbortSignal,
): Promise<VerifyReport> {
  const problems: Finding[] = [];
  let problemCount = 0;
  const report = (finding: Finding) => {
    problemCount += 1;
    if (problems.length < MAX_PROBLEMS) problems.push(finding);
  };

  const verify = readVerifier(dataDir);
  // The head is read before the files: it must be in them.
  const kept = readKeptHead(dataDir, logFile);
  const audit = createAudit({ kept, verify, report });
  const target = Math.max(kept?.seq ?? 0, readLiveStart(logFile));
  let files = 0;
  let current = logFile;
  try {
    for (const [file, pieces] of walkFiles(logFile, () => audit.lastSeq ?? 0)) {
      current = file;
      files += 1;
      audit.enterFile(file);
      for (const piece of pieces) {
        for (const bytes of piece.lines) {
          audit.takeLine(bytes);
          if (audit.lines % PIECE === 0) await setImmediate();
        }
        if (piece.rest.length > 0) audit.takeRest();
        await setImmediate();
        signal?.throwIfAborted();
      }
      // What was the live file at the beginning has been read: a gateway may write faster than this reads.
      if ((audit.lastSeq ?? 0) > target && !audit.hasGaps) break;
    }
  } catch (error) {
    signal?.throwIfAborted();
    report({ file: current, line: null, seq: null, what: `cannot be read: ${sayWhy(error)}` });
  }
  audit.finish();
  const { lines, firstSeq, lastSeq, isTorn } = audit;
  return {
    ok: problemCount === 0,
    files,
    lines,
    firstSeq,
    lastSeq,
    isTorn,
    signaturesChecked: verify !== null,
    endChecked: kept !== null,
    problems,
    problemCount,
  };
}
