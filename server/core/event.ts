/**
 * The journal's lines. The same names stand in the journal, the logs API and the export (SPEC of the wire: snake_case).
 * Members that a line has nothing to say about are left out; `cost` and `cost_nano` of a call are always there, null
 * when the price is unknown. No line ever holds a prompt, an answer or a key.
 */
import type { Dialect, Ending } from "./call.ts";
import type { NanoUsd } from "./money.ts";
import type { EventType } from "./reported-event.ts";

/** What the writer of a line says; the journal adds `seq`, `prev` and `hash`. */
export type NewLine = CallLine | BlockedLine | NoteLine | ExternalLine;

interface Common {
  /** ISO 8601 UTC with milliseconds. */
  time: string;
  request_id?: string;
  agent?: string;
  owner?: string;
  purpose?: string;
}

export interface CallLine extends Common {
  type: "call";
  request_id: string;
  agent: string;
  /** Whose cap it was charged to, where that is another than the owner it shows (SPEC 4.6). */
  charged_owner?: string;
  tags?: readonly string[];
  run?: string;
  parent_run?: string;
  /** Id of the gateway key that proved the agent. */
  key?: string;
  provider: string;
  /** What the client spoke. Unknown of a call whose gateway died under it, as is what the provider was spoken to in. */
  protocol?: Dialect;
  /** What the provider was spoken to in, where that is something else. */
  upstream_protocol?: Dialect;
  requested_model?: string;
  model?: string;
  method: string;
  /** The upstream path without its query. */
  path: string;
  stream: boolean;
  /** The status the client was given; absent when it left before one. */
  status?: number;
  ending: Ending;
  /** Why it is not `complete`, or the provider's own error code; never the provider's text. */
  error?: string;
  tokens_in?: number;
  tokens_out?: number;
  tokens_cached?: number;
  tokens_cache_write?: number;
  tokens_reasoning?: number;
  usage?: "reported" | "estimated";
  cost: number | null;
  cost_nano: NanoUsd | null;
  latency_ms: number;
  ttft_ms?: number;
  attempts: number;
  /** When it was let in, ISO 8601, where its latency does not tell: it had waited, or its gateway died. */
  admitted?: string;
  /** The output ceiling in tokens, where the gateway lowered it. */
  clamped?: number;
  /** What it cost beyond its hold. */
  overrun_nano?: NanoUsd;
  /** The agent's trust score when the call was let in. */
  trust?: number;
}

/** What a line says in `charged_owner`: whose cap it is charged to, where that is not the owner that it shows. */
export function chargedOwner(payer: string | null, shown: string | null): string | undefined {
  return payer === null || payer === shown ? undefined : payer;
}

/** Whose cap a call was charged to: the owner that its line shows, unless it names another. Undefined: nobody's. */
export function payerOf(line: Pick<CallLine, "owner" | "charged_owner">): string | undefined {
  return line.charged_owner ?? line.owner;
}

export interface BlockedLine extends Common {
  type: "blocked";
  request_id: string;
  reason: string;
  status: number;
  provider?: string;
  requested_model?: string;
  method: string;
  path: string;
  run?: string;
  key?: string;
  trust?: number;
  /** How many equal refusals of the agent this line stands for; absent for one. */
  count?: number;
  /** The agent name as declared when it was not accepted is not repeated here: it may be hostile. */
  agent?: string;
}

/** Everything that is not a call: `agent.created`, `agent.paused`, `breaker.opened`, `config.changed`, `journal.torn`, … */
export interface NoteLine extends Common {
  type: "agent" | "gateway" | "config" | "admin" | "journal" | "breaker" | "policy" | "trust" | "attempt";
  event: string;
  detail?: Readonly<Record<string, unknown>>;
}

/** What somebody else reports of an agent (SPEC 14.4): in no sum, no budget and no rate. */
export interface ExternalLine extends Common {
  type: "external";
  agent: string;
  event: EventType;
  provider?: string;
  model?: string;
  status?: number;
  error?: string;
  tokens_in?: number;
  tokens_out?: number;
  /** USD, as it was reported. */
  cost?: number;
  latency_ms?: number;
  /** Its `timestamp` and `tags`, as they were reported. */
  detail?: Readonly<Record<string, unknown>>;
}

/** A line as it stands in the file. `checkpoint` lines are written by the journal itself. */
export type Line = (NewLine | CheckpointLine) & { seq: number; prev: string; hash: string };

/** First line of every journal file: where the chain stands and what it has summed up to. */
export interface CheckpointLine {
  type: "checkpoint";
  time: string;
  totals: Totals;
  /** Ed25519 over the line's members before it, base64. */
  signature: string;
}

/** Lifetime sums, as arrays of `[name, calls, errors, blocked, tokens_in, tokens_out, cost_nano, unpriced]`. */
export interface Totals {
  gateway: TotalsRow;
  agents: TotalsRow[];
  owners: TotalsRow[];
}
export type TotalsRow = [string, number, number, number, number, number, number, number];
