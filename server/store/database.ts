/** Opens the SQLite files: 0600, WAL, migrated forward to the newest version. */
import { Database } from "bun:sqlite";
import { closeSync, existsSync, openSync } from "node:fs";

/** One step forward: the statements that make version n of version n-1. Never changed once released. */
export type Migration = string;

/**
 * Opens a file that this process alone writes. Readers of other processes (`audit verify`) never block a writer in WAL
 * mode, so the busy timeout only covers the moments at which SQLite recovers or checkpoints. Throws what SQLite throws,
 * and when the file was made by a newer version.
 */
export function openDatabase(file: string, migrations: readonly Migration[]): Database {
  // Created before SQLite does it: -wal and -shm take its permissions over.
  if (!existsSync(file)) closeSync(openSync(file, "a", 0o600));
  const database = new Database(file, { strict: true });
  try {
    database.run("PRAGMA busy_timeout = 200");
    database.run("PRAGMA journal_mode = WAL");
    database.run("PRAGMA synchronous = NORMAL");
    migrate(database, file, migrations);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function migrate(database: Database, file: string, migrations: readonly Migration[]): void {
  database.run("CREATE TABLE IF NOT EXISTS versions (version INTEGER PRIMARY KEY) STRICT");
  const row = database
    .query<{ version: number | null }, []>("SELECT max(version) AS version FROM versions")
    .get();
  const version = row?.version ?? 0;
  if (version > migrations.length) throw new Error(`${file} was made by a newer version of Tollgate`);
  for (const [index, statements] of migrations.entries()) {
    if (index < version) continue;
    database.transaction(() => {
      database.run(statements);
      database.run("INSERT INTO versions (version) VALUES (?)", [index + 1]);
    })();
  }
}
