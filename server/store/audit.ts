/** The verifying fold over all lines of a journal, file by file. It opens nothing: lines come in, findings go out. */
import type { Line } from "../core/event.ts";
import { checkOrder, followLine, GENESIS, type Head } from "./chain.ts";
import { isCheckpoint, isSigned } from "./checkpoint.ts";
import type { Signer } from "./signing.ts";
import { createSums, parseTotals, renderTotals, type Sums, sumLine } from "./totals.ts";

/** One thing that is wrong, and where. `line` counts from 1 in its file; null when it is not about one line. */
export interface Finding {
  readonly file: string | null;
  readonly line: number | null;
  readonly seq: number | null;
  readonly what: string;
}

export interface AuditOptions {
  /** The head that was on disk for sure, or null when nobody kept one. */
  readonly kept: Head | null;
  /** Checks signatures; null when there is no key for it. */
  readonly verify: Signer["verify"] | null;
  readonly report: (finding: Finding) => void;
}

export interface Audit {
  enterFile(file: string): void;
  takeLine(bytes: Uint8Array): void;
  /** Says that the file ends with something that is no whole line: a crash leaves that in the last file alone. */
  takeRest(): void;
  /** Whether lines are missing that no line read so far has announced: a later one may. */
  readonly hasGaps: boolean;
  /** After the last file: what only the whole can tell. */
  finish(): void;
  readonly lines: number;
  /** Whether the last file ends with a line that was begun. */
  readonly isTorn: boolean;
  readonly firstSeq: number | null;
  readonly lastSeq: number | null;
}

interface Range {
  readonly from: number;
  readonly through: number;
}

export function createAudit({ kept, verify, report }: AuditOptions): Audit {
  let file: string | null = null;
  let number = 0;
  let isTorn = false;
  let lines = 0;
  let firstSeq: number | null = null;
  let lastSeq: number | null = null;
  let head: Head | null = GENESIS;
  /** What the lines since the last checkpoint sum up to; null when some are not there. */
  let sums: Sums | null = createSums();
  const gaps: (Range & Finding)[] = [];
  const announced: Range[] = [];

  const blame = (what: string, seq: number | null) => report({ file, line: number, seq, what });

  /** Whole files may be gone, when the journal says so somewhere: that is looked up at the end. */
  function checkFileStart(line: Line): void {
    if (!head) return;
    if (line.seq <= head.seq + 1) {
      const disorder = checkOrder(line, head);
      if (disorder) blame(disorder, line.seq);
      return;
    }
    const [from, through] = [head.seq + 1, line.seq - 1];
    gaps.push({
      from,
      through,
      file,
      line: number,
      seq: line.seq,
      what: `lines ${from} to ${through} are missing`,
    });
    sums = null;
  }

  function checkCheckpoint(bytes: Uint8Array, line: Line): void {
    const totals = isCheckpoint(line) ? parseTotals(line.totals) : null;
    if (number === 1 && !totals) blame("the file does not begin with a checkpoint", line.seq);
    if (!totals) return;
    if (verify && !isSigned(bytes, verify))
      blame("the checkpoint's signature is not that of the key", line.seq);
    if (sums && JSON.stringify(renderTotals(sums)) !== JSON.stringify(totals)) {
      blame("the checkpoint's totals are not what the lines before it sum up to", line.seq);
    }
    sums = createSums(totals);
  }

  function checkKept(line: Line): void {
    if (kept && line.seq === kept.seq && line.hash !== kept.hash) {
      blame("is not the line that was written with this number", line.seq);
    }
    if (line.type !== "journal") return;
    const { from_seq: from, through_seq: through } = line.detail ?? {};
    if (line.event === "journal.cut") blame("the end of the journal was cut off before this line", line.seq);
    else if (typeof from === "number" && typeof through === "number") announced.push({ from, through });
  }

  const isUnannounced = (gap: Range) =>
    !announced.some((range) => range.from <= gap.from && gap.through <= range.through);

  return {
    get hasGaps() {
      return gaps.some(isUnannounced);
    },
    enterFile(name) {
      if (isTorn) blame("is no whole line: torn or cut", null);
      isTorn = false;
      file = name;
      number = 0;
    },
    takeLine(bytes) {
      number += 1;
      lines += 1;
      const link = followLine(bytes, number === 1 ? null : head);
      for (const what of link.faults) blame(what, link.line?.seq ?? null);
      if (number === 1 && link.line) checkFileStart(link.line);
      head = link.head;
      if (!link.line) {
        sums = null;
        return;
      }
      firstSeq ??= link.line.seq;
      lastSeq = link.line.seq;
      checkCheckpoint(bytes, link.line);
      checkKept(link.line);
      if (sums) sumLine(sums, link.line);
    },
    takeRest() {
      number += 1;
      isTorn = true;
    },
    finish() {
      for (const { from, through, ...finding } of gaps.filter(isUnannounced)) report(finding);
      if (kept && (lastSeq ?? 0) < kept.seq) {
        const what = `the journal ends with line ${lastSeq ?? 0}, but line ${kept.seq} was written: its end was cut off`;
        report({ file, line: null, seq: lastSeq, what });
      }
    },
    get lines() {
      return lines;
    },
    get isTorn() {
      return isTorn;
    },
    get firstSeq() {
      return firstSeq;
    },
    get lastSeq() {
      return lastSeq;
    },
  };
}
