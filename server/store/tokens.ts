/** The table `tokens`: who may manage besides the holder of the admin token, kept as hashes. Revoked ones stay, for the logs. */
import type { Database } from "bun:sqlite";
import type { State, Token } from "./store.ts";

/** What state.db does with further tokens (SPEC 16.1). Each throws what SQLite throws, as for an id or a hash that is taken. */
export function prepareTokens(
  database: Database,
): Pick<State, "readTokens" | "addToken" | "revokeToken" | "noteTokenUse"> {
  const list = database.query<Token & { hash: string }, []>(
    "SELECT id, name, role, created, expires, revoked, used, hash FROM tokens ORDER BY created, rowid",
  );
  const insert = database.query(
    "INSERT INTO tokens (id, name, role, created, expires, revoked, used, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
  );
  const revoke = database.query("UPDATE tokens SET revoked = ? WHERE id = ? AND revoked IS NULL");
  const use = database.query("UPDATE tokens SET used = ? WHERE id = ?");
  return {
    readTokens: () => list.all(),
    addToken({ id, name, role, created, expires, revoked, used }, hash) {
      insert.run(id, name, role, created, expires, revoked, used, hash);
    },
    revokeToken: (id, at) => revoke.run(at, id).changes > 0,
    noteTokenUse: (id, at) => void use.run(at, id),
  };
}
