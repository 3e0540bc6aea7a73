/** One call while it is under way: what is known of it, when it must have moved on, and how it is stopped. */
import type { Identity } from "../core/agent.ts";
import type { Dialect, Ending } from "../core/call.ts";
import type { Instant } from "../core/duration.ts";
import type { Prices } from "../providers/prices.ts";
import type { Located, Provider } from "../providers/provider.ts";
import type { HeldAmount, Hold } from "../store/store.ts";
import type { Crossing } from "./crossing.ts";
import type { Destination } from "./destination.ts";
import type { Earlier } from "./earlier.ts";
import type { AgentState, OwnerState } from "./fleet.ts";
import type { Plan } from "./plan.ts";
import type { Prepared } from "./prepare.ts";
import { MAX_PATH, type Visit } from "./refuse.ts";
import type { Run } from "./run.ts";
import type { RunningHold } from "./running-hold.ts";
import type { RunState } from "./runs.ts";
import type { Setup } from "./setup.ts";
import type { Watched } from "./watchdog.ts";

/** Why a call is stopped from outside its own flow. */
export type Stop =
  /** The client closed its connection. */
  | "client_left"
  /** The client stopped reading. */
  | "client_stalled"
  /** The upstream did not send headers, or went silent, for too long. */
  | "upstream_timeout"
  /** The gateway shuts down and the grace is over. */
  | "shutdown"
  /** Its budget has no room for more of the answer. */
  | "budget_exceeded"
  /** What more of the answer may cost cannot be written down. */
  | "journal_unavailable"
  /** Somebody paused the agent and ended what it had in flight. */
  | "agent_deactivated";

/** What is known of a call before it begins. */
export interface CallFacts {
  readonly id: string;
  readonly started: Instant;
  readonly method: string;
  readonly identity: Identity;
  readonly owner: string | null;
  readonly purpose: string | null;
  readonly tags: readonly string[];
  readonly run: Run | null;
  /** The agent's trust score now; null while trust is off. */
  readonly trust: number | null;
  /** What the client speaks. */
  readonly protocol: Dialect;
  readonly provider: Provider;
  readonly located: Located;
  /** The upstream's path for the journal: without query, of bounded length. */
  readonly path: string;
  /** The price list in force when the call began. */
  readonly prices: Prices;
  /** As the client named it, and as it was sent. */
  readonly requestedModel: string | null;
  readonly model: string | null;
  readonly stream: boolean;
  /** Whether it goes to a host that nobody vouches for. */
  readonly isStranger: boolean;
  /** Whether its answer is made after the response. */
  readonly isBackground: boolean;
  /** What it may take; null for what is passed on unread. */
  readonly plan: Plan | null;
}

/** What a call has taken in the turn in which it was let in; its one ending gives it back. */
export interface Taken {
  /** When that was. */
  readonly admitted: Instant;
  readonly hold: RunningHold | null;
  /** The output ceiling of each choice that was written into the request; null where it went as it came. */
  readonly clamped: number | null;
  readonly crossing: Crossing;
  readonly earlier: Earlier;
  /** Gives the slot at the upstream back. */
  releaseSlot(): void;
}

export interface Call extends CallFacts, Taken, Watched {
  readonly agent: AgentState;
  /** Who else is charged. */
  readonly charged: { readonly owner: OwnerState | null; readonly run: RunState | null };
  /** Aborts the upstream request. */
  readonly abort: AbortController;
  deadline: Instant;
  /** What the deadline is about. */
  waitingFor: "upstream" | "client";
  /** Why the call was stopped, once it was. */
  stopped: Stop | null;
  /** When the first byte of the answer was handed on. */
  firstByte: Instant | null;
  /** True once the call has been settled: exactly one ending. */
  ended: boolean;
  /** Called on a stop, for a relay that waits on nobody's promise. */
  onStop: (() => void) | null;
}

/** What the steps before have found out about a call. */
export interface CallParts {
  readonly visit: Visit;
  readonly identity: Identity;
  readonly destination: Destination;
  readonly prepared: Prepared;
  readonly setup: Setup;
  readonly run: Run | null;
  readonly plan: Plan | null;
  readonly trust: number | null;
}

/** Puts it together. Declared labels name the call; configured ones fill the gaps. */
export function describeCall(parts: CallParts): CallFacts {
  const { visit, identity, prepared, setup, run, plan, trust } = parts;
  const { provider, located } = parts.destination;
  const configured = setup.agent(identity.name);
  return {
    id: visit.id,
    started: visit.started,
    method: visit.request.method,
    identity,
    owner: identity.owner ?? configured.owner,
    purpose: identity.purpose ?? configured.purpose,
    tags: identity.tags.length === 0 ? configured.tags : [...configured.tags, ...identity.tags],
    run,
    trust,
    protocol: visit.dialect,
    provider,
    located,
    path: located.path.slice(0, MAX_PATH),
    prices: setup.prices,
    requestedModel: visit.model,
    model: prepared.model,
    stream: prepared.stream,
    isStranger: parts.destination.isStranger,
    isBackground: prepared.demand.background,
    plan,
  };
}

/** What is written down before the request leaves, when the call is let in. */
export function holdOf(
  facts: CallFacts,
  charged: Call["charged"],
  amount: HeldAmount,
  admitted: Instant,
): Hold {
  return {
    id: facts.id,
    time: admitted,
    agent: facts.identity.name,
    owner: facts.owner,
    chargedOwner: charged.owner?.name ?? null,
    purpose: facts.purpose,
    run: facts.run?.id ?? null,
    key: facts.identity.key,
    provider: facts.provider.id,
    model: facts.model,
    method: facts.method,
    path: facts.path,
    stream: facts.stream,
    ...amount,
  };
}

/** A call that begins; its first deadline is the one for the upstream's headers. */
export function createCall(
  facts: CallFacts,
  taken: Taken,
  agent: AgentState,
  charged: Call["charged"],
  deadline: Instant,
): Call {
  const call: Call = {
    ...facts,
    ...taken,
    agent,
    charged,
    abort: new AbortController(),
    deadline,
    waitingFor: "upstream",
    stopped: null,
    firstByte: null,
    ended: false,
    onStop: null,
    expire: () => stopCall(call, call.waitingFor === "client" ? "client_stalled" : "upstream_timeout"),
  };
  return call;
}

/** How a call ends that was stopped, or (null) broke by itself. */
export function endingOf(stopped: Stop | null): Ending {
  switch (stopped) {
    case "client_left":
      return "gone";
    case "client_stalled":
    case "shutdown":
    case "budget_exceeded":
    case "journal_unavailable":
    case "agent_deactivated":
      return "cut";
    case "upstream_timeout":
    case null:
      return "failed";
  }
}

/** Stops a call: its upstream is aborted and its one ending follows from there. Later stops change nothing. */
export function stopCall(call: Call, why: Stop): void {
  if (stopQuietly(call, why)) call.onStop?.();
}

/** As `stopCall`, for whoever ends the answer itself. False when the call was stopped before. */
export function stopQuietly(call: Call, why: Stop): boolean {
  if (call.stopped) return false;
  call.stopped = why;
  call.abort.abort();
  return true;
}
