/** A rule as it is judged: what its type needs and nothing else, every default filled in. Pure. */
import type { AgentName } from "../agent.ts";
import type { Window } from "../budget.ts";
import type { Millis } from "../duration.ts";
import type { AlertRuleSettings } from "./settings.ts";

interface Common {
  readonly name: string;
  readonly agent: AgentName | "*";
  readonly channels: readonly string[];
  /** How long what lasts goes on before it is told again; null: told once. */
  readonly repeat: Millis | null;
  readonly recovery: boolean;
}

export type AlertRule = Common &
  (
    | { readonly type: "budget"; readonly window: Window; readonly percent: number }
    | {
        readonly type: "error_rate";
        readonly window: Millis;
        readonly threshold: number;
        readonly minCalls: number;
      }
    | { readonly type: "agent_down"; readonly silence: Millis }
    | { readonly type: "blocked_burst"; readonly window: Millis; readonly count: number }
    | { readonly type: "breaker_open" | "trust_drop" | "loop" | "policy" }
  );

const MINUTE: Millis = 60_000;

/** The rule that these settings write. They are valid: a budget's window is a word, every other one a span. */
export function readRule(settings: AlertRuleSettings): AlertRule {
  const { name, type, agent, channels, repeat, recovery, window } = settings;
  const common = { name, agent, channels, repeat, recovery };
  switch (type) {
    case "budget":
      return {
        ...common,
        type,
        window: typeof window === "string" ? window : "day",
        percent: settings.percent ?? 80,
      };
    case "error_rate":
      return {
        ...common,
        type,
        window: typeof window === "number" ? window : 10 * MINUTE,
        threshold: settings.threshold ?? 0.2,
        minCalls: settings.min_calls ?? 10,
      };
    case "agent_down":
      return { ...common, type, silence: (settings.minutes ?? 15) * MINUTE };
    case "blocked_burst":
      return {
        ...common,
        type,
        window: typeof window === "number" ? window : 5 * MINUTE,
        count: settings.count ?? 10,
      };
    default:
      return { ...common, type };
  }
}
