/** What the gateway says, applied to what the page knows: pure, so that it is tested without a browser. */
import type { Instant } from "../../../server/core/duration.ts";
import type {
  AgentStatus,
  FleetTotals,
  GatewayStatus,
  LiveDelta,
  LiveMessage,
  StatusAnswer,
} from "../../../server/management/wire/status.ts";
import type { LogEntry } from "../../../server/store/store.ts";
import { createSeries, record, type Series, STEP } from "./series.ts";

/**
 * A live frame, the answer of `GET /api/status` when the page has to poll, or one agent as the gateway answered it after
 * a decision about it.
 */
export type FeedMessage =
  | LiveMessage
  | (StatusAnswer & { readonly type: "status" })
  | { readonly type: "agent"; readonly agent: AgentStatus };

export interface AgentView extends AgentStatus {
  /** Calls over the last minutes, as far as this page saw them. */
  readonly recentCalls: Series;
  /** USD over the last minutes, as far as this page saw them. */
  readonly recentSpend: Series;
}

export interface FleetView {
  readonly gateway: GatewayStatus;
  readonly agents: readonly AgentView[];
  readonly totals: FleetTotals;
  /** Newest first, at most `MAX_ENTRIES`. */
  readonly entries: readonly LogEntry[];
  /** The place in the journal of the newest entry in the first snapshot: later ones are news. Null before it. */
  readonly newsAfter: number | null;
  /** USD over the last minutes, as far as this page saw them. */
  readonly recentSpend: Series;
  /** When this page began to watch: before it the recent figures are unknown, not zero. */
  readonly watchedSince: Instant;
  readonly receivedAt: Instant;
}

export const MAX_ENTRIES = 50;

/** After a longer silence nobody knows when within it the calls came: they are not drawn as if they came now. */
const MAX_GAP = 2 * STEP;

/** The view after a message. A part before the first whole picture says nothing: it is left out. */
export function reduce(view: FleetView | null, message: FeedMessage, now: Instant): FleetView | null {
  switch (message.type) {
    case "snapshot":
    case "status":
      return replace(view, message, now);
    case "delta":
      return view && advance(view, message, now);
    case "agent":
      return view && { ...view, agents: merge(view, [message.agent], now) };
  }
}

type Picture = Extract<FeedMessage, StatusAnswer>;

function replace(view: FleetView | null, message: Picture, now: Instant): FleetView {
  const known = byId(view);
  return {
    gateway: message.gateway,
    // Without a picture to compare with, lifetime sums say nothing about the last minutes.
    agents: message.agents.map((agent) => follow(known.get(agent.id), agent, view, now)),
    totals: message.totals,
    entries: message.type === "snapshot" ? message.entries.slice(0, MAX_ENTRIES) : (view?.entries ?? []),
    newsAfter: view?.newsAfter ?? (message.type === "snapshot" ? Number(message.entries[0]?.seq ?? 0) : null),
    recentSpend: followSpend(view, message.totals, now),
    watchedSince: view?.watchedSince ?? now,
    receivedAt: now,
  };
}

function advance(view: FleetView, delta: LiveDelta, now: Instant): FleetView {
  return {
    gateway: { ...view.gateway, ...delta.gateway },
    agents: merge(view, delta.agents, now),
    totals: delta.totals,
    entries: mergeEntries(delta.entries, view.entries),
    newsAfter: view.newsAfter,
    recentSpend: followSpend(view, delta.totals, now),
    watchedSince: view.watchedSince,
    receivedAt: now,
  };
}

/** The agents with these in the place of what was known of them; those not known yet come last. */
function merge(view: FleetView, agents: readonly AgentStatus[], now: Instant): readonly AgentView[] {
  const changed = new Map(agents.map((agent) => [agent.id, agent]));
  const known = byId(view);
  const added = agents.filter((agent) => !known.has(agent.id));
  return [
    ...view.agents.map((agent) => {
      const next = changed.get(agent.id);
      return next ? follow(agent, next, view, now) : agent;
    }),
    ...added.map((agent) => follow(undefined, agent, view, now)),
  ];
}

function byId(view: FleetView | null): Map<string, AgentView> {
  return new Map(view?.agents.map((agent) => [agent.id, agent]));
}

function follow(
  before: AgentView | undefined,
  agent: AgentStatus,
  view: FleetView | null,
  now: Instant,
): AgentView {
  const recentCalls = before?.recentCalls ?? createSeries();
  const recentSpend = before?.recentSpend ?? createSeries();
  if (!isRecent(view, now)) return { ...agent, recentCalls, recentSpend };
  return {
    ...agent,
    recentCalls: record(recentCalls, agent.calls.total - (before?.calls.total ?? 0), now),
    recentSpend: record(recentSpend, agent.cost.total - (before?.cost.total ?? 0), now),
  };
}

function followSpend(view: FleetView | null, totals: FleetTotals, now: Instant): Series {
  if (!view) return createSeries();
  const spent = totals.total.cost - view.totals.total.cost;
  return isRecent(view, now) ? record(view.recentSpend, spent, now) : view.recentSpend;
}

function isRecent(view: FleetView | null, now: Instant): boolean {
  return view !== null && now - view.receivedAt <= MAX_GAP;
}

/** A snapshot and the delta after it may both hold a line: its place in the journal tells. */
function mergeEntries(fresh: readonly LogEntry[], known: readonly LogEntry[]): LogEntry[] {
  const seen = new Set(known.map((entry) => entry.seq));
  return [...fresh.filter((entry) => !seen.has(entry.seq)), ...known].slice(0, MAX_ENTRIES);
}
