/** Where a journal stands when it is opened: read from its newest file alone, however many there are before it. */
import type { Bytes, Instant } from "../core/duration.ts";
import type { Line } from "../core/event.ts";
import { followLine, GENESIS, type Head } from "./chain.ts";
import { isCheckpoint, isSigned } from "./checkpoint.ts";
import { listFiles } from "./journal-files.ts";
import { readPieces } from "./lines.ts";
import type { Signer } from "./signing.ts";
import { createSums, parseTotals, type Sums, sumLine } from "./totals.ts";

export interface Standing {
  readonly head: Head;
  readonly sums: Sums;
  /** Time of the last line: the last sign of life. */
  readonly lastTime: Instant | null;
  /** The live file's first line and length up to which it is good; null when a new one has to be begun. */
  readonly live: { readonly firstSeq: number; readonly size: Bytes; readonly base: Bytes } | null;
  /** Ends of files that are no whole lines: to be set aside. */
  readonly torn: readonly { readonly file: string; readonly from: Bytes }[];
  /** What does not fit in the newest file, as sentences: the first of them, and how many. */
  readonly faults: { readonly first: string | null; readonly count: number };
}

/** Reads the newest file that has a line. A sentence when the file is not a journal: nothing may be written to it then. */
export function readStanding(logFile: string, verify: Signer["verify"]): Standing | string {
  const torn: { file: string; from: Bytes }[] = [];
  for (const file of listFiles(logFile).reverse()) {
    const found = readFile(file, verify);
    if (typeof found === "string") return found;
    if (found.tornFrom !== null) torn.push({ file, from: found.tornFrom });
    if (!found.head) continue;
    const { head, sums, lastTime, firstSeq, base, size, faults } = found;
    return { head, sums, lastTime, live: file === logFile ? { firstSeq, base, size } : null, torn, faults };
  }
  const faults = { first: null, count: 0 };
  return { head: GENESIS, sums: createSums(), lastTime: null, live: null, torn, faults };
}

interface FileStanding {
  head: Head | null;
  sums: Sums;
  lastTime: Instant | null;
  firstSeq: number;
  base: Bytes;
  size: Bytes;
  tornFrom: Bytes | null;
  faults: { first: string | null; count: number };
}

function readFile(file: string, verify: Signer["verify"]): FileStanding | string {
  const found: FileStanding = {
    head: null,
    sums: createSums(),
    lastTime: null,
    firstSeq: 0,
    base: 0,
    size: 0,
    tornFrom: null,
    faults: { first: null, count: 0 },
  };
  let number = 0;
  let at = 0;
  const blame = (what: string) => {
    found.faults.count += 1;
    found.faults.first ??= `${file}, line ${number}: ${what}`;
  };
  for (const piece of readPieces(file)) {
    at = piece.start;
    for (const bytes of piece.lines) {
      number += 1;
      const { line, head, faults } = followLine(bytes, found.head);
      if (number === 1) {
        const totals = line && isCheckpoint(line) ? parseTotals(line.totals) : null;
        if (!line || !totals) return `${file} is not a journal: move it away or set audit.log_file`;
        if (!isSigned(bytes, verify)) blame("is not signed with the key in the data folder");
        found.sums = createSums(totals);
        found.firstSeq = line.seq;
        found.base = bytes.length + 1;
      }
      if (line && head) {
        // What could not be read stands between good lines: it was not torn but damaged.
        if (found.tornFrom !== null) blame("what stands before it cannot be read");
        for (const fault of faults) blame(fault);
        found.tornFrom = null;
        found.head = head;
        found.size = at + bytes.length + 1;
        noteLine(found, line);
      } else found.tornFrom ??= at;
      at += bytes.length + 1;
    }
    if (piece.rest.length > 0) found.tornFrom ??= piece.end;
  }
  return found;
}

function noteLine(found: FileStanding, line: Line): void {
  sumLine(found.sums, line);
  const time = Date.parse(line.time);
  if (!Number.isNaN(time)) found.lastTime = time;
}
