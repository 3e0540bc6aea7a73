/** The shapes of `wire/settings.ts`: agents, budgets, providers and the configuration, each value with its source. */
import type {
  AgentAnswer,
  AgentRemovedAnswer,
  AgentSetting,
  BudgetAnswer,
  ConfigAnswer,
  ConfigValue,
  ProviderCheckAnswer,
  ProviderEntry,
  ProvidersAnswer,
  ReloadAnswer,
} from "../wire/settings.ts";
import {
  anything,
  choice,
  flag,
  listOf,
  mapOf,
  members,
  number,
  orNull,
  record,
  text,
  whole,
} from "./shape.ts";
import { AGENT, BUDGET_CAPS, windows } from "./status.ts";

export const SOURCE = choice("default", "file", "runtime");

export const AGENT_ANSWER = record<AgentAnswer>("AgentAnswer", {
  ...AGENT,
  config: listOf(
    record<AgentSetting>("AgentSetting", {
      setting: text,
      value: anything,
      source: SOURCE,
      from: orNull(text),
    }),
  ),
});

export const AGENT_REMOVED_ANSWER = record<AgentRemovedAnswer>("AgentRemovedAnswer", {
  agent: orNull(AGENT_ANSWER),
});

export const BUDGET_ANSWER = record<BudgetAnswer>("BudgetAnswer", {
  agent: text,
  budget: BUDGET_CAPS,
  sources: members<BudgetAnswer["sources"]>({
    max_cost_per_hour: SOURCE,
    max_cost_per_day: SOURCE,
    max_cost_total: SOURCE,
    max_cost_per_request: SOURCE,
  }),
  spent: windows(number),
  held: number,
  left: windows(orNull(number)),
});

export const PROVIDER_ENTRY = record<ProviderEntry>("ProviderEntry", {
  name: text,
  protocol: text,
  base_url: text,
  enabled: flag,
  key: orNull(text),
  rate_limit: orNull(
    members<NonNullable<ProviderEntry["rate_limit"]>>({ max_requests: whole, window_seconds: number }),
  ),
  max_concurrency: orNull(whole),
  sources: mapOf(SOURCE),
});

export const PROVIDERS_ANSWER = record<ProvidersAnswer>("ProvidersAnswer", {
  providers: listOf(PROVIDER_ENTRY),
});

export const PROVIDER_CHECK_ANSWER = record<ProviderCheckAnswer>("ProviderCheckAnswer", {
  provider: text,
  outcome: choice("valid", "wrong_key", "no_key", "unreachable", "unclear"),
  status: orNull(whole),
  latency_ms: number,
  message: text,
});

export const RELOAD_ANSWER = record<ReloadAnswer>("ReloadAnswer", {
  applied: flag,
  needs_restart: listOf(text),
  warnings: listOf(text),
  shadowed: listOf(text),
});

export const CONFIG_ANSWER = record<ConfigAnswer>("ConfigAnswer", {
  values: listOf(record<ConfigValue>("ConfigValue", { path: text, value: anything, source: SOURCE })),
  shadowed: listOf(text),
});
