/**
 * One process per data folder. An exclusive transaction on a tiny SQLite file is the lock: the kernel releases it
 * however the process dies. The file is never opened but through SQLite: closing any other descriptor of it in this
 * process would drop the lock (POSIX advisory locks, fcntl(2)).
 */
import { Database } from "bun:sqlite";
import { closeSync, existsSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Millis } from "../core/duration.ts";

/** How long a start waits for somebody who only looks whether the lock is held. */
const GLANCE: Millis = 200;

export interface Lock {
  release(): void;
}

/** The lock, or a sentence that names who holds it. Throws what the file system throws. */
export function takeLock(dataDir: string): Lock | string {
  const file = join(dataDir, "lock.db");
  const pidFile = join(dataDir, "lock.pid");
  if (!existsSync(file)) closeSync(openSync(file, "a", 0o600));
  const database = new Database(file);
  try {
    database.run(`PRAGMA busy_timeout = ${GLANCE}`);
    database.run("BEGIN EXCLUSIVE");
  } catch (error) {
    database.close();
    if (!isBusy(error)) throw error;
    const pid = readPid(pidFile);
    const named = pid === null ? "" : ` (process ${pid})`;
    return `${dataDir} is in use by another gateway${named}: stop it or choose another data_dir`;
  }
  writeFileSync(pidFile, `${process.pid}\n`, { mode: 0o600 });
  return {
    release() {
      database.run("ROLLBACK");
      database.close();
    },
  };
}

/**
 * The process that holds the folder's lock, with `pid` null where lock.pid does not say which; null when none does, however
 * the last one ended. Throws what SQLite throws.
 */
export function findLockHolder(dataDir: string): { readonly pid: number | null } | null {
  const file = join(dataDir, "lock.db");
  if (!existsSync(file)) return null;
  const database = new Database(file, { readonly: true });
  try {
    database.run("PRAGMA busy_timeout = 0");
    database.run("SELECT count(*) FROM sqlite_schema");
    return null;
  } catch (error) {
    if (!isBusy(error)) throw error;
    return { pid: readPid(join(dataDir, "lock.pid")) };
  } finally {
    database.close();
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && "code" in error && String(error.code).startsWith("SQLITE_BUSY");
}

function readPid(pidFile: string): number | null {
  const pid = existsSync(pidFile) ? readFileSync(pidFile, "utf8").trim() : "";
  return /^\d+$/.test(pid) ? Number(pid) : null;
}
