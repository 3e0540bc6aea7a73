/** What policies are told about an agent and the call at hand (SPEC 10): settled figures, labels, the clock. Pure. */
import type { Identity } from "../core/agent.ts";
import type { Instant } from "../core/duration.ts";
import { type NanoUsd, toUsd } from "../core/money.ts";
import { hourOfDay } from "../core/schedule.ts";
import type { AgentState } from "./fleet.ts";
import { isIdle } from "./idle.ts";
import type { PolicyFacts } from "./policy-fields.ts";

/** The call, with declared labels over the configured ones. */
export interface CallAtHand {
  readonly identity: Pick<Identity, "name">;
  readonly owner: string | null;
  readonly purpose: string | null;
  readonly tags: readonly string[];
  readonly model: string | null;
  readonly provider: { readonly id: string };
}

/** What the agent has done, in the hour and day that it is now. */
export type AgentFigures = Pick<AgentState, "hour" | "day" | "total" | "inFlight" | "lastSeen">;

export interface Circumstances {
  readonly isPaused: boolean;
  /** 0 to 100; null where none is kept, which counts as a new agent's. */
  readonly trustScore: number | null;
  /** What has settled in the call's run; null without a run. */
  readonly run: { readonly calls: number; readonly costNano: NanoUsd } | null;
  /** IANA name. */
  readonly zone: string;
}

/** Where a new agent begins (SPEC 11). */
const USUAL_TRUST = 50;

/** Texts come from outside: what goes beyond is cut off. Characters, and labels. */
const LONGEST_TEXT = 256;
const MOST_TAGS = 100;

/**
 * The facts that conditions read. `agent` is null for one that was never let in: it has done nothing yet. The fleet must
 * have been turned to `now`, or the hour that is over would count on.
 */
export function describeFacts(
  call: CallAtHand,
  agent: AgentFigures | null,
  { isPaused, trustScore, run, zone }: Circumstances,
  now: Instant,
): PolicyFacts {
  const callsThisHour = agent?.hour.calls ?? 0;
  return {
    error_rate: callsThisHour === 0 ? 0 : (agent?.hour.errors ?? 0) / callsThisHour,
    cost_this_hour: toUsd(agent?.hour.costNano ?? 0),
    cost_today: toUsd(agent?.day.costNano ?? 0),
    total_cost: toUsd(agent?.total.costNano ?? 0),
    calls_this_hour: callsThisHour,
    call_count: agent?.total.calls ?? 0,
    error_count: agent?.total.errors ?? 0,
    status: isPaused ? "paused" : agent && isIdle(agent, now) ? "idle" : "active",
    agent_id: call.identity.name,
    owner: bounded(call.owner),
    purpose: bounded(call.purpose),
    tags: call.tags.length > 0 ? call.tags.slice(0, MOST_TAGS).map(bounded) : NO_TAGS,
    model: bounded(call.model),
    provider: call.provider.id,
    hour: hourOfDay(zone, now),
    trust_score: trustScore ?? USUAL_TRUST,
    run_cost: toUsd(run?.costNano ?? 0),
    run_calls: run?.calls ?? 0,
  };
}

/** One object, so that rules that read tags see that nothing has changed. */
const NO_TAGS: readonly string[] = [];

function bounded(text: string | null): string {
  return text === null ? "" : text.slice(0, LONGEST_TEXT);
}
