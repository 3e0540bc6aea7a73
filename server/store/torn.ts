/** What a crash or a power failure left behind a file's last whole line is kept beside it, and cut off. */
import { readFileSync, truncateSync, writeFileSync } from "node:fs";
import type { NewLine } from "../core/event.ts";
import type { Head } from "./chain.ts";
import type { Standing } from "./standing.ts";

/** Sets the torn ends aside as `<file>.torn.<number of the line it would have been>`. Throws what the system throws. */
export function setTornAside({ torn, head }: Standing): void {
  for (const { file, from } of torn) {
    writeFileSync(`${file}.torn.${head.seq + 1}`, readFileSync(file).subarray(from), { mode: 0o600 });
    truncateSync(file, from);
  }
}

/**
 * What the journal has to say about itself when it is opened. `kept` is the head that was on disk for sure when the last
 * process kept it: a journal that ends before it, or differs there, was changed from outside.
 */
export function describeStart(standing: Standing, kept: Head | null, time: string): NewLine[] {
  const { head, torn, faults } = standing;
  const note = (event: string, detail: Readonly<Record<string, unknown>>): NewLine => {
    return { type: "journal", time, event, detail };
  };
  const notes = torn.map(({ file, from }) => note("journal.torn", { file, from }));
  if (kept && (head.seq < kept.seq || (head.seq === kept.seq && head.hash !== kept.hash))) {
    notes.push(
      note("journal.cut", { expected_seq: kept.seq, expected_hash: kept.hash, found_seq: head.seq }),
    );
  }
  if (faults.first !== null) notes.push(note("journal.broken", { first: faults.first, count: faults.count }));
  return notes;
}
