/** What the API says of settings: agents, budgets, providers, the whole configuration, each value with its source. Money is USD, times are ISO 8601. */
import type { AgentStatus, BudgetCaps, Windows } from "./status.ts";

/** Where a value comes from; `file` is also an option or a variable that was given at the start. */
export type ValueSource = "default" | "file" | "runtime";

/** `GET`, `PATCH` and `PUT /api/agents/:id`. */
export interface AgentAnswer extends AgentStatus {
  readonly config: readonly AgentSetting[];
}

/** One value that holds for an agent. */
export interface AgentSetting {
  /** Its path in the agent's entry: `budget.max_cost_per_day`. */
  readonly setting: string;
  /** In the form of the file, `unlimited` included; null: none. Of a secret its last four characters at most. */
  readonly value: unknown;
  readonly source: ValueSource;
  /** Whose entry says it: the agent's own, or `*`, the template's. Null: a default, or what holds for the whole gateway. */
  readonly from: string | null;
}

/** `DELETE /api/agents/:id`: the agent as it is then; null when nothing names it any more. */
export interface AgentRemovedAnswer {
  readonly agent: AgentAnswer | null;
}

/** `GET` and `PUT /api/budget/:id`. */
export interface BudgetAnswer {
  readonly agent: string;
  readonly budget: BudgetCaps;
  readonly sources: Readonly<Record<keyof BudgetCaps, ValueSource>>;
  readonly spent: Windows<number>;
  /** USD that calls in flight may still cost; counts in every window. */
  readonly held: number;
  /** What the cap leaves beside both; null without a cap. */
  readonly left: Windows<number | null>;
}

/** `GET /api/providers`: the known ones and those of one's own. */
export interface ProvidersAnswer {
  readonly providers: readonly ProviderEntry[];
}

/** `PUT /api/providers/:name` and `DELETE /api/providers/:name/key` answer one. */
export interface ProviderEntry {
  readonly name: string;
  /** What its host speaks by nature. */
  readonly protocol: string;
  /** Where it is reached: the configured base, else the official one. */
  readonly base_url: string;
  readonly enabled: boolean;
  /** How the stored key ends, `…7b1f`; null: none is stored. */
  readonly key: string | null;
  /** Calls of all agents within any window; null: no limit. */
  readonly rate_limit: { readonly max_requests: number; readonly window_seconds: number } | null;
  /** Null: no bound. */
  readonly max_concurrency: number | null;
  /** Where each value of its entry comes from that is not a default, by its path there: `api_key`. */
  readonly sources: Readonly<Record<string, ValueSource>>;
}

/** `POST /api/providers/:name/validate`: what its list of models answers to the stored key. */
export interface ProviderCheckAnswer {
  readonly provider: string;
  /** `unclear`: it answered something that says nothing of the key. */
  readonly outcome: "valid" | "wrong_key" | "no_key" | "unreachable" | "unclear";
  /** Of the answer; null when there was none. */
  readonly status: number | null;
  readonly latency_ms: number;
  /** The outcome as a sentence. */
  readonly message: string;
}

/** `POST /api/config/reload`, when the file is valid. */
export interface ReloadAnswer {
  /** False when there was nothing to apply. */
  readonly applied: boolean;
  /** Changed settings that act only after a restart, by their path in the file: `gateway.port`. */
  readonly needs_restart: readonly string[];
  readonly warnings: readonly string[];
  /** What the file says and what does not act, because something else is set at run time. */
  readonly shadowed: readonly string[];
}

/** `GET` and `PATCH /api/config`. */
export interface ConfigAnswer {
  /** Every value in force. What an agent leaves to the template is not among its own. */
  readonly values: readonly ConfigValue[];
  /** What the file says and what does not act, because something else is set at run time. */
  readonly shadowed: readonly string[];
}

export interface ConfigValue {
  /** `agents.researcher.budget.max_cost_per_day`; policies stand under their names. */
  readonly path: string;
  /** In the form of the file; of a secret its last four characters at most. */
  readonly value: unknown;
  readonly source: ValueSource;
}

/** One thing that is wrong with settings; among the `details` of a refused reload or change. */
export interface ConfigProblem {
  readonly file: string;
  /** From 1; null for a source without lines. */
  readonly line: number | null;
  readonly column: number | null;
  /** Where in the settings: `agents.researcher.owner`; empty for the file as a whole. */
  readonly path: string;
  readonly message: string;
}
