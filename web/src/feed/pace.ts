/** Who spends how fast at present, so that a runaway agent is found at a glance (SPEC 21). */
import type { Instant } from "../../../server/core/duration.ts";
import type { AgentView } from "./reduce.ts";
import { sumLastMinute } from "./series.ts";

/** The agent that spends more than all others together. */
export interface Leader {
  readonly agent: string;
  /** Of what all agents spent in the last minute: over 0.5, up to 1. */
  readonly share: number;
}

type Spender = Pick<AgentView, "id" | "recentSpend">;

/** USD that this page saw the agent spend in the minute up to `now`. */
export function readPace({ recentSpend }: Spender, now: Instant): number {
  return sumLastMinute(recentSpend, now);
}

/** Null where nobody spends more than half; also of fewer than three agents, where somebody nearly always does. */
export function findLeader(agents: readonly Spender[], now: Instant): Leader | null {
  if (agents.length < 3) return null;
  const paces = agents.map((agent) => ({ agent: agent.id, pace: readPace(agent, now) }));
  const all = paces.reduce((sum, { pace }) => sum + pace, 0);
  const leader = paces.find(({ pace }) => pace > all / 2);
  return leader ? { agent: leader.agent, share: leader.pace / all } : null;
}
