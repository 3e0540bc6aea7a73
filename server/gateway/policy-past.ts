/** An agent as past lines tell it: the figures that the gateway had when it wrote them (SPEC 7.1, 10). Pure. */
import { type AgentName, emptyTally } from "../core/agent.ts";
import { dayStart, hourStart } from "../core/calendar.ts";
import type { Instant } from "../core/duration.ts";
import type { BlockedLine, CallLine } from "../core/event.ts";
import { addLine } from "../store/tally.ts";
import { type AgentFigures, type Circumstances, describeFacts } from "./policy-facts.ts";
import type { PolicyFacts } from "./policy-fields.ts";
import { createPolicyMemory, type PolicyMemory } from "./policy-memory.ts";

/** What a call and a refusal have in common. */
type Told = "time" | "owner" | "purpose" | "run" | "provider" | "requested_model" | "trust";

/** A call or a refusal as the journal tells it. */
export type PastEntry =
  | Pick<CallLine, Told | "type" | "agent" | "tags" | "status" | "ending" | "cost_nano">
  | (Pick<BlockedLine, Told | "type" | "reason" | "count"> & { readonly agent: AgentName });

export interface Past extends AgentFigures {
  hour: AgentFigures["hour"];
  day: AgentFigures["day"];
  lastSeen: Instant | null;
  hourBegan: Instant;
  dayBegan: Instant;
  /** Of its last call: refusals do not tell theirs. */
  tags: readonly string[];
  /** Null until a line says it. */
  trust: number | null;
  readonly memory: PolicyMemory;
}

/** An agent that has done nothing. */
export function createPast(): Past {
  return {
    hour: emptyTally(),
    day: emptyTally(),
    total: emptyTally(),
    inFlight: 0,
    lastSeen: null,
    hourBegan: Number.NaN,
    dayBegan: Number.NaN,
    tags: [],
    trust: null,
    memory: createPolicyMemory(),
  };
}

/** Starts a new hour or day where it has begun, and learns what the entry tells beside its figures. */
export function turnTo(past: Past, entry: PastEntry, now: Instant, zone: string): void {
  const hour = hourStart(now, zone);
  const day = dayStart(now, zone);
  if (hour !== past.hourBegan) past.hour = emptyTally();
  if (day !== past.dayBegan) past.day = emptyTally();
  past.hourBegan = hour;
  past.dayBegan = day;
  past.trust = entry.trust ?? past.trust;
  if (entry.type === "call") past.tags = entry.tags ?? [];
}

/** Adds the entry to the figures. Refusals alone make no agent. */
export function addEntry(past: Past, entry: PastEntry, now: Instant): void {
  for (const tally of [past.hour, past.day, past.total]) addLine(tally, entry);
  if (entry.type === "call" || past.lastSeen !== null) past.lastSeen = now;
}

/** The facts of the entry's call as the figures are now. */
export function describePast(
  past: Past,
  entry: PastEntry,
  run: Circumstances["run"],
  zone: string,
  now: Instant,
): PolicyFacts {
  const call = {
    identity: { name: entry.agent },
    owner: entry.owner ?? null,
    purpose: entry.purpose ?? null,
    tags: past.tags,
    model: entry.requested_model ?? null,
    provider: { id: entry.provider ?? "" },
  };
  const around = { isPaused: false, trustScore: past.trust, run, zone };
  return describeFacts(call, past.lastSeen === null ? null : past, around, now);
}
