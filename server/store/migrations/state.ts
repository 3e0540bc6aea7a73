import type { Migration } from "../database.ts";

/** state.db, step by step. Secrets stand in it as hashes only. */
export const STATE_MIGRATIONS: readonly Migration[] = [
  `
  CREATE TABLE admin_token (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    hash TEXT NOT NULL
  ) STRICT;
  CREATE TABLE sessions (
    hash    TEXT PRIMARY KEY,
    expires INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE links (
    hash    TEXT PRIMARY KEY,
    expires INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE journal_head (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    file TEXT NOT NULL,
    seq  INTEGER NOT NULL,
    hash TEXT NOT NULL
  ) STRICT;
  `,
];
