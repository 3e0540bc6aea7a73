import type { Millis } from "./duration.ts";
import type { Pause } from "./pause.ts";

/**
 * The one catalogue of what the gateway answers instead of a provider: reason -> HTTP status, whether a repetition may
 * succeed, and what the sentence is about. Each caller's protocol renders it; `docs/errors.md` is tested against it.
 */
export const REASONS = {
  invalid_json: { status: 400, retryable: false },
  invalid_request: { status: 400, retryable: false },
  invalid_run: { status: 400, retryable: false },
  invalid_agent_identity: { status: 400, retryable: false },
  invalid_agent_name: { status: 400, retryable: false },
  invalid_target_url: { status: 400, retryable: false },
  unserved_model: { status: 400, retryable: false },
  unsupported_translation: { status: 400, retryable: false },
  missing_gateway_key: { status: 401, retryable: false },
  upstream_key_missing: { status: 401, retryable: false },
  invalid_gateway_key: { status: 401, retryable: false },
  budget_exceeded: { status: 402, retryable: false },
  request_cap_exceeded: { status: 402, retryable: false },
  quota_exceeded: { status: 402, retryable: false },
  target_forbidden: { status: 403, retryable: false },
  foreign_page: { status: 403, retryable: false },
  unknown_agent: { status: 403, retryable: false },
  identity_mismatch: { status: 403, retryable: false },
  agent_deactivated: { status: 403, retryable: false },
  outside_allowed_hours: { status: 403, retryable: false },
  trust_quarantined: { status: 403, retryable: false },
  loop_detected: { status: 403, retryable: false },
  unpriced_model: { status: 403, retryable: false },
  unmetered_route: { status: 403, retryable: false },
  policy_denied: { status: 403, retryable: false },
  model_not_allowed: { status: 403, retryable: false },
  provider_deactivated: { status: 403, retryable: false },
  too_many_agents: { status: 403, retryable: false },
  unknown_provider: { status: 404, retryable: false },
  unknown_path: { status: 404, retryable: false },
  request_timeout: { status: 408, retryable: true },
  body_too_large: { status: 413, retryable: false },
  rate_limited: { status: 429, retryable: true },
  throttled: { status: 429, retryable: true },
  budget_busy: { status: 429, retryable: true },
  headers_too_large: { status: 431, retryable: false },
  breaker_open: { status: 503, retryable: true },
  queue_full: { status: 503, retryable: true },
  queue_timeout: { status: 503, retryable: true },
  memory_full: { status: 503, retryable: true },
  journal_unavailable: { status: 503, retryable: true },
  shutting_down: { status: 503, retryable: true },
  upstream_unreachable: { status: 502, retryable: true },
  upstream_timeout: { status: 504, retryable: true },
  upstream_broken: { status: 502, retryable: true },
  internal: { status: 500, retryable: true },
} as const satisfies Record<string, { status: number; retryable: boolean }>;

export type Reason = keyof typeof REASONS;

/**
 * Policy refusals: told as an answer of the provider where a sentence will do, so that an agent's loop reads why it was
 * stopped instead of failing on an error (SPEC 6.3).
 */
export const REPLIED: ReadonlySet<Reason> = new Set<Reason>([
  "agent_deactivated",
  "budget_exceeded",
  "outside_allowed_hours",
  "request_cap_exceeded",
  "quota_exceeded",
  "unpriced_model",
  "trust_quarantined",
  "loop_detected",
]);

/** A call that the gateway answers itself. A value: only defects throw. */
export interface Refusal {
  readonly reason: Reason;
  readonly status: number;
  readonly retryable: boolean;
  /** A sentence for the person: what is wrong and what to do next. Holds no key and no prompt. */
  readonly message: string;
  readonly retryAfter: Millis | null;
  /** What happens to the agent besides. */
  readonly pause?: Pause;
}

/** Builds the refusal of a reason with its sentence; `retryAfter` only where waiting helps. */
export function refusal(reason: Reason, message: string, retryAfter: Millis | null = null): Refusal {
  const { status, retryable } = REASONS[reason];
  return { reason, status, retryable, message, retryAfter };
}
