/** What holds for one agent: its own entry of the configuration over the template's, with every default resolved. Pure. */
import type { Caps } from "../core/budget.ts";
import type {
  AgentEntry,
  AgentSettings,
  BlockedResponse,
  Inherited,
  LoopSettings,
  MoneyCaps,
  Rate,
  RateLimit,
  Settings,
  SlidingLimit,
} from "../core/settings.ts";
import type { WindowLimit } from "../core/sliding-window.ts";

type Resolved = "rate_limit" | "provider_rate_limits" | "blocked_response" | "loops" | "retries";

/** An agent's settings in force. Null is no limit; nothing is `unlimited` by Infinity any more. */
export interface AgentTerms extends Omit<AgentSettings, Resolved> {
  readonly blocked_response: BlockedResponse;
  readonly loops: LoopSettings;
  readonly retries: number;
  /** The budget's windows as the law of budgets wants them: one object for as long as the configuration lives. */
  readonly caps: Caps;
  /** Token buckets of the agent. */
  readonly buckets: readonly Rate[];
  /** Sliding windows of the agent at a provider; the same array each time. */
  windows(provider: string): readonly WindowLimit[];
}

/** The terms of an agent's entry. */
export function createTerms(
  own: AgentEntry,
  settings: Pick<Settings, "agents" | "gateway" | "loops">,
): AgentTerms {
  const { rate_limit, provider_rate_limits, ...merged } = overTemplate(own, settings.agents["*"]);
  const limits = rate_limit === null ? [] : [rate_limit].flat();
  const everywhere = limits.filter((limit) => "max_requests" in limit).map(toWindow);
  const further = Object.entries(provider_rate_limits);
  const byProvider = new Map(
    further.map(([provider, limit]) => [provider, [...everywhere, toWindow(limit)]]),
  );
  return {
    ...merged,
    blocked_response: merged.blocked_response ?? settings.gateway.blocked_response,
    loops: overlay(merged.loops, settings.loops),
    retries: merged.retries ?? settings.gateway.retries,
    caps: toCaps(merged.budget),
    buckets: limits.filter(isBucket),
    windows: (provider) => byProvider.get(provider) ?? everywhere,
  };
}

/** Money caps as the law of budgets wants them. */
export function toCaps({ max_cost_per_hour, max_cost_per_day, max_cost_total }: MoneyCaps): Caps {
  return { hour: limit(max_cost_per_hour), day: limit(max_cost_per_day), total: limit(max_cost_total) };
}

/** A sliding window as the law of windows wants it. */
export function toWindow({ max_requests, window_seconds }: SlidingLimit): WindowLimit {
  return { max: max_requests, window: window_seconds * 1_000 };
}

/** Value by value; lists, and sections that stand for one thing, replace whole. */
export function overTemplate(own: AgentEntry, template: AgentSettings): AgentSettings {
  // A key goes to the provider that it was given for, so the template's does not follow an agent elsewhere.
  const keepsKey = own.provider === null || own.provider === template.provider;
  return {
    model: own.model ?? template.model,
    api_key: own.api_key ?? (keepsKey ? template.api_key : null),
    provider: own.provider ?? template.provider,
    overrides: mergeOverrides(own.overrides, template.overrides),
    fallback: own.fallback ?? template.fallback,
    retries: own.retries ?? template.retries,
    owner: own.owner ?? template.owner,
    purpose: own.purpose ?? template.purpose,
    tags: own.tags ?? template.tags,
    priority: own.priority ?? template.priority,
    budget: overlay(own.budget, template.budget),
    quota: overlay(own.quota, template.quota),
    rate_limit: own.rate_limit ?? template.rate_limit,
    provider_rate_limits: { ...template.provider_rate_limits, ...own.provider_rate_limits },
    circuit_breaker: overlay(own.circuit_breaker, template.circuit_breaker),
    allowed_hours: own.allowed_hours ?? template.allowed_hours,
    models: overlay(own.models, template.models),
    blocked_response: own.blocked_response ?? template.blocked_response,
    trust: overlay(own.trust, template.trust),
    loops: overlay(own.loops, template.loops),
  };
}

/** Rule by rule: the agent's own come first, because the first that matches decides. */
function mergeOverrides(
  own: AgentEntry["overrides"],
  template: AgentSettings["overrides"],
): AgentSettings["overrides"] {
  const providers = new Set([...Object.keys(own), ...Object.keys(template)]);
  return Object.fromEntries(
    [...providers].map((provider) => [
      provider,
      { ...own[provider], ...template[provider], ...own[provider] },
    ]),
  );
}

/** One section over another, value by value. */
function overlay<Section extends object>(own: Inherited<Section>, base: Section): Section {
  const keys = Object.keys(base) as (keyof Section)[];
  const merged = keys.map((key) => {
    return [key, limit(own[key] ?? base[key])] as const;
  });
  return Object.fromEntries(merged) as Section;
}

/** `unlimited` has done its work once the layers are merged. */
function limit<Value>(value: Value): Value | null {
  return value === Number.POSITIVE_INFINITY ? null : value;
}

function isBucket(limit: RateLimit): limit is Rate {
  return "count" in limit && limit.count !== Number.POSITIVE_INFINITY;
}
