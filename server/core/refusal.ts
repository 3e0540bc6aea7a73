import type { Millis } from "./duration.ts";

/**
 * The one catalogue of what the gateway answers instead of a provider: reason -> HTTP status, whether a repetition may
 * succeed, and what the sentence is about. Each caller's protocol renders it; `docs/errors.md` is tested against it.
 */
export const REASONS = {
  invalid_json: { status: 400, retryable: false },
  invalid_request: { status: 400, retryable: false },
  invalid_agent_identity: { status: 400, retryable: false },
  invalid_agent_name: { status: 400, retryable: false },
  invalid_target_url: { status: 400, retryable: false },
  target_forbidden: { status: 403, retryable: false },
  foreign_page: { status: 403, retryable: false },
  unknown_agent: { status: 403, retryable: false },
  outside_allowed_hours: { status: 403, retryable: false },
  model_not_allowed: { status: 403, retryable: false },
  provider_deactivated: { status: 403, retryable: false },
  too_many_agents: { status: 403, retryable: false },
  unknown_provider: { status: 404, retryable: false },
  unknown_path: { status: 404, retryable: false },
  request_timeout: { status: 408, retryable: true },
  body_too_large: { status: 413, retryable: false },
  rate_limited: { status: 429, retryable: true },
  headers_too_large: { status: 431, retryable: false },
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
export const REPLIED: ReadonlySet<Reason> = new Set<Reason>(["outside_allowed_hours"]);

/** A call that the gateway answers itself. A value: only defects throw. */
export interface Refusal {
  readonly reason: Reason;
  readonly status: number;
  readonly retryable: boolean;
  /** A sentence for the person: what is wrong and what to do next. Holds no key and no prompt. */
  readonly message: string;
  readonly retryAfter: Millis | null;
}

/** Builds the refusal of a reason with its sentence; `retryAfter` only where waiting helps. */
export function refusal(reason: Reason, message: string, retryAfter: Millis | null = null): Refusal {
  const { status, retryable } = REASONS[reason];
  return { reason, status, retryable, message, retryAfter };
}
