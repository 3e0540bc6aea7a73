/** One call while it is under way: what is known of it, when it must have moved on, and how it is stopped. */
import type { Identity } from "../core/agent.ts";
import type { Ending } from "../core/call.ts";
import type { Bytes, Instant } from "../core/duration.ts";
import type { Prices } from "../providers/prices.ts";
import type { Located, Provider } from "../providers/provider.ts";
import type { Hold } from "../store/store.ts";
import type { Destination } from "./destination.ts";
import type { AgentState } from "./fleet.ts";
import type { Prepared } from "./prepare.ts";
import { MAX_PATH, type Visit } from "./refuse.ts";
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
  | "shutdown";

/** What is known of a call before it begins. */
export interface CallFacts {
  readonly id: string;
  readonly started: Instant;
  readonly method: string;
  readonly identity: Identity;
  readonly owner: string | null;
  readonly purpose: string | null;
  readonly tags: readonly string[];
  readonly provider: Provider;
  readonly located: Located;
  /** The upstream's path for the journal: without query, of bounded length. */
  readonly path: string;
  /** The price list in force when the call began. */
  readonly prices: Prices;
  readonly requestedModel: string | null;
  readonly stream: boolean;
  /** What an estimate of the call's input is made from. */
  readonly inputBytes: Bytes;
  readonly hasTools: boolean;
}

export interface Call extends CallFacts, Watched {
  readonly agent: AgentState;
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

/** Puts together what the steps before have found out. Declared labels name the call; configured ones fill the gaps. */
export function describeCall(
  visit: Visit,
  identity: Identity,
  { provider, located }: Destination,
  prepared: Prepared,
  setup: Setup,
): CallFacts {
  const configured = setup.agent(identity.name);
  return {
    id: visit.id,
    started: visit.started,
    method: visit.request.method,
    identity,
    owner: identity.owner ?? configured.owner,
    purpose: identity.purpose ?? configured.purpose,
    tags: identity.tags.length === 0 ? configured.tags : [...configured.tags, ...identity.tags],
    provider,
    located,
    path: located.path.slice(0, MAX_PATH),
    prices: setup.prices,
    requestedModel: prepared.model,
    stream: prepared.stream,
    inputBytes: prepared.inputBytes,
    hasTools: prepared.hasTools,
  };
}

/** What is written down before the request leaves. */
export function holdOf(facts: CallFacts): Hold {
  return {
    id: facts.id,
    time: facts.started,
    agent: facts.identity.name,
    owner: facts.owner,
    purpose: facts.purpose,
    provider: facts.provider.id,
    model: facts.requestedModel,
    method: facts.method,
    path: facts.path,
    stream: facts.stream,
    nano: null,
  };
}

/** A call that begins; its first deadline is the one for the upstream's headers. */
export function createCall(facts: CallFacts, agent: AgentState, deadline: Instant): Call {
  const call: Call = {
    ...facts,
    agent,
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
  if (stopped === "client_left") return "gone";
  return stopped === "client_stalled" || stopped === "shutdown" ? "cut" : "failed";
}

/** Stops a call: its upstream is aborted and its one ending follows from there. Later stops change nothing. */
export function stopCall(call: Call, why: Stop): void {
  if (call.stopped) return;
  call.stopped = why;
  call.abort.abort();
  call.onStop?.();
}
