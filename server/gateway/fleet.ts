/**
 * The fleet as it is now: every agent with its sums over the current hour, day and lifetime, and its calls in flight.
 * In memory, seeded from the index at start, moved on by every settled or blocked call. Bounded by `max_agents`.
 */
import { type AgentName, emptyTally, type Tally } from "../core/agent.ts";
import { dayStart, hourStart } from "../core/calendar.ts";
import type { Instant } from "../core/duration.ts";
import type { NanoUsd } from "../core/money.ts";
import type { Index } from "../store/store.ts";

/** Sums over the current hour, the current day and the lifetime. */
export interface Windowed {
  hour: Tally;
  day: Tally;
  readonly total: Tally;
}

export interface AgentState extends Windowed {
  readonly name: AgentName;
  owner: string | null;
  purpose: string | null;
  tags: readonly string[];
  inFlight: number;
  lastSeen: Instant | null;
}

export interface Fleet {
  readonly agents: ReadonlyMap<AgentName, AgentState>;
  /** Refusals of callers that are no agents: bad names, unknown paths. Since the start for the lifetime. */
  readonly strangers: Windowed;
  /** Names of agents that changed since this was called last: what a live delta carries. */
  takeChanged(): AgentName[];
}

/** What one settled call adds. */
export interface Charge {
  readonly tokensIn: number;
  readonly tokensOut: number;
  /** Null when the price is unknown: counted apart, never as zero. */
  readonly costNano: NanoUsd | null;
  readonly isError: boolean;
}

/** The fleet with what the gateway alone may do to it. */
export interface LiveFleet extends Fleet {
  /** The agent's state, created when it was never seen. */
  meet(name: AgentName, at: Instant): AgentState;
  began(agent: AgentState, at: Instant): void;
  settled(agent: AgentState, charge: Charge, at: Instant): void;
  /** Counts a refusal: of an agent that is known, else among the strangers'. */
  blocked(name: AgentName | null, at: Instant): void;
  /** Starts a new hour or day for everyone when it has begun. */
  turn(at: Instant): void;
}

/** Builds the fleet from what the index remembers of earlier runs. */
export function createFleet(index: Index, zone: string, now: Instant): LiveFleet {
  const agents = new Map<AgentName, AgentState>();
  let changed = new Set<AgentName>();
  let hour = hourStart(now, zone);
  let day = dayStart(now, zone);

  const strangers: Windowed = { hour: emptyTally(), day: emptyTally(), total: emptyTally() };
  const thisHour = index.tallies(hour, now + 1);
  const today = index.tallies(day, now + 1);
  for (const past of index.agents()) {
    agents.set(past.agent, {
      name: past.agent,
      owner: past.owner,
      purpose: past.purpose,
      tags: [],
      hour: thisHour.get(past.agent) ?? emptyTally(),
      day: today.get(past.agent) ?? emptyTally(),
      total: past.total,
      inFlight: 0,
      lastSeen: past.lastSeen,
    });
  }

  function turn(at: Instant): void {
    const newHour = hourStart(at, zone);
    if (newHour === hour) return;
    const newDay = dayStart(at, zone);
    for (const sums of [strangers, ...agents.values()]) {
      sums.hour = emptyTally();
      if (newDay !== day) sums.day = emptyTally();
    }
    for (const name of agents.keys()) changed.add(name);
    hour = newHour;
    day = newDay;
  }

  function touch(agent: AgentState, at: Instant): void {
    turn(at);
    agent.lastSeen = at;
    changed.add(agent.name);
  }

  return {
    agents,
    strangers,
    turn,
    takeChanged() {
      const names = [...changed];
      changed = new Set();
      return names;
    },
    meet(name, at) {
      const known = agents.get(name);
      if (known) return known;
      const agent: AgentState = {
        name,
        owner: null,
        purpose: null,
        tags: [],
        hour: emptyTally(),
        day: emptyTally(),
        total: emptyTally(),
        inFlight: 0,
        lastSeen: at,
      };
      agents.set(name, agent);
      changed.add(name);
      return agent;
    },
    began(agent, at) {
      touch(agent, at);
      agent.inFlight++;
    },
    settled(agent, charge, at) {
      touch(agent, at);
      agent.inFlight--;
      add(agent.hour, charge);
      add(agent.day, charge);
      add(agent.total, charge);
    },
    blocked(name, at) {
      const agent = name === null ? undefined : agents.get(name);
      if (agent) touch(agent, at);
      else turn(at);
      const sums = agent ?? strangers;
      sums.hour.blocked++;
      sums.day.blocked++;
      sums.total.blocked++;
    },
  };
}

function add(tally: Tally, charge: Charge): void {
  tally.calls++;
  if (charge.isError) tally.errors++;
  tally.tokensIn += charge.tokensIn;
  tally.tokensOut += charge.tokensOut;
  if (charge.costNano === null) tally.unpriced++;
  else tally.costNano += charge.costNano;
}
