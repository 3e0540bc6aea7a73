import type { Migration } from "../database.ts";

/** state.db, step by step. Secrets stand in it as hashes, or sealed where they have to be used again. */
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
  `
  -- Why an agent is paused is JSON: each cause has members of its own.
  CREATE TABLE pauses (
    agent TEXT PRIMARY KEY,
    since INTEGER NOT NULL,
    until INTEGER,
    cause TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE gateway_keys (
    id      TEXT PRIMARY KEY,
    agent   TEXT NOT NULL,
    name    TEXT,
    hash    TEXT NOT NULL UNIQUE,
    created INTEGER NOT NULL,
    expires INTEGER,
    revoked INTEGER
  ) STRICT;
  CREATE TABLE trust (
    agent    TEXT PRIMARY KEY,
    standing TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  `
  CREATE TABLE resumes (
    agent     TEXT PRIMARY KEY,
    calls     INTEGER NOT NULL,
    errors    INTEGER NOT NULL,
    cost_nano INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  `
  CREATE TABLE tokens (
    id      TEXT PRIMARY KEY,
    name    TEXT,
    role    TEXT NOT NULL,
    hash    TEXT NOT NULL UNIQUE,
    created INTEGER NOT NULL,
    expires INTEGER,
    revoked INTEGER,
    used    INTEGER
  ) STRICT;
  -- Whose token opened it: an id of the table above, or null for the admin token.
  ALTER TABLE sessions ADD COLUMN token TEXT;
  ALTER TABLE links ADD COLUMN token TEXT;
  `,
  `
  -- What was set at run time: the path as a JSON array, the value as JSON, sealed where it holds a secret. The id keeps
  -- the order in which they were set first.
  CREATE TABLE settings (
    id     INTEGER PRIMARY KEY,
    path   TEXT NOT NULL UNIQUE,
    value  TEXT NOT NULL,
    sealed INTEGER NOT NULL CHECK (sealed IN (0, 1))
  ) STRICT;
  `,
  `
  -- Alerts that were told and are not over: by the rule and what it was told of, a JSON array that begins with the agent.
  CREATE TABLE raised_alerts (
    rule    TEXT NOT NULL,
    subject TEXT NOT NULL,
    period  TEXT NOT NULL,
    since   INTEGER NOT NULL,
    told_at INTEGER NOT NULL,
    fact    TEXT NOT NULL,
    PRIMARY KEY (rule, subject)
  ) STRICT, WITHOUT ROWID;
  -- What was told, as JSON: the notice, and what became of it at each channel.
  CREATE TABLE notices (
    seq        INTEGER PRIMARY KEY,
    id         TEXT NOT NULL UNIQUE,
    rule       TEXT NOT NULL,
    agent      TEXT,
    is_waiting INTEGER NOT NULL CHECK (is_waiting IN (0, 1)),
    notice     TEXT NOT NULL,
    deliveries TEXT NOT NULL
  ) STRICT;
  `,
  `
  -- Who made the admin token: the gateway, or the operator, in whose settings it then stands.
  ALTER TABLE admin_token ADD COLUMN origin TEXT NOT NULL DEFAULT 'made';
  `,
];
