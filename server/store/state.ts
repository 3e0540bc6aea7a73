/** What people decided and what trust has come to, in state.db; and how far the journal was on disk for sure. */
import { Database } from "bun:sqlite";
import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import type { Instant } from "../core/duration.ts";
import { prepareAlerts } from "./alerts.ts";
import type { Head } from "./chain.ts";
import { openDatabase } from "./database.ts";
import { prepareGatewayKeys } from "./gateway-keys.ts";
import { STATE_MIGRATIONS } from "./migrations/state.ts";
import { preparePauses } from "./pauses.ts";
import { prepareResumes } from "./resumes.ts";
import { prepareSettings } from "./settings.ts";
import type { AdminToken, Opened, State } from "./store.ts";
import { prepareTokens } from "./tokens.ts";
import { prepareTrust } from "./trust-standings.ts";

/** A journal is known by its place relative to the data folder, so that both can be moved or copied together. */
const READ_HEAD = "SELECT seq, hash FROM journal_head WHERE file = ?";

export interface OpenState extends State {
  /** The head of this journal as last kept; null when it was never kept, or another journal's was. */
  readHead(logFile: string): Head | null;
  /** Keeps a head. Only one that is on disk: a tail that ends before it was cut. */
  writeHead(logFile: string, head: Head): void;
  close(): void;
}

/** Opens or makes `<dataDir>/state.db`. Throws what SQLite throws. */
export function openState(dataDir: string, now: () => Instant): OpenState {
  const database = openDatabase(stateFile(dataDir), STATE_MIGRATIONS);
  const readToken = database.query<AdminToken, []>("SELECT hash, origin FROM admin_token");
  const writeToken = database.query(
    "INSERT OR REPLACE INTO admin_token (only, hash, origin) VALUES (1, ?, ?)",
  );
  const removeToken = database.query("DELETE FROM admin_token");
  const readHead = database.query<Head, [string]>(READ_HEAD);
  const writeHead = database.query(
    "INSERT OR REPLACE INTO journal_head (only, file, seq, hash) VALUES (1, ?, ?, ?)",
  );
  const sessions = openExpiring(database, "sessions");
  const links = openExpiring(database, "links");

  return {
    readAdminToken: () => readToken.get(),
    writeAdminToken: ({ hash, origin }) => void writeToken.run(hash, origin),
    removeAdminToken: () => void removeToken.run(),
    createSession: (hash, expires, token) => sessions.add(hash, expires, token, now()),
    findSession: (hash, at) => sessions.find(hash, at),
    removeSession: (hash) => sessions.remove(hash),
    removeLogins: database.transaction(() => {
      sessions.clear();
      links.clear();
    }),
    createLink: (hash, expires, token) => links.add(hash, expires, token, now()),
    takeLink(hash, at) {
      const link = links.find(hash, at);
      links.remove(hash);
      return link;
    },
    ...prepareTokens(database),
    ...preparePauses(database),
    ...prepareResumes(database),
    ...prepareGatewayKeys(database),
    ...prepareTrust(database),
    ...prepareSettings(database),
    ...prepareAlerts(database),
    readHead: (logFile) => readHead.get(relative(dataDir, logFile)),
    writeHead: (logFile, { seq, hash }) => void writeHead.run(relative(dataDir, logFile), seq, hash),
    close: () => database.close(),
  };
}

/** The kept head, read beside a running gateway; null when there is none. Throws when state.db cannot be read. */
export function readKeptHead(dataDir: string, logFile: string): Head | null {
  const file = stateFile(dataDir);
  if (!existsSync(file)) return null;
  const database = new Database(file, { readonly: true, strict: true });
  try {
    return database.query<Head, [string]>(READ_HEAD).get(relative(dataDir, logFile));
  } finally {
    database.close();
  }
}

/** What one token may have opened at once: whoever logs in without end must not fill the disk. */
const MOST_OPENED = 1_000;

/** A table of hashes that end some day; adding one sweeps out those that have, and its token's oldest beyond the most. */
function openExpiring(database: Database, table: "sessions" | "links") {
  const sweep = database.query(`DELETE FROM ${table} WHERE expires <= ?`);
  const insert = database.query(`INSERT OR REPLACE INTO ${table} (hash, expires, token) VALUES (?, ?, ?)`);
  const crowdOut = database.query(
    `DELETE FROM ${table} WHERE hash IN
     (SELECT hash FROM ${table} WHERE token IS ? ORDER BY expires DESC LIMIT -1 OFFSET ${MOST_OPENED})`,
  );
  const find = database.query<Opened, [string, number]>(
    `SELECT token FROM ${table} WHERE hash = ? AND expires > ?`,
  );
  const remove = database.query(`DELETE FROM ${table} WHERE hash = ?`);
  const clear = database.query(`DELETE FROM ${table}`);
  return {
    add(hash: string, expires: Instant, token: string | null, now: Instant): void {
      sweep.run(now);
      insert.run(hash, expires, token);
      crowdOut.run(token);
    },
    find: (hash: string, now: Instant): Opened | null => find.get(hash, now),
    remove: (hash: string): void => void remove.run(hash),
    clear: (): void => void clear.run(),
  };
}

function stateFile(dataDir: string): string {
  return join(dataDir, "state.db");
}
