/** Notices when the configuration file changes, however it is replaced: edited, renamed over, or behind a swapped link. */
import { createHash } from "node:crypto";
import { type FSWatcher, lstatSync, readFileSync, readlinkSync, watch } from "node:fs";
import { join, parse, resolve, sep } from "node:path";
import type { Millis } from "../core/duration.ts";

export interface WatchOptions {
  /** Absolute path of the file. */
  readonly file: string;
  /** The text that is in force; the first call back is for a text that differs. */
  readonly text: string;
  /** How long it must be quiet before the file is read: editors write in several steps. */
  readonly settle: Millis;
  /** Called once per changed content. A file that is gone for now is no change. */
  readonly onChange: (text: string) => void;
  /** Called when the file or its folder cannot be read, with a sentence; watching goes on. */
  readonly onProblem: (message: string) => void;
}

/** Watches until the returned function is called. Does not keep the process alive. */
export function watchConfig({ file, text, settle, onChange, onProblem }: WatchOptions): () => void {
  let watchers: FSWatcher[] = [];
  let known = fingerprint(text);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;

  const stir = () => {
    if (stopped) return;
    clearTimeout(timer);
    timer = setTimeout(look, settle);
    timer.unref();
  };

  const look = () => {
    // Before the file is read: what changes after that must be noticed.
    follow();
    const found = readText(file, onProblem);
    if (found === null || fingerprint(found) === known) return;
    known = fingerprint(found);
    onChange(found);
  };

  /**
   * Each time anew: links may lead elsewhere, and a folder made again under its old name is another folder. The old ones
   * are closed first, because Bun would hand out the dead one again for the same path.
   */
  const follow = () => {
    for (const watcher of watchers) watcher.close();
    watchers = findFolders(file, onProblem).flatMap((folder) => watchFolder(folder, stir, onProblem) ?? []);
  };

  follow();
  // The file may have changed since its text was read.
  stir();
  return () => {
    stopped = true;
    clearTimeout(timer);
    for (const watcher of watchers) watcher.close();
  };
}

function watchFolder(
  folder: string,
  onEvent: () => void,
  onProblem: (message: string) => void,
): FSWatcher | null {
  try {
    return watch(folder, { persistent: false }, onEvent).on("error", onEvent);
  } catch (error) {
    onProblem(`The folder ${folder} cannot be watched: ${messageOf(error)}`);
    return null;
  }
}

/** None when a link vanishes while it is followed. */
function findFolders(file: string, onProblem: (message: string) => void): string[] {
  try {
    return foldersOf(file);
  } catch (error) {
    onProblem(`The way to ${file} cannot be followed: ${messageOf(error)}`);
    return [];
  }
}

/** As many links as Linux follows in one path (path_resolution(7)). */
const MOST_LINKS = 40;

/**
 * The folders in which a change can make the path lead to other content: those that hold the file or a symbolic link on the
 * way to it. Where the way ends early, the last folder that exists.
 */
export function foldersOf(file: string): string[] {
  const folders = new Set<string>();
  let { root: folder } = parse(resolve(file));
  let rest = partsOf(resolve(file));
  for (let links = 0; rest.length > 0; ) {
    const [name = "", ...others] = rest;
    const path = join(folder, name);
    const kind = kindOf(path);
    if (kind === "link" && links++ < MOST_LINKS) {
      folders.add(folder);
      const target = resolve(folder, readlinkSync(path));
      folder = parse(target).root;
      rest = [...partsOf(target), ...others];
    } else if (kind !== "folder" || others.length === 0) {
      folders.add(folder);
      break;
    } else {
      folder = path;
      rest = others;
    }
  }
  return [...folders];
}

function partsOf(path: string): string[] {
  return path.slice(parse(path).root.length).split(sep).filter(Boolean);
}

function kindOf(path: string): "link" | "folder" | "other" | "missing" {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (!stat) return "missing";
  if (stat.isSymbolicLink()) return "link";
  return stat.isDirectory() ? "folder" : "other";
}

function readText(file: string, onProblem: (message: string) => void): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const gone = error instanceof Error && "code" in error && error.code === "ENOENT";
    if (!gone) onProblem(`${file} cannot be read: ${messageOf(error)}`);
    return null;
  }
}

function fingerprint(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
