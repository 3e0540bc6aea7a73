/** Whether a call may pass: the gates in their order. The first refusal wins. Pure. */
import type { Identity } from "../core/agent.ts";
import type { Instant } from "../core/duration.ts";
import { matchesGlob } from "../core/glob.ts";
import { type Refusal, refusal } from "../core/refusal.ts";
import { isAllowed, opensAt } from "../core/schedule.ts";
import type { Settings } from "../core/settings.ts";
import type { Operation, Provider } from "../providers/provider.ts";
import type { Fleet } from "./fleet.ts";
import type { Limited, Limits } from "./limits.ts";
import type { Setup } from "./setup.ts";

export interface Admission {
  readonly identity: Identity;
  readonly setup: Setup;
  readonly fleet: Fleet;
  readonly now: Instant;
  /** Why the journal cannot be written, or null. */
  readonly journalProblem: string | null;
  readonly shuttingDown: boolean;
}

/** What is known once the body has been read. */
export interface Arrival extends Admission {
  readonly provider: Provider;
  readonly model: string | null;
  readonly operation: Operation;
  readonly limits: Limits;
}

/**
 * The gates that need only headers: they run before the body is read, and again after it. Those that may be told as a
 * reply are not among them: its form depends on what the body asks for.
 */
const EARLY: readonly ((admission: Admission) => Refusal | null)[] = [open, audited, known, roomForOneMore];

/** The gates in their order (SPEC 6.1). */
const ALL: readonly ((arrival: Arrival) => Refusal | null)[] = [
  ...EARLY,
  withinHours,
  modelAllowed,
  providerEnabled,
  withinRates,
];

/** Runs the gates that need no body. Null: the call may go on. */
export function admitEarly(admission: Admission): Refusal | null {
  return firstRefusal(EARLY, admission);
}

/** Runs every gate. Changes nothing: what the call needs is taken by `take`, in the same turn. */
export function admit(arrival: Arrival): Refusal | null {
  return firstRefusal(ALL, arrival);
}

/** Takes what every gate has said there is: when nothing can refuse the call any more. */
export function take(arrival: Arrival): void {
  arrival.limits.take(limitedBy(arrival), arrival.now);
}

function firstRefusal<T>(gates: readonly ((given: T) => Refusal | null)[], given: T): Refusal | null {
  for (const gate of gates) {
    const refused = gate(given);
    if (refused) return refused;
  }
  return null;
}

function open({ shuttingDown }: Admission): Refusal | null {
  return shuttingDown
    ? refusal("shutting_down", "The gateway is shutting down. Try again in a moment.", 1000)
    : null;
}

/** No unaudited call, unless the operator says otherwise (SPEC 17). */
function audited({ journalProblem, setup }: Admission): Refusal | null {
  if (journalProblem === null || setup.settings.audit.on_failure === "continue") return null;
  return refusal(
    "journal_unavailable",
    `No call passes while the journal cannot be written: ${journalProblem}`,
    5000,
  );
}

function known({ identity, setup }: Admission): Refusal | null {
  if (setup.settings.identity.mode !== "known" || setup.isNamed(identity.name)) return null;
  return refusal(
    "unknown_agent",
    `The agent "${identity.name}" is not configured. Add it under \`agents\` in the configuration, or set identity.mode to open.`,
  );
}

/** Invented names must not grow the gateway's memory without bound (SPEC 4.6). */
function roomForOneMore({ identity, setup, fleet }: Admission): Refusal | null {
  const { max_agents: limit } = setup.settings.gateway;
  if (fleet.agents.has(identity.name) || fleet.agents.size < limit || setup.isNamed(identity.name))
    return null;
  return refusal(
    "too_many_agents",
    `The gateway already knows ${limit} agents, so "${identity.name}" is not created. Use one of them, or raise gateway.max_agents.`,
  );
}

function withinHours({ identity, setup, now }: Admission): Refusal | null {
  const { allowed_hours: hours } = setup.agent(identity.name);
  const { timezone } = setup.settings.gateway;
  if (hours === null || isAllowed(hours, timezone, now)) return null;
  const opens = new Date(opensAt(hours, timezone, now)).toISOString();
  return refusal(
    "outside_allowed_hours",
    `The agent "${identity.name}" may call from ${hours.start}:00 to ${hours.end}:00 (${timezone}). Next: ${opens}.`,
  );
}

/** Case and a vendor's prefix (`openai/gpt-4o`) do not count; what is denied is denied even where it is allowed. */
function modelAllowed({ identity, setup, model, operation }: Arrival): Refusal | null {
  const { allow, deny } = setup.agent(identity.name).models;
  if ((allow.length === 0 && deny.length === 0) || operation.kind === "pass") return null;
  const names = model === null ? [] : [model, model.slice(model.lastIndexOf("/") + 1)];
  const matches = (patterns: readonly string[]): boolean =>
    patterns.some((pattern) => names.some((name) => matchesGlob(pattern, name)));
  if (!matches(deny) && (allow.length === 0 || matches(allow))) return null;
  return refusal(
    "model_not_allowed",
    `The agent "${identity.name}" may not use ${model === null ? "a model that it does not name" : `the model ${model}`}.`,
  );
}

function providerEnabled({ setup, provider }: Arrival): Refusal | null {
  const isEnabled = settingsOf(setup, provider.id)?.enabled ?? true;
  return isEnabled ? null : refusal("provider_deactivated", `The provider ${provider.id} is switched off.`);
}

function withinRates(arrival: Arrival): Refusal | null {
  const wait = arrival.limits.check(limitedBy(arrival), arrival.now);
  if (wait === 0) return null;
  const { identity, provider } = arrival;
  const seconds = Math.ceil(wait / 1000);
  return refusal(
    "rate_limited",
    `Rate limit exceeded for agent "${identity.name}" on ${provider.id}. Please retry after ${seconds} seconds.`,
    wait,
  );
}

function limitedBy({ identity, setup, provider }: Arrival): Limited {
  return {
    agent: identity.name,
    terms: setup.agent(identity.name),
    provider: provider.id,
    providerLimit: settingsOf(setup, provider.id)?.rate_limit ?? null,
  };
}

function settingsOf({ settings }: Setup, provider: string): Settings["providers"][string] | undefined {
  return Object.hasOwn(settings.providers, provider) ? settings.providers[provider] : undefined;
}
