/** The table `settings`: what was set at run time, one row a value. */
import type { Database } from "bun:sqlite";
import type { KeptSetting, State } from "./store.ts";

/** What state.db does with settings (SPEC 2.2). Each throws what SQLite throws; then nothing was written. */
export function prepareSettings(database: Database): Pick<State, "readSettings" | "writeSettings"> {
  const list = database.query<{ path: string; value: string; sealed: number }, []>(
    "SELECT path, value, sealed FROM settings ORDER BY id",
  );
  const write = database.query(
    `INSERT INTO settings (path, value, sealed) VALUES (?, ?, ?)
     ON CONFLICT (path) DO UPDATE SET value = excluded.value, sealed = excluded.sealed`,
  );
  const remove = database.query("DELETE FROM settings WHERE path = ?");
  const change = database.transaction((kept: readonly KeptSetting[], dropped: readonly string[]) => {
    for (const path of dropped) remove.run(path);
    for (const { path, value, sealed } of kept) write.run(path, value, sealed ? 1 : 0);
  });
  return {
    readSettings: () => list.all().map((row) => ({ ...row, sealed: row.sealed === 1 })),
    writeSettings: (kept, dropped) => change(kept, dropped),
  };
}
