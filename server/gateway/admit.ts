/**
 * Whether a call may pass: the gates in their order (SPEC 6.1). The first that says no wins: a refusal is final for this
 * attempt, an obstacle passes. The gates change nothing; what the call needs is taken by `take`, in the same turn.
 */
import type { Identity } from "../core/agent.ts";
import type { Budget } from "../core/budget.ts";
import type { Instant } from "../core/duration.ts";
import { matchesGlob } from "../core/glob.ts";
import type { Fingerprint } from "../core/loop-detector.ts";
import { type Refusal, refusal } from "../core/refusal.ts";
import { isAllowed, opensAt } from "../core/schedule.ts";
import type { Priority, Settings } from "../core/settings.ts";
import type { Tier } from "../core/trust-tier.ts";
import { afford, busyRefusal, exceededRefusal, type Grant } from "./afford.ts";
import type { BreakerTarget } from "./breakers.ts";
import type { CallFacts, Taken } from "./call.ts";
import type { Controls } from "./controls.ts";
import type { Obstacle } from "./entrance.ts";
import type { AgentState, Fleet } from "./fleet.ts";
import type { Limited } from "./limits.ts";
import { isAccountable } from "./metered.ts";
import { isOver } from "./pauses.ts";
import type { PolicyVerdict } from "./policies.ts";
import { pauseRefusal, refuseByPolicy } from "./policy-refusals.ts";
import { delayOf, takeThrottles } from "./policy-throttles.ts";
import type { Setup } from "./setup.ts";
import type { ScopedStake } from "./stakes.ts";
import type { AgentTerms } from "./terms.ts";

/** What is known before the body has been read. */
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
  readonly facts: CallFacts;
  readonly agent: AgentState;
  /** The agent's settings under its trust. */
  readonly terms: AgentTerms;
  readonly tier: Tier;
  readonly controls: Controls;
  readonly policies: PolicyVerdict;
  /** Whether the call has been held back for as long as the policies say. */
  readonly isDelayed: boolean;
  readonly fingerprint: Fingerprint | null;
  readonly stakes: readonly ScopedStake[];
  /** Whether a money cap holds for the call in any scope. */
  readonly isCapped: boolean;
  /** Whether a lower output ceiling can be written into the request. */
  readonly canLower: boolean;
  readonly upstream: Upstream;
}

/** Where a call is about to go. */
export interface Upstream {
  /** Scheme, host and port. */
  readonly origin: string;
  /** The name of its slots. */
  readonly slots: string;
  readonly lane: Priority;
  /** The key that pays, stored or the client's own. */
  readonly key: string | null;
}

type Gate<Given> = (given: Given) => Refusal | Obstacle | null;

/**
 * The gates that need only headers: they run before the body is read, and again after it. Those that may be told as a
 * reply are not among them: its form depends on what the body asks for.
 */
const EARLY: readonly ((admission: Admission) => Refusal | null)[] = [open, audited, known, roomForOneMore];

/** The gates in their order (SPEC 6.1). */
const ALL: readonly Gate<Arrival>[] = [
  ...EARLY,
  active,
  withinHours,
  trusted,
  modelAllowed,
  providerEnabled,
  permitted,
  notLooping,
  withinRates,
  accountable,
  withinQuota,
  withinBudget,
  upstreamHealthy,
  slotFree,
];

/** Runs the gates that need no body. Null: the call may go on. */
export function admitEarly(admission: Admission): Refusal | null {
  for (const gate of EARLY) {
    const refused = gate(admission);
    if (refused) return refused;
  }
  return null;
}

/** Runs every gate. */
export function admit(arrival: Arrival): Refusal | Obstacle | null {
  for (const gate of ALL) {
    const stopped = gate(arrival);
    if (stopped) return stopped;
  }
  return null;
}

/** With which ceiling the budgets let the call in; in the turn in which `admit` found nothing against it. */
export function grantOf({ stakes, facts, canLower }: Arrival): Grant | null {
  if (facts.plan === null) return null;
  const afforded = afford(stakes, facts.plan, canLower);
  return afforded.kind === "granted" ? afforded.grant : null;
}

/**
 * Takes a call's part of everything but its hold: in the same turn, once nothing can refuse it any more. True in
 * `isLoop`: with this call the agent repeats itself.
 */
export function take(arrival: Arrival): Omit<Taken, "hold" | "clamped"> & { readonly isLoop: boolean } {
  const { controls, upstream, now, identity, fingerprint, terms, policies } = arrival;
  controls.limits.take(limitedBy(arrival), now);
  takeThrottles(policies.throttles, now);
  const isLoop = controls.loops.take(identity.name, fingerprint, terms.loops);
  const crossing = controls.breakers.take(breakerTarget(arrival), now);
  const releaseSlot = controls.lanes.take(upstream.slots, upstream.lane);
  return { admitted: now, crossing, releaseSlot, isLoop };
}

/** The agent's own money, as its pauses look at it. */
export function ownBudget(terms: AgentTerms, { money }: AgentState): Budget {
  return { caps: terms.caps, account: money };
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
function modelAllowed({ identity, terms, facts }: Arrival): Refusal | null {
  const { allow, deny } = terms.models;
  const { requestedModel: model, located } = facts;
  const { operation } = located;
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

function providerEnabled({ setup, facts: { provider } }: Arrival): Refusal | null {
  const isEnabled = settingsOf(setup, provider.id)?.enabled ?? true;
  return isEnabled ? null : refusal("provider_deactivated", `The provider ${provider.id} is switched off.`);
}

function active({ identity, terms, agent, controls, now }: Arrival): Refusal | null {
  const pause = controls.pauses.find(identity.name);
  if (!pause || isOver(pause, ownBudget(terms, agent), now)) return null;
  const { name } = identity;
  const { cause, until } = pause;
  const lifted =
    until === null
      ? `It stays so until a person resumes it: tollgate pause ${name} --resume.`
      : `It goes on by itself at ${new Date(until).toISOString()}.`;
  switch (cause.by) {
    case "person": {
      const note = cause.note === null ? "" : ` (${cause.note})`;
      return refusal("agent_deactivated", `A person has paused the agent "${name}"${note}. ${lifted}`);
    }
    case "policy":
      return pauseRefusal(cause.rule, until, name);
    case "loop":
      return refusal("loop_detected", `The agent "${name}" was paused because it repeated itself. ${lifted}`);
    case "budget": {
      const period = cause.window === "total" ? "its budget" : `its budget of this ${cause.window}`;
      const next = until === null ? "It goes on when the cap is raised." : `${lifted} Or raise the cap.`;
      return refusal("budget_exceeded", `The agent "${name}" has used up ${period}. ${next}`);
    }
  }
}

/** A tier that only an operator's choice makes a closed door (SPEC 11). */
function trusted({ identity, tier, setup }: Arrival): Refusal | null {
  if (tier !== "quarantined" || !setup.settings.trust.quarantine) return null;
  return refusal(
    "trust_quarantined",
    `The agent "${identity.name}" is in quarantine: its trust has fallen too low. Look at its history, then pin a tier under agents.${identity.name}.trust.pin.`,
  );
}

function permitted({ identity, policies, isDelayed, now }: Arrival): Refusal | Obstacle | null {
  const refused = refuseByPolicy(policies, identity.name, now);
  if (refused) return refused;
  const millis = isDelayed ? 0 : delayOf(policies.throttles);
  return millis === 0 ? null : { wait: "delay", millis };
}

function notLooping({ identity, terms, fingerprint, controls, now }: Arrival): Refusal | null {
  if (terms.loops.action !== "pause" || fingerprint === null) return null;
  const { name } = identity;
  if (!controls.loops.check(name, fingerprint, terms.loops)) return null;
  const refused = refusal(
    "loop_detected",
    `The agent "${name}" has sent nearly the same request ${terms.loops.threshold} times, and is paused until a person resumes it: tollgate pause ${name} --resume.`,
  );
  return { ...refused, pause: { agent: name, since: now, until: null, cause: { by: "loop" } } };
}

function withinRates(arrival: Arrival): Refusal | null {
  const { identity, facts, controls, now, upstream } = arrival;
  const provider = facts.provider.id;
  const wait = controls.limits.check(limitedBy(arrival), now);
  if (wait > 0) {
    const seconds = Math.ceil(wait / 1000);
    return refusal(
      "rate_limited",
      `Rate limit exceeded for agent "${identity.name}" on ${provider}. Please retry after ${seconds} seconds.`,
      wait,
    );
  }
  const rest = controls.keyRest.check(upstream.origin, upstream.key, now);
  if (rest === 0) return null;
  const message = `${provider} has limited the rate of this key. Please retry after ${Math.ceil(rest / 1000)} seconds.`;
  return refusal("rate_limited", message, rest);
}

/** Under a money cap only what can be charged passes (SPEC 7.6, 7.8). */
function accountable({ facts, isCapped, setup, identity }: Arrival): Refusal | null {
  if (!isCapped) return null;
  const { method, located, path, plan, isBackground } = facts;
  const { routes, pricing } = setup.settings;
  if (!isAccountable(method, path, located.operation, routes.allow)) {
    return refusal(
      "unmetered_route",
      `The agent "${identity.name}" has a money cap, and what ${method} ${path} costs cannot be metered. Name the path under routes.allow to let it pass.`,
    );
  }
  if (isBackground) {
    return refusal(
      "unmetered_route",
      `The agent "${identity.name}" has a money cap, and an answer that is made in the background reports its cost to nobody. Send the request without \`background\`.`,
    );
  }
  if (plan === null || plan.price !== null || pricing.unknown === "allow") return null;
  const model = facts.requestedModel ?? "of this route";
  return refusal(
    "unpriced_model",
    `The agent "${identity.name}" has a money cap, and the price of the model ${model} is not known. Give one under pricing.models, or set pricing.unknown.`,
  );
}

function withinQuota({ terms, agent, facts, identity, canLower }: Arrival): Refusal | null {
  const { requests_per_hour, requests_per_day, max_input_tokens, max_output_tokens } = terms.quota;
  const { name } = identity;
  const full = (period: string, limit: number) =>
    refusal(
      "quota_exceeded",
      `The agent "${name}" has made the ${Math.floor(limit)} calls that it may make ${period}.`,
    );
  if (requests_per_hour !== null && agent.admitted.hour + 1 > requests_per_hour)
    return full("per hour", requests_per_hour);
  if (requests_per_day !== null && agent.admitted.day + 1 > requests_per_day)
    return full("per day", requests_per_day);
  if (facts.plan?.imposesCeiling) {
    const most = `An answer to the agent "${name}" may have ${max_output_tokens} tokens`;
    if (!canLower) {
      const advice = "and that cannot be written into a compressed request. Ask for no more in it";
      return refusal("quota_exceeded", `${most}, ${advice}, or send it uncompressed.`);
    }
    if (facts.plan.thinking >= (max_output_tokens ?? 0)) {
      return refusal(
        "quota_exceeded",
        `${most}, and this call reserves all of them for thinking. Reserve less.`,
      );
    }
  }
  const input = facts.plan?.inputTokens ?? 0;
  if (max_input_tokens === null || input <= max_input_tokens) return null;
  return refusal(
    "quota_exceeded",
    `The input of this call is up to ${input} tokens, and the agent "${name}" may send ${max_input_tokens} at once. Send less.`,
  );
}

function withinBudget(arrival: Arrival): Refusal | Obstacle | null {
  const { stakes, facts, canLower, identity, setup, now, controls } = arrival;
  const { plan } = facts;
  if (plan === null || stakes.length === 0) return null;
  const afforded = afford(stakes, plan, canLower);
  if (afforded.kind === "exceeded")
    return exceededRefusal(afforded, plan, identity.name, setup.settings.gateway.timezone, now);
  // Streams under way are before those that would begin.
  const pressed = stakes.find(({ budget }) => controls.waiting.hasExtension(budget.account));
  const stake = afforded.kind === "busy" ? afforded.stake : pressed;
  if (!stake) return null;
  const late = busyRefusal(stake);
  const { account } = stake.budget;
  if (controls.waiting.isFull(account)) return late;
  const mayFit = () => afford(stakes, plan, canLower).kind !== "busy";
  return { wait: "budget", account, mayFit, late };
}

function upstreamHealthy(arrival: Arrival): Refusal | null {
  const { controls, facts, now } = arrival;
  const wait = controls.breakers.check(breakerTarget(arrival), now);
  if (wait === 0) return null;
  return refusal(
    "breaker_open",
    `${facts.provider.id} has been failing and is given a rest. Please retry after ${Math.ceil(wait / 1000)} seconds.`,
    wait,
  );
}

function slotFree({ controls, upstream, facts }: Arrival): Refusal | Obstacle | null {
  const { slots: host, lane } = upstream;
  const state = controls.lanes.check(host, lane);
  if (state === "free") return null;
  const provider = facts.provider.id;
  if (state === "full")
    return refusal(
      "queue_full",
      `Too many calls already wait for ${provider}. Try again in a moment.`,
      1_000,
    );
  const message = `No slot became free for a call of ${lane} priority to ${provider} in time. Try again in a moment.`;
  return { wait: "lane", host, lane, late: refusal("queue_timeout", message, 1_000) };
}

function breakerTarget({ identity, facts, upstream, terms }: Arrival): BreakerTarget {
  return {
    agent: identity.name,
    provider: facts.provider.id,
    origin: upstream.origin,
    settings: terms.circuit_breaker,
  };
}

function limitedBy({ identity, setup, facts, terms }: Arrival): Limited {
  return {
    agent: identity.name,
    terms,
    provider: facts.provider.id,
    providerLimit: settingsOf(setup, facts.provider.id)?.rate_limit ?? null,
  };
}

function settingsOf({ settings }: Setup, provider: string): Settings["providers"][string] | undefined {
  return Object.hasOwn(settings.providers, provider) ? settings.providers[provider] : undefined;
}
