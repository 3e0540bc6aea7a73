/** Reads a journal through beside the gateway that writes it: files may be rotated and pruned meanwhile. */
import { parseLine } from "./chain.ts";
import { firstSeqOf, listArchives } from "./journal-files.ts";
import { type Piece, readPieces } from "./lines.ts";

/**
 * Every file in the order of the chain, opened by the name it has when its turn comes; one that was pruned before that is
 * passed over. `lastSeq` says how far the caller has read. Throws what the file system throws.
 */
export function* walkFiles(logFile: string, lastSeq: () => number): Generator<[string, Iterable<Piece>]> {
  let after = -1;
  const findNext = () => listArchives(logFile).find((file) => firstSeqOf(file) > after);
  for (;;) {
    const archive = findNext();
    if (archive !== undefined) {
      after = firstSeqOf(archive);
      const opened = openPieces(archive);
      if (opened) yield [archive, opened.pieces];
      continue;
    }
    const live = openPieces(logFile);
    // Rotated between the two looks: what was live is an archive now, and comes first.
    const isLate = findNext() !== undefined && (!live || live.firstSeq > lastSeq() + 1);
    if (live && isLate) live.close();
    else if (live) yield [logFile, live.pieces];
    if (!isLate) return;
  }
}

/** Number of the live file's first line; 0 when there is no such file at this moment. */
export function readLiveStart(logFile: string): number {
  const live = openPieces(logFile);
  live?.close();
  return live?.firstSeq ?? 0;
}

interface Opened {
  readonly firstSeq: number;
  readonly pieces: Iterable<Piece>;
  /** For whoever does not read the pieces. */
  close(): void;
}

/** Opens a file by reading its first piece; null when it is not there. From then on its name may change. */
function openPieces(file: string): Opened | null {
  const rest = readPieces(file);
  try {
    const { value: first, done } = rest.next();
    if (done) return null;
    const bytes = first.lines[0];
    const firstSeq = (bytes && parseLine(bytes)?.seq) ?? 0;
    return { firstSeq, pieces: chainPieces(first, rest), close: () => rest.return(undefined) };
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}

function* chainPieces(first: Piece, rest: Iterable<Piece>): Generator<Piece> {
  yield first;
  yield* rest;
}
