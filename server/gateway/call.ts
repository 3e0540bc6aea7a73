/** One call while it is under way: what is known of it, when it must have moved on, and how it is stopped. */
import type { Identity } from "../core/agent.ts";
import type { Bytes, Instant } from "../core/duration.ts";
import type { Prices } from "../providers/prices.ts";
import type { Located, Provider } from "../providers/provider.ts";
import type { AgentState } from "./fleet.ts";
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

export interface Call extends Watched {
  readonly id: string;
  readonly started: Instant;
  readonly method: string;
  readonly identity: Identity;
  readonly agent: AgentState;
  readonly owner: string | null;
  readonly purpose: string | null;
  readonly tags: readonly string[];
  readonly provider: Provider;
  readonly located: Located;
  /** The price list in force when the call began. */
  readonly prices: Prices;
  readonly requestedModel: string | null;
  readonly stream: boolean;
  /** Size of the request's body: what an estimate of its input is made from. */
  readonly inputBytes: Bytes;
  readonly hasTools: boolean;
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

/** What the watchdog does to a call whose deadline has passed. */
export function expireCall(call: Call): void {
  stopCall(call, call.waitingFor === "client" ? "client_stalled" : "upstream_timeout");
}

/** Stops a call: its upstream is aborted and its one ending follows from there. Later stops change nothing. */
export function stopCall(call: Call, why: Stop): void {
  if (call.stopped) return;
  call.stopped = why;
  call.abort.abort();
  call.onStop?.();
}
