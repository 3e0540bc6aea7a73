/**
 * The fleet as it is now: every agent with its sums over the current hour, day and lifetime, and its calls in flight.
 * In memory, seeded from the index at start, moved on by every settled or blocked call. Bounded by `max_agents`.
 */
import type { AgentName, Tally } from "../core/agent.ts";
import type { Instant } from "../core/duration.ts";

export interface AgentState {
  readonly name: AgentName;
  owner: string | null;
  purpose: string | null;
  tags: readonly string[];
  readonly hour: Tally;
  readonly day: Tally;
  readonly total: Tally;
  inFlight: number;
  lastSeen: Instant | null;
}

export interface Fleet {
  readonly agents: ReadonlyMap<AgentName, AgentState>;
  /** Names of agents that changed since this was called last: what a live delta carries. */
  takeChanged(): AgentName[];
}
