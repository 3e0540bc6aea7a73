/**
 * What is in flight: holds.log. A hold is with the system before its request leaves. Closings ride along with the next
 * opening: a lost one does no harm, since the journal has the call's line by then and is looked through at start.
 */
import { existsSync, readFileSync, renameSync, rmSync } from "node:fs";
import type { Bytes } from "../core/duration.ts";
import { type AppendFile, openAppendFile, sayWhy, type WriteText } from "./append-file.ts";
import { type HoldsLog, parseHoldsLog, renderClose, renderHeader, renderOpen } from "./holds-log.ts";
import type { Hold, Holds } from "./store.ts";

/** The file is rewritten when it is larger than this and mostly closed holds. */
const LARGE: Bytes = 1024 * 1024;

export interface HoldsOptions {
  readonly file: string;
  /** What the file says, as `readHoldsLog` found it: these holds stay open. */
  readonly found: HoldsLog;
  /** Number of the journal's last line. */
  readonly journalSeq: () => number;
  /** Whether each opening waits for the disk (`fsync: always`). */
  readonly durable: boolean;
  readonly log: (message: string) => void;
  readonly write?: WriteText | undefined;
  /** Above which length a rewriting is worth it. */
  readonly large?: Bytes | undefined;
}

export interface OpenHolds extends Holds {
  /** The holds that are open, in the order of opening. */
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

  return {
    open(hold) {
      const size = file.size;
      problem = file.write(closings + renderOpen(hold));
      if (problem !== null) return false;
      closings = "";
      if (options.durable && !syncOrCut(file, size)) return false;
      open.set(hold.id, hold);
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

function syncOrCut(file: AppendFile, size: Bytes): boolean {
  try {
    file.sync();
    return true;
  } catch {
    // The caller is told no: the request does not leave, so its hold must not stay.
    file.cutTo(size);
    return false;
  }
}
