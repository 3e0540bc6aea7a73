import type { Migration } from "../database.ts";

/** Without a standing the journal is folded from its beginning. */
const REFOLD = `DELETE FROM standing;
  DELETE FROM shapes;
  DELETE FROM entries;
  DELETE FROM spans;
  DELETE FROM hours;
  DELETE FROM days;
  DELETE FROM agents;`;

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

  -- Combinations of labels in a block of numbers. The id is the number of the first entry that has them.
  CREATE TABLE shapes (
    id INTEGER PRIMARY KEY, type TEXT NOT NULL, agent TEXT, owner TEXT, purpose TEXT, key TEXT, provider TEXT,
    requested_model TEXT, model TEXT, ending TEXT, usage TEXT, event TEXT
  );
  CREATE INDEX shapes_type     ON shapes (type);
  CREATE INDEX shapes_agent    ON shapes (agent)    WHERE agent IS NOT NULL;
  CREATE INDEX shapes_owner    ON shapes (owner)    WHERE owner IS NOT NULL;
  CREATE INDEX shapes_purpose  ON shapes (purpose)  WHERE purpose IS NOT NULL;
  CREATE INDEX shapes_provider ON shapes (provider) WHERE provider IS NOT NULL;
  CREATE INDEX shapes_model    ON shapes (model)    WHERE model IS NOT NULL;

  -- prev is null where it is the hash of the entry before.
  CREATE TABLE entries (
    seq INTEGER PRIMARY KEY, time INTEGER NOT NULL, shape INTEGER NOT NULL, request_id TEXT, run TEXT, stream INTEGER,
    status INTEGER, error TEXT, tokens_in INTEGER, tokens_out INTEGER, tokens_cached INTEGER,
    tokens_cache_write INTEGER, tokens_reasoning INTEGER, cost REAL, cost_nano INTEGER, latency_ms REAL, ttft_ms REAL,
    attempts INTEGER, reason TEXT, clamped INTEGER, trust REAL, prev TEXT, hash TEXT NOT NULL
  );
  CREATE INDEX entries_run    ON entries (run)    WHERE run IS NOT NULL;
  CREATE INDEX entries_reason ON entries (reason) WHERE reason IS NOT NULL;
  CREATE INDEX entries_status ON entries (status) WHERE status <> 200;

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
  `
  -- What was folded before says nothing of these.
  ${REFOLD}

  ALTER TABLE entries ADD COLUMN parent_run TEXT;
  ALTER TABLE entries ADD COLUMN overrun_nano INTEGER;
  ALTER TABLE entries ADD COLUMN count INTEGER;
  -- When an interrupted call was let in; null for others, whose time and latency tell it.
  ALTER TABLE entries ADD COLUMN admitted INTEGER;
  ALTER TABLE agents  ADD COLUMN first_owner TEXT;
  `,
  `
  -- As above: what was folded before says nothing of the details.
  ${REFOLD}

  -- JSON, of lines that have any.
  ALTER TABLE entries ADD COLUMN detail TEXT;
  `,
  `
  -- As above: what was folded before does not tell agents from names that were only ever refused.
  ${REFOLD}

  -- Whether it was ever let in, 1 or 0.
  ALTER TABLE agents ADD COLUMN met INTEGER NOT NULL DEFAULT 0;
  `,
  `
  -- Lines that were folded before say nothing of these.
  ALTER TABLE shapes ADD COLUMN protocol TEXT;
  ALTER TABLE shapes ADD COLUMN upstream_protocol TEXT;
  `,
  `
  -- As above: what was folded before does not say how long its calls took, nor what a minute came to.
  ${REFOLD}

  -- Calls by classes of their latency, as JSON.
  ALTER TABLE hours ADD COLUMN latencies TEXT NOT NULL DEFAULT '[]';
  ALTER TABLE days  ADD COLUMN latencies TEXT NOT NULL DEFAULT '[]';

  CREATE TABLE minutes (
    start INTEGER NOT NULL, agent TEXT NOT NULL, owner TEXT NOT NULL, purpose TEXT NOT NULL, provider TEXT NOT NULL,
    model TEXT NOT NULL, calls INTEGER NOT NULL, errors INTEGER NOT NULL, blocked INTEGER NOT NULL,
    tokens_in INTEGER NOT NULL, tokens_out INTEGER NOT NULL, cost_nano INTEGER NOT NULL, unpriced INTEGER NOT NULL,
    latencies TEXT NOT NULL, PRIMARY KEY (start, agent, owner, purpose, provider, model)
  ) WITHOUT ROWID;
  `,
  `
  -- As above: what was folded before does not say whose caps were charged, nor when calls were let in.
  ${REFOLD}
  DELETE FROM minutes;

  ALTER TABLE shapes ADD COLUMN charged_owner TEXT;

  CREATE TABLE owners (
    owner TEXT PRIMARY KEY, calls INTEGER NOT NULL, errors INTEGER NOT NULL, blocked INTEGER NOT NULL,
    tokens_in INTEGER NOT NULL, tokens_out INTEGER NOT NULL, cost_nano INTEGER NOT NULL, unpriced INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE owner_hours (
    start INTEGER NOT NULL, owner TEXT NOT NULL, calls INTEGER NOT NULL, errors INTEGER NOT NULL,
    blocked INTEGER NOT NULL, tokens_in INTEGER NOT NULL, tokens_out INTEGER NOT NULL, cost_nano INTEGER NOT NULL,
    unpriced INTEGER NOT NULL, PRIMARY KEY (start, owner)
  ) WITHOUT ROWID;

  CREATE TABLE admitted (
    start INTEGER NOT NULL, agent TEXT NOT NULL, calls INTEGER NOT NULL, PRIMARY KEY (start, agent)
  ) WITHOUT ROWID;
  `,
];
