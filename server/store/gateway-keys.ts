/** The table `gateway_keys`: what proves an agent, kept as hashes. Revoked keys stay, so that logs can name them. */
import type { Database } from "bun:sqlite";
import type { GatewayKey, State } from "./store.ts";

/** What state.db does with gateway keys (SPEC 4.4). Each throws what SQLite throws, as for an id or a hash that is taken. */
export function prepareGatewayKeys(database: Database): Pick<State, "readKeys" | "addKey" | "revokeKey"> {
  const list = database.query<GatewayKey & { hash: string }, []>(
    "SELECT id, agent, name, created, expires, revoked, hash FROM gateway_keys ORDER BY created, rowid",
  );
  const insert = database.query(
    "INSERT INTO gateway_keys (id, agent, name, created, expires, revoked, hash) VALUES (?, ?, ?, ?, ?, ?, ?)",
  );
  const revoke = database.query("UPDATE gateway_keys SET revoked = ? WHERE id = ? AND revoked IS NULL");
  return {
    readKeys: () => list.all(),
    addKey({ id, agent, name, created, expires, revoked }, hash) {
      insert.run(id, agent, name, created, expires, revoked, hash);
    },
    revokeKey: (id, at) => revoke.run(at, id).changes > 0,
  };
}
