/** The figures of an agent that rules look at, each kind by its own law. */
import type { AgentName } from "../../core/agent.ts";
import {
  type Judged,
  judgeBudget,
  judgeBurst,
  judgeErrorRate,
  judgeSilence,
} from "../../core/alerts/judge.ts";
import type { AlertRule } from "../../core/alerts/rule.ts";
import type { Window } from "../../core/budget.ts";
import type { Instant } from "../../core/duration.ts";
import type { NanoUsd } from "../../core/money.ts";
import type { Signals } from "./signals.ts";

/** An agent as alerts see it. */
export interface WatchedAgent {
  readonly lastSeen: Instant | null;
  readonly inFlight: number;
  spent(window: Window): NanoUsd;
  cap(window: Window): NanoUsd | null;
}

/** Where figures come from. */
export interface Figures {
  /** Since when agents could have been heard. */
  readonly startedAt: Instant;
  readonly signals: Pick<Signals, "counted" | "heardAt">;
  find(agent: AgentName): WatchedAgent | null;
  /** When the current window began; 0 for the lifetime. */
  windowStart(window: Window, now: Instant): Instant;
}

/** What the rule finds of this agent; null where nothing is known, or the rule looks at no figures. */
export function judgeAgent(
  rule: AlertRule,
  agent: AgentName,
  { startedAt, signals, find, windowStart }: Figures,
  now: Instant,
): Judged | null {
  const state = find(agent);
  switch (rule.type) {
    case "budget": {
      const { window } = rule;
      return state && judgeBudget(rule, state.spent(window), state.cap(window), windowStart(window, now));
    }
    case "error_rate":
      return judgeErrorRate(rule, signals.counted(rule, agent, now));
    case "blocked_burst":
      return judgeBurst(rule, signals.counted(rule, agent, now));
    case "agent_down": {
      const seen = Math.max(state?.lastSeen ?? 0, signals.heardAt(agent) ?? 0);
      // Never heard of: it may not have begun.
      if (seen === 0) return null;
      // While the gateway was down nobody could call: an old silence proves nothing, and is not over either.
      const isOld = seen < startedAt && now - startedAt < rule.silence;
      const judged = judgeSilence(rule, seen, state?.inFlight ?? 0, now);
      return judged.finding.holds && isOld ? null : judged;
    }
    default:
      return null;
  }
}
