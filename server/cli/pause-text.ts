/** How people read that an agent is paused. Pure. */
import type { AgentStatus } from "../management/wire/status.ts";
import { renderForeign, renderTime } from "./figures.ts";

type Paused = Pick<AgentStatus, "id" | "pause_reason" | "pause_detail" | "pause_until">;

/** `researcher is paused by a person (deploying) until 2026-01-31 13:00:00Z.`; null for one that is not. */
export function renderPause(agent: Paused): string | null {
  if (agent.pause_reason === null) return null;
  return `${renderForeign(agent.id)} is paused ${renderCause(agent)} until ${renderEnd(agent)}.`;
}

function renderCause({ pause_reason: reason, pause_detail }: Paused): string {
  const detail = pause_detail === null ? null : renderForeign(pause_detail);
  switch (reason) {
    case "budget_exceeded":
      return `because ${detail === "total" ? "its budget" : `its budget of this ${detail}`} is used up,`;
    case "policy":
      return `by the policy ${detail}`;
    case "loop_detected":
      return "because it repeated itself,";
    default:
      return detail === null ? "by a person" : `by a person (${detail})`;
  }
}

function renderEnd({ pause_reason: reason, pause_until: until }: Paused): string {
  if (until !== null) return renderTime(until);
  return reason === "budget_exceeded" ? "its cap is raised" : "a person resumes it";
}
