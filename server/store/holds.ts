/**
 * What is in flight: holds.log. A hold is with the system before its request leaves, and each growth of it before more
 * of the answer is passed on (SPEC 7.7). Closings ride along with the next of these: a lost one does no harm, since the
 * journal has the call's line by then and is looked through at start.
 */
import { existsSync, readFileSync, renameSync, rmSync } from "node:fs";
import type { Bytes } from "../core/duration.ts";
import { type AppendFile, openAppendFile, sayWhy, type WriteText } from "./append-file.ts";
import {
  type HoldsLog,
  parseHoldsLog,
  raise,
  renderClose,
  renderGrow,
  renderHeader,
  renderOpen,
} from "./holds-log.ts";
import type { Hold, Holds } from "./store.ts";

/** The file is rewritten when it is larger than this and mostly closed holds. */
const LARGE: Bytes = 1024 * 1024;

export interface HoldsOptions {
  readonly file: string;
  /** What the file says, as `readHoldsLog` found it: these holds stay open. */
  readonly found: HoldsLog;
  /** Number of the journal's last line. */
  readonly journalSeq: () => number;
  /** Whether each opening and growth waits for the disk (`fsync: always`). */
  readonly durable: boolean;
  readonly log: (message: string) => void;
  readonly write?: WriteText | undefined;
  /** Above which length a rewriting is worth it. */
  readonly large?: Bytes | undefined;
}

export interface OpenHolds extends Holds {
  /** The holds that are open, as grown, in the order of opening. */
  list(): readonly Hold[];
  shut(): void;
}

/** What a former process left in holds.log; nothing when there is no such file. */
export function readHoldsLog(file: string): HoldsLog {
  return parseHoldsLog(existsSync(file) ? readFileSync(file, "utf8").split("\n") : []);
}

/** Opens holds.log, rewritten to what is open. Throws what the file system throws. */
export function openHolds(options: HoldsOptions): OpenHolds {
  const open = new Map(options.found.open);
  const large = options.large ?? LARGE;
  let generation = options.found.header.generation;
  let closings = "";
  /** Why the last hold could not be written, or null. */
  let problem: string | null = null;
  let rewriteAt = large;
  let file = rewrite();

  /** Begins a new generation with the open holds alone; the old file stands until the new one is whole. */
  function rewrite(): AppendFile {
    const temporary = `${options.file}.new`;
    rmSync(temporary, { force: true });
    const next = openAppendFile(temporary, options.write);
    const text =
      renderHeader(generation + 1, options.journalSeq()) + [...open.values()].map(renderOpen).join("");
    try {
      const failure = next.write(text);
      if (failure !== null) throw new Error(failure);
      if (options.durable) next.sync();
      renameSync(temporary, options.file);
    } catch (error) {
      next.close();
      throw error;
    }
    generation += 1;
    closings = "";
    rewriteAt = Math.max(large, next.size * 4);
    return next;
  }

  function rewriteIfLarge(): void {
    if (file.size < rewriteAt) return;
    try {
      const old = file;
      file = rewrite();
      old.close();
    } catch (error) {
      rewriteAt = file.size * 2;
      options.log(`holds.log could not be rewritten: ${sayWhy(error)}`);
    }
  }

  /** Writes a word, and with it what waits to be closed: all of it or, when false, nothing. */
  function put(word: string): boolean {
    const size = file.size;
    problem = file.write(closings + word);
    if (problem === null && options.durable) problem = syncOrCut(file, size);
    if (problem !== null) return false;
    closings = "";
    return true;
  }

  return {
    open(hold) {
      if (!put(renderOpen(hold))) return false;
      open.set(hold.id, hold);
      rewriteIfLarge();
      return true;
    },
    grow(id, amount) {
      const hold = open.get(id);
      if (!hold) return false;
      const grown = raise(hold, amount);
      if (grown === hold) return true;
      if (!put(renderGrow(grown))) return false;
      open.set(id, grown);
      rewriteIfLarge();
      return true;
    },
    close(id) {
      if (open.delete(id)) closings += renderClose(id);
    },
    get size() {
      return open.size;
    },
    get problem() {
      return problem && `What is in flight cannot be written down: ${problem}`;
    },
    list: () => [...open.values()],
    shut() {
      const failure = closings === "" ? null : file.write(closings);
      if (failure !== null) options.log(`holds.log could not be finished: ${failure}`);
      file.close();
    },
  };
}

function syncOrCut(file: AppendFile, size: Bytes): string | null {
  try {
    file.sync();
    return null;
  } catch (error) {
    // The caller is told no: nothing leaves for this word, so it must not stay.
    file.cutTo(size);
    return sayWhy(error);
  }
}
