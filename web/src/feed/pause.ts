/** Why an agent is paused and since and until when, in the words of the page (SPEC 7.4, 10, 11). */
import type { AgentStatus } from "../../../server/management/wire/status.ts";
import { formatSince, formatUntil } from "../format.ts";

export interface PauseView {
  /** A person decided, or the gateway did by itself. */
  readonly by: "person" | "gateway";
  /** `Daily budget used up`, or what the person wrote. */
  readonly why: string;
  /** `since 14:03`; null where the gateway does not say. */
  readonly since: string | null;
  /** `until 15:00`, `until resumed`. */
  readonly until: string;
}

/** What to say of the agent's pause; null while it is not paused. */
export function describePause(agent: AgentStatus, now: number): PauseView | null {
  if (agent.status !== "paused") return null;
  const by = agent.pause_reason === "agent_deactivated" ? "person" : "gateway";
  const since = agent.pause_since === null ? null : formatSince(Date.parse(agent.pause_since), now);
  return { by, why: explain(agent), since, until: describeEnd(agent, now) };
}

function explain({ pause_reason: reason, pause_detail: detail }: AgentStatus): string {
  switch (reason) {
    case "budget_exceeded":
      return `${nameBudget(detail)} budget used up`;
    case "policy":
      return detail === null ? "By a policy" : `Policy ${detail}`;
    case "loop_detected":
      return "Repeats itself in a loop";
    case "agent_deactivated":
    case null:
      return detail ?? "By hand";
  }
}

function nameBudget(window: string | null): string {
  if (window === "hour") return "Hourly";
  return window === "day" ? "Daily" : "Total";
}

function describeEnd({ pause_until: end, pause_reason: reason }: AgentStatus, now: number): string {
  if (end !== null) return formatUntil(Date.parse(end), now);
  return reason === "budget_exceeded" ? "until the cap is raised" : "until resumed";
}
