/**
 * The fleet as it is now: every agent with its sums over the current hour, day and lifetime, and its calls in flight.
 * In memory, seeded from the index at start, moved on by every settled or blocked call. Bounded by `max_agents`.
 */
import { type AgentName, emptyTally, type Tally } from "../core/agent.ts";
import type { Account } from "../core/budget.ts";
import { dayEnd, dayStart, hourStart } from "../core/calendar.ts";
import type { Instant } from "../core/duration.ts";
import type { NanoUsd } from "../core/money.ts";
import type { Index } from "../store/store.ts";
import { addTally } from "../store/tally.ts";

/** Sums over the current hour, the current day and the lifetime. */
export interface Windowed {
  hour: Tally;
  day: Tally;
  readonly total: Tally;
}

/** Somebody whose spending may be capped. */
export interface Spender extends Windowed {
  /** What has settled and what is held, in nano-dollars. */
  readonly money: Account;
}

/** All that was charged to one owner. */
export interface OwnerState extends Spender {
  readonly name: string;
}

export interface AgentState extends Spender {
  readonly name: AgentName;
  /** Input and output together, as quotas count them. */
  readonly tokens: Account;
  /** Calls let in. */
  readonly admitted: { hour: number; day: number };
  /** Shown: the configured owner, else the one declared last. */
  owner: string | null;
  /** The owner that its calls were charged to first: it is charged where none is configured (SPEC 4.6). */
  firstOwner: string | null;
  purpose: string | null;
  tags: readonly string[];
  inFlight: number;
  lastSeen: Instant | null;
}

export interface Fleet {
  readonly agents: ReadonlyMap<AgentName, AgentState>;
  /** Refusals of callers that are no agents: bad names, unknown paths. Since the start for the lifetime. */
  readonly strangers: Windowed;
  /** All agents together. */
  readonly gateway: Spender;
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
  /** The owner's state: the sum of the calls that were charged to it. A new one each time until a call was let in for it. */
  owner(name: string): OwnerState;
  /** A call of the agent was let in that this owner is charged with: from now on it is kept, and it may be the agent's first. */
  engage(agent: AgentState, owner: OwnerState): void;
  began(agent: AgentState, at: Instant): void;
  /** Charges the agent, the owner if there is one, and the gateway. */
  settled(agent: AgentState, owner: OwnerState | null, charge: Charge, at: Instant): void;
  /** Something of the agent changed that is not a call. */
  changed(name: AgentName): void;
  /** Counts a refusal: of an agent that is known, else among the strangers'. */
  blocked(name: AgentName | null, at: Instant): void;
  /** Starts a new hour or day for everyone when it has begun; one that has been before goes on where it was. */
  turn(at: Instant): void;
}

/** What the fleet is built from. */
export interface FleetParts {
  readonly index: Index;
  /** IANA name: where hours and days begin. */
  readonly zone: string;
  readonly now: Instant;
}

/**
 * Builds the fleet from what the index remembers of earlier runs. What an owner spent stays its own, whoever its agents are
 * given to later: what has settled never changes.
 */
export function createFleet({ index, zone, now }: FleetParts): LiveFleet {
  const agents = new Map<AgentName, AgentState>();
  const owners = new Map<string, OwnerState>();
  let changed = new Set<AgentName>();
  let hour = hourStart(now, zone);
  let day = dayStart(now, zone);

  const strangers: Windowed = emptySums();
  const gateway = createSpender();
  for (const { agent: name, owner, firstOwner, purpose, lastSeen, total } of index.agents()) {
    const agent = Object.assign(createAgent(name, lastSeen), { owner, firstOwner, purpose });
    agents.set(name, agent);
    for (const spender of [agent, gateway]) addTally(spender.total, total);
  }
  for (const [name, total] of index.owners()) addTally(keepOwner(name).total, total);
  recall("hour", hour, hour + 1);
  recall("day", day, dayEnd(day, zone));
  /** The latest that anything was seen in: a clock that was set back may come to what has been before. */
  const latestSeen = Math.max(now, ...[...agents.values()].map(({ lastSeen }) => lastSeen ?? now));
  let latestHour = hourStart(latestSeen, zone);
  let latestDay = dayStart(latestSeen, zone);

  /** Adds what the index knows of [from, to) to empty sums. */
  function recall(window: "hour" | "day", from: Instant, to: Instant): void {
    for (const [name, tally] of index.tallies(from, to)) {
      const agent = agents.get(name);
      if (!agent) {
        addTally(strangers[window], tally);
        continue;
      }
      for (const spender of [agent, gateway]) addTally(spender[window], tally);
    }
    for (const [name, tally] of index.ownerTallies(from, to)) addTally(keepOwner(name)[window], tally);
    for (const [name, calls] of index.admitted(from, to)) {
      const agent = agents.get(name);
      if (agent) agent.admitted[window] = calls;
    }
  }

  function findOwner(name: string): OwnerState {
    return owners.get(name) ?? Object.assign(createSpender(), { name });
  }

  function keepOwner(name: string): OwnerState {
    const owner = findOwner(name);
    owners.set(name, owner);
    return owner;
  }

  function turn(at: Instant): void {
    const newHour = hourStart(at, zone);
    if (newHour === hour) return;
    const newDay = dayStart(at, zone);
    const isNewDay = newDay !== day;
    for (const sums of [strangers, gateway, ...owners.values(), ...agents.values()]) {
      sums.hour = emptyTally();
      if (isNewDay) sums.day = emptyTally();
    }
    for (const { name, admitted } of agents.values()) {
      changed.add(name);
      admitted.hour = 0;
      if (isNewDay) admitted.day = 0;
    }
    hour = newHour;
    day = newDay;
    if (hour <= latestHour) recall("hour", hour, hour + 1);
    if (isNewDay && day <= latestDay) recall("day", day, dayEnd(day, zone));
    latestHour = Math.max(latestHour, hour);
    latestDay = Math.max(latestDay, day);
  }

  function touch(agent: AgentState, at: Instant): void {
    turn(at);
    agent.lastSeen = at;
    changed.add(agent.name);
  }

  return {
    agents,
    strangers,
    gateway,
    turn,
    owner: findOwner,
    takeChanged() {
      const names = [...changed];
      changed = new Set();
      return names;
    },
    meet(name, at) {
      const known = agents.get(name);
      if (known) return known;
      const agent = createAgent(name, at);
      agents.set(name, agent);
      changed.add(name);
      return agent;
    },
    engage(agent, owner) {
      owners.set(owner.name, owner);
      agent.firstOwner ??= owner.name;
    },
    began(agent, at) {
      touch(agent, at);
      agent.inFlight++;
      agent.admitted.hour++;
      agent.admitted.day++;
    },
    settled(agent, owner, charge, at) {
      touch(agent, at);
      agent.inFlight--;
      for (const spender of owner ? [agent, owner, gateway] : [agent, gateway]) {
        add(spender.hour, charge);
        add(spender.day, charge);
        add(spender.total, charge);
      }
    },
    changed(name) {
      changed.add(name);
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

function emptySums(): Windowed {
  return { hour: emptyTally(), day: emptyTally(), total: emptyTally() };
}

function createSpender(): Spender {
  const sums = emptySums();
  return Object.assign(sums, { money: createAccount(sums, ({ costNano }) => costNano) });
}

/** An agent that has done nothing yet. */
export function createAgent(name: AgentName, lastSeen: Instant | null): AgentState {
  const spender = createSpender();
  return Object.assign(spender, {
    name,
    tokens: createAccount(spender, ({ tokensIn, tokensOut }) => tokensIn + tokensOut),
    admitted: { hour: 0, day: 0 },
    owner: null,
    firstOwner: null,
    purpose: null,
    tags: [],
    inFlight: 0,
    lastSeen,
  });
}

/** An account over sums that are kept elsewhere. */
function createAccount(sums: Windowed, amount: (tally: Tally) => number): Account {
  return { held: 0, spent: (window) => amount(sums[window]) };
}

function add(tally: Tally, charge: Charge): void {
  tally.calls++;
  if (charge.isError) tally.errors++;
  tally.tokensIn += charge.tokensIn;
  tally.tokensOut += charge.tokensOut;
  if (charge.costNano === null) tally.unpriced++;
  else tally.costNano += charge.costNano;
}
