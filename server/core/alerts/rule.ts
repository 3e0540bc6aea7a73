/** A rule as it is judged: what its type needs and nothing else, every default filled in. Pure. */
import type { AgentName } from "../agent.ts";
import type { Window } from "../budget.ts";
import type { Millis } from "../duration.ts";
import type { PolicySettings } from "../settings.ts";
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
    /** Null: every policy. */
    | { readonly type: "policy"; readonly policy: string | null }
    | { readonly type: "breaker_open" | "trust_drop" | "loop" }
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
    case "policy":
      return { ...common, type, policy: null };
    default:
      return { ...common, type };
  }
}

/**
 * The rule that a policy with the action `alert` is for its channels (SPEC 10); null where it names none. The policy's own
 * cooldown keeps it quiet.
 */
export function ruleOfPolicy({ name, params }: PolicySettings): AlertRule | null {
  const { channels } = params;
  if (channels.length === 0) return null;
  // No rule of alerts has a colon in its name.
  const called = `policy:${name}`;
  return { name: called, type: "policy", policy: name, agent: "*", channels, repeat: 0, recovery: false };
}
