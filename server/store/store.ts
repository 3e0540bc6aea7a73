/** What the rest of the house sees of storage: four homes, one for each kind of stored fact. */
import type { Tally } from "../core/agent.ts";
import type { Raised } from "../core/alerts/law.ts";
import type { Delivery, Fact, Notice } from "../core/alerts/notice.ts";
import type { Instant } from "../core/duration.ts";
import type { Line, NewLine } from "../core/event.ts";
import type { NanoUsd } from "../core/money.ts";
import type { Pause, Resume } from "../core/pause.ts";
import type { Role } from "../core/role.ts";
import type { Latencies } from "./latencies.ts";

export interface Store {
  readonly journal: Journal;
  readonly holds: Holds;
  readonly state: State;
  readonly index: Index;
  /** Flushes everything and releases the lock. */
  close(): void;
}

/** What happened: the hash-chained JSONL file. */
export interface Journal {
  /**
   * Hands one line to the system before it returns and gives it back with seq, prev and hash. When the file cannot be
   * written the line waits in memory, null is returned and `problem` says why until it could be written.
   */
  append(line: NewLine): Line | null;
  /** Why lines cannot be written now, as a sentence, or null when all is well. */
  readonly problem: string | null;
  readonly head: { readonly seq: number; readonly hash: string };
  /** Calls back for every line that was written, after it was. Returns the way to stop. */
  onLine(listener: (line: Line) => void): () => void;
  /** Resolves when everything written so far is on disk. */
  flush(): Promise<void>;
  /** Closes the file and opens its name anew (log rotation by others, SIGHUP). */
  reopen(): void;
}

/** What a call may come to at most, as far as is known. */
export interface HeldAmount {
  /** Null when its price is unknown. */
  readonly nano: NanoUsd | null;
  /** Tokens, as quotas and reports count them; null where nothing says how many. */
  readonly tokensIn: number | null;
  readonly tokensOut: number | null;
}

export interface Hold extends HeldAmount {
  readonly id: string;
  readonly time: Instant;
  readonly agent: string;
  /** The owner that it shows, and the one whose cap it is charged to. */
  readonly owner: string | null;
  readonly chargedOwner: string | null;
  readonly purpose: string | null;
  readonly provider: string;
  readonly model: string | null;
  readonly method: string;
  readonly path: string;
  readonly stream: boolean;
  readonly run: string | null;
  readonly key: string | null;
}

/** What is in flight: written before a request leaves, so that a crash forgets nothing. */
export interface Holds {
  /** False when it could not be written: then the request must not leave. */
  open(hold: Hold): boolean;
  /**
   * Raises an open hold to at least this amount. False when it could not be written: then no more of the answer may be
   * passed on.
   */
  grow(id: string, amount: HeldAmount): boolean;
  /** Called once the call's line is in the journal. */
  close(id: string): void;
  readonly size: number;
  /** Why the last hold could not be written, as a sentence; null once one could. */
  readonly problem: string | null;
}

/** A key that proves an agent. The key itself is kept as a hash only. */
export interface GatewayKey {
  readonly id: string;
  readonly agent: string;
  /** What a person calls it. */
  readonly name: string | null;
  readonly created: Instant;
  readonly expires: Instant | null;
  readonly revoked: Instant | null;
}

/** A further token of the management API. The token itself is kept as a hash only. */
export interface Token {
  readonly id: string;
  /** What a person calls it. */
  readonly name: string | null;
  readonly role: Role;
  readonly created: Instant;
  readonly expires: Instant | null;
  readonly revoked: Instant | null;
  /** When it was last used, roughly; null: never. */
  readonly used: Instant | null;
}

/** What a token has opened: a session or a link. */
export interface Opened {
  /** Id of the further token; null: the admin token. */
  readonly token: string | null;
}

/** A value that was set at run time. */
export interface KeptSetting {
  /** A JSON array of keys. */
  readonly path: string;
  /** JSON; or what a sealer made of it. */
  readonly value: string;
  readonly sealed: boolean;
}

/** An alert that was told and is not over. */
export interface RaisedAlert {
  /** The rule's name. */
  readonly rule: string;
  /** What it was told of, in a form of its own. */
  readonly subject: string;
  readonly raised: Pick<Raised, "period" | "since" | "toldAt">;
  readonly fact: Fact;
}

/** A notice with what became of it at each channel. */
export interface ToldNotice {
  readonly notice: Notice;
  readonly deliveries: readonly Delivery[];
}

export interface NoticeFilter {
  readonly rule?: string;
  readonly agent?: string;
}

export interface NoticePage {
  readonly entries: readonly ToldNotice[];
  /** Asks for the page after; null at the end. */
  readonly nextCursor: number | null;
}

export interface AdminToken {
  readonly hash: string;
  /** Who made it: the gateway, or the operator, whose settings say it. */
  readonly origin: "made" | "configured";
}

/** What people decided: tokens, sessions, links, pauses and their ends, gateway keys, settings; what trust has come to; and what alerts told. */
export interface State {
  /** The admin token that works; null before the first start, and where nobody could be told one. */
  readAdminToken(): AdminToken | null;
  writeAdminToken(token: AdminToken): void;
  removeAdminToken(): void;
  createSession(hash: string, expires: Instant, token: string | null): void;
  /** The session of this hash; null when there is none, or it has ended. */
  findSession(hash: string, now: Instant): Opened | null;
  removeSession(hash: string): void;
  /** Removes every session and link, the further tokens' as well: before the admin token changes. */
  removeLogins(): void;
  createLink(hash: string, expires: Instant, token: string | null): void;
  /** The link, once, if there is one that has not expired; it is gone afterwards. */
  takeLink(hash: string, now: Instant): Opened | null;
  /** Every further token with the hash it is found by, the oldest first. */
  readTokens(): (Token & { readonly hash: string })[];
  addToken(token: Token, hash: string): void;
  /** False when there is no such token, or it was revoked before. */
  revokeToken(id: string, at: Instant): boolean;
  noteTokenUse(id: string, at: Instant): void;
  readPauses(): Pause[];
  /** Puts the pause in the place of the one that the agent had. */
  writePause(pause: Pause): void;
  removePause(agent: string): void;
  readResumes(): Resume[];
  /** Puts what the agent has done by now in the place of what it had done before. */
  writeResume(resume: Resume): void;
  /** Every key with the hash it is found by, the oldest first. */
  readKeys(): (GatewayKey & { readonly hash: string })[];
  addKey(key: GatewayKey, hash: string): void;
  /** False when there is no such key, or it was revoked before. */
  revokeKey(id: string, at: Instant): boolean;
  /** The standing of every agent as it was last written: plain JSON, not looked into; null where it is no JSON any more. */
  readTrust(): Map<string, unknown>;
  writeTrust(standings: Iterable<readonly [agent: string, standing: unknown]>): void;
  /** In the order in which they were set first. */
  readSettings(): KeptSetting[];
  /** Puts each in the place of what its path had, and removes those of the dropped paths: all of it or nothing. */
  writeSettings(kept: readonly KeptSetting[], dropped: readonly string[]): void;
  readRaised(): RaisedAlert[];
  /** Puts the alert in the place of the one with its rule and subject. */
  writeRaised(alert: RaisedAlert): void;
  removeRaised(rule: string, subject: string): void;
  /** Puts the notice in the place of the one with its id. Of all notices the newest thousand are kept. */
  writeNotice(told: ToldNotice): void;
  /** Newest first; `before` is a page's cursor, null for the first one. */
  readNotices(filter: NoticeFilter, limit: number, before: number | null): NoticePage;
  /** Those of which a delivery waits, the oldest first. */
  readWaitingNotices(): ToldNotice[];
}

/** Logs filter of the API: each member narrows. */
export interface LogFilter {
  readonly agent?: string;
  readonly owner?: string;
  readonly purpose?: string;
  readonly run?: string;
  readonly provider?: string;
  readonly model?: string;
  readonly status?: number;
  readonly reason?: string;
  readonly type?: string;
  readonly from?: Instant;
  readonly to?: Instant;
}

/** What happened besides, of lines that tell of no request: why an agent was paused, which rule, from which tier. */
export type Detail = Readonly<Record<string, unknown>>;

/** One row of the logs: every name of a journal line, null where the line says nothing. */
export type LogEntry = Readonly<Record<Exclude<LogField, "detail">, string | number | boolean | null>> & {
  readonly detail: Detail | null;
};

export const LOG_FIELDS = [
  "seq", "time", "type", "request_id", "agent", "owner", "purpose", "charged_owner", "run", "parent_run", "key", "provider",
  "protocol", "upstream_protocol", "requested_model", "model", "stream", "status", "ending", "error", "tokens_in", "tokens_out", "tokens_cached",
  "tokens_cache_write", "tokens_reasoning", "usage", "cost", "cost_nano", "overrun_nano", "latency_ms", "ttft_ms",
  "attempts", "reason", "count", "event", "detail", "clamped", "trust", "prev", "hash",
] as const; // biome-ignore format: the order is the contract's
export type LogField = (typeof LOG_FIELDS)[number];

export interface AgentHistory {
  readonly agent: string;
  /** Owner and purpose as its calls named them last, declared or configured. */
  readonly owner: string | null;
  readonly purpose: string | null;
  /** The owner that its calls were charged to first, declared or configured. */
  readonly firstOwner: string | null;
  readonly firstSeen: Instant;
  readonly lastSeen: Instant;
  readonly total: Tally;
}

export interface LogPage {
  readonly entries: LogEntry[];
  /** Asks for the page after; null at the end. */
  readonly nextCursor: string | null;
}

/** What one rollup sums up by: minutes, of which the last hours are kept, or hours and days of the gateway's time zone. */
export type Grain = "minutes" | "hours" | "days";

/** Sums filter of the API: each member narrows. */
export type SumFilter = Pick<LogFilter, "agent" | "owner" | "purpose">;

/** What happened under one combination of labels; a label is empty where none was given. */
export interface SumRow {
  readonly agent: string;
  readonly owner: string;
  readonly purpose: string;
  readonly provider: string;
  /** The one that answered, else the one that was asked for. */
  readonly model: string;
  readonly tally: Tally;
  readonly latencies: Latencies;
}

/** One minute, hour or day. */
export interface SumBucket {
  readonly start: Instant;
  readonly rows: readonly SumRow[];
}

/** Folded from the journal; may be deleted at any time. Queries see every line appended before them. */
export interface Index {
  /** Newest first; the cursor continues where the page ended. */
  logs(filter: LogFilter, limit: number, cursor: string | null): LogPage;
  /** All matches, newest first, in pages of bounded size, for streamed exports. */
  scan(filter: LogFilter): IterableIterator<LogEntry[]>;
  /** Every agent that was ever let in, with its lifetime totals. */
  agents(): AgentHistory[];
  /** Sums per agent over [from, to): whole hours only. */
  tallies(from: Instant, to: Instant): Map<string, Tally>;
  /** Lifetime totals of every owner that calls were ever charged to. Refusals are in nobody's. */
  owners(): Map<string, Tally>;
  /** What each owner was charged over [from, to): whole hours only. */
  ownerTallies(from: Instant, to: Instant): Map<string, Tally>;
  /** Calls per agent that were let in during [from, to), whenever they ended: whole hours only. Those in flight are missing. */
  admitted(from: Instant, to: Instant): Map<string, number>;
  /**
   * Everything that is summed up in buckets that begin in [from, to), oldest first, for readers that go through many: lines
   * may be appended in between. A bucket without a match comes empty.
   */
  sums(grain: Grain, from: Instant, to: Instant, filter: SumFilter): IterableIterator<SumBucket>;
  /** The hour in which the sums begin; null while there are none. */
  sumsBegin(): Instant | null;
  /** What an agent's calls with this run have come to, as far as the index reaches back. */
  runSums(agent: string, run: string): { readonly calls: number; readonly costNano: NanoUsd };
  /** When calls were let in, from `since` on, ascending: settled ones and those that a crash interrupted. */
  admissions(since: Instant): { readonly time: Instant; readonly agent: string; readonly provider: string }[];
}
