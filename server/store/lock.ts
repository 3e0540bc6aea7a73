/**
 * One process per data folder. An exclusive transaction on a tiny SQLite file is the lock: the kernel releases it
 * however the process dies. The file is never opened but through SQLite: closing any other descriptor of it in this
 * process would drop the lock (POSIX advisory locks, fcntl(2)).
 */
import { Database } from "bun:sqlite";
import { closeSync, existsSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

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
    database.run("PRAGMA busy_timeout = 0");
    database.run("BEGIN EXCLUSIVE");
  } catch (error) {
    database.close();
    if (!isBusy(error)) throw error;
    return `${dataDir} is in use by another gateway${namePid(pidFile)}: stop it or choose another data_dir`;
  }
  writeFileSync(pidFile, `${process.pid}\n`, { mode: 0o600 });
  return {
    release() {
      database.run("ROLLBACK");
      database.close();
    },
  };
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && "code" in error && String(error.code).startsWith("SQLITE_BUSY");
}

function namePid(pidFile: string): string {
  const pid = existsSync(pidFile) ? readFileSync(pidFile, "utf8").trim() : "";
  return /^\d+$/.test(pid) ? ` (process ${pid})` : "";
}
