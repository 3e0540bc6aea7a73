import type { Migration } from "../database.ts";

/** index.db, step by step. Column names of `entries` are those of the journal's lines. */
export const INDEX_MIGRATIONS: readonly Migration[] = [
  `
  CREATE TABLE standing (
    only  INTEGER PRIMARY KEY CHECK (only = 1),
    seq   INTEGER NOT NULL,
    hash  TEXT NOT NULL,
    floor INTEGER NOT NULL,
    zone  TEXT NOT NULL
  ) STRICT;

  CREATE TABLE entries (
    seq INTEGER PRIMARY KEY, time INTEGER NOT NULL, type TEXT NOT NULL, request_id TEXT, agent TEXT, owner TEXT,
    purpose TEXT, run TEXT, key TEXT, provider TEXT, requested_model TEXT, model TEXT, stream INTEGER, status INTEGER,
    ending TEXT, error TEXT, tokens_in INTEGER, tokens_out INTEGER, tokens_cached INTEGER, tokens_cache_write INTEGER,
    tokens_reasoning INTEGER, usage TEXT, cost REAL, cost_nano INTEGER, latency_ms REAL, ttft_ms REAL,
    attempts INTEGER, reason TEXT, event TEXT, clamped INTEGER, trust REAL, prev TEXT NOT NULL, hash TEXT NOT NULL
  );
  CREATE INDEX entries_agent    ON entries (agent)    WHERE agent IS NOT NULL;
  CREATE INDEX entries_owner    ON entries (owner)    WHERE owner IS NOT NULL;
  CREATE INDEX entries_purpose  ON entries (purpose)  WHERE purpose IS NOT NULL;
  CREATE INDEX entries_run      ON entries (run)      WHERE run IS NOT NULL;
  CREATE INDEX entries_provider ON entries (provider) WHERE provider IS NOT NULL;
  CREATE INDEX entries_model    ON entries (model)    WHERE model IS NOT NULL;
  CREATE INDEX entries_status   ON entries (status)   WHERE status IS NOT NULL;
  CREATE INDEX entries_reason   ON entries (reason)   WHERE reason IS NOT NULL;
  CREATE INDEX entries_type     ON entries (type);

  -- Between which numbers the entries of an hour of UTC stand: finds a period without an index of every time.
  CREATE TABLE spans (
    hour  INTEGER PRIMARY KEY,
    first INTEGER NOT NULL,
    last  INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE hours (
    start INTEGER NOT NULL, agent TEXT NOT NULL, owner TEXT NOT NULL, purpose TEXT NOT NULL, provider TEXT NOT NULL,
    model TEXT NOT NULL, calls INTEGER NOT NULL, errors INTEGER NOT NULL, blocked INTEGER NOT NULL,
    tokens_in INTEGER NOT NULL, tokens_out INTEGER NOT NULL, cost_nano INTEGER NOT NULL, unpriced INTEGER NOT NULL,
    PRIMARY KEY (start, agent, owner, purpose, provider, model)
  ) WITHOUT ROWID;
  CREATE TABLE days (
    start INTEGER NOT NULL, agent TEXT NOT NULL, owner TEXT NOT NULL, purpose TEXT NOT NULL, provider TEXT NOT NULL,
    model TEXT NOT NULL, calls INTEGER NOT NULL, errors INTEGER NOT NULL, blocked INTEGER NOT NULL,
    tokens_in INTEGER NOT NULL, tokens_out INTEGER NOT NULL, cost_nano INTEGER NOT NULL, unpriced INTEGER NOT NULL,
    PRIMARY KEY (start, agent, owner, purpose, provider, model)
  ) WITHOUT ROWID;

  CREATE TABLE agents (
    agent TEXT PRIMARY KEY, owner TEXT, purpose TEXT, first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL,
    calls INTEGER NOT NULL, errors INTEGER NOT NULL, blocked INTEGER NOT NULL, tokens_in INTEGER NOT NULL,
    tokens_out INTEGER NOT NULL, cost_nano INTEGER NOT NULL, unpriced INTEGER NOT NULL
  ) WITHOUT ROWID;
  `,
];
