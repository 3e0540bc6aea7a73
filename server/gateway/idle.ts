/** When an agent counts as idle: the dashboard shows it, and policies can read it. */
import type { Instant, Millis } from "../core/duration.ts";
import type { AgentState } from "./fleet.ts";

const IDLE_AFTER: Millis = 5 * 60_000;

/** Whether the agent has no call in flight and has had none for five minutes (SPEC 19). */
export function isIdle(
  { inFlight, lastSeen }: Pick<AgentState, "inFlight" | "lastSeen">,
  now: Instant,
): boolean {
  return inFlight === 0 && (lastSeen === null || now - lastSeen >= IDLE_AFTER);
}
