/** What can be said about an agent, with the defaults that the template `*` begins with. */
import { TIERS } from "../core/trust-tier.ts";
import {
  choice,
  choiceOrNone,
  duration,
  integer,
  integerOrNone,
  moneyOrNone,
  neededInteger,
  neededText,
  textOrNone,
} from "./leaves.ts";
import { LOOP_RANGE, moneyCaps, quota, rateLimits, slidingWindow } from "./limits-schema.ts";
import { list, named, section, sectionOrNone } from "./shapes.ts";

const DAY = 86_400_000;
/** How often a call may be sent again. */
export const RETRY_RANGE = { minimum: 0, maximum: 5 };

/** The words of the choices that more than one setting offers. */
export const PRIORITIES = ["high", "normal", "low"] as const;
export const BLOCKED_RESPONSES = ["reply", "error"] as const;
export const LOOP_ACTIONS = ["alert", "pause", "off"] as const;

const budget = section({
  ...moneyCaps("the agent"),
  max_cost_per_request: moneyOrNone("USD that one request may cost at most."),
  hold: choice(
    ["slices", "worst_case"],
    "slices",
    "What a stream reserves: slices as it flows, or all that it could cost.",
  ),
});

const circuitBreaker = section({
  error_threshold: integer(
    5,
    { minimum: 1, maximum: 10_000 },
    "Failures within the window that open the breaker.",
  ),
  reset_timeout: duration(
    "30s",
    { minimum: 1, maximum: DAY },
    "How long it stays open before probes may pass.",
  ),
  half_open_requests: integer(3, { minimum: 1, maximum: 100 }, "Probes that must succeed before it closes."),
  window_ms: duration("60s", { minimum: 1, maximum: DAY }, "The window that slides along."),
});

export const agent = section({
  model: textOrNone("tollgate-label", "The model that serves its calls to auto, and those that name none."),
  api_key: textOrNone("tollgate-secret", "This agent's own upstream key, for the provider named beside it."),
  provider: textOrNone(
    "tollgate-provider-name",
    "The provider that serves its calls to auto, and that its api_key is for.",
  ),
  overrides: named(
    "tollgate-provider-name-or-all",
    named(
      "tollgate-glob",
      neededText("tollgate-target", "The model, or provider/model, that takes its place."),
      "Models as globs, and what takes their place; model stands for every one.",
    ),
    "Which models take the place of others, by the provider that is called; * is any.",
  ),
  fallback: list("tollgate-target", "What serves a call whose target fails, in this order: provider/model."),
  retries: integerOrNone(RETRY_RANGE, "As gateway.retries, for this agent; left out, as there."),
  owner: textOrNone("tollgate-label", "Who answers for the agent."),
  purpose: textOrNone("tollgate-label", "What the agent is for: production, ci, batch."),
  tags: list("tollgate-label", "Labels of the agent."),
  priority: choiceOrNone(PRIORITIES, "The lane of its calls; left out, its purpose or its trust decides."),
  budget,
  quota,
  rate_limit: rateLimits("A rate such as 100/min, a sliding window for each provider, or a list of both."),
  provider_rate_limits: named(
    "tollgate-provider-name",
    slidingWindow,
    "Further sliding windows of the agent, by provider.",
  ),
  circuit_breaker: circuitBreaker,
  allowed_hours: sectionOrNone(
    {
      start: neededInteger({ minimum: 0, maximum: 23 }, "The first hour in which calls may begin."),
      end: neededInteger(
        { minimum: 0, maximum: 24 },
        "The hour from which they may not; may be before start.",
      ),
    },
    "Hours of gateway.timezone in which the agent may call; left out, all of them.",
  ),
  models: section({
    allow: list("tollgate-glob", "Models that it may use, as globs; empty, all of them."),
    deny: list("tollgate-glob", "Models that it may not use, as globs; wins over allow."),
  }),
  blocked_response: choiceOrNone(
    BLOCKED_RESPONSES,
    "As gateway.blocked_response, for this agent; left out, as there.",
  ),
  trust: section({
    pin: choiceOrNone(TIERS, "The tier that it has whatever its score."),
  }),
  loops: section({
    window: integerOrNone(LOOP_RANGE, "As loops.window, for this agent; left out, as there."),
    threshold: integerOrNone(LOOP_RANGE, "As loops.threshold, for this agent; left out, as there."),
    action: choiceOrNone(LOOP_ACTIONS, "As loops.action, for this agent; left out, as there."),
  }),
});
