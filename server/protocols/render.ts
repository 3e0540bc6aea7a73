/** What error bodies of all dialects have in common. */
import type { Refusal } from "../core/refusal.ts";

/** How long to wait, as a member of an error body: whole seconds, rounded up; nothing where waiting does not help. */
export function retryAfterSeconds(refusal: Refusal): { retry_after_seconds?: number } {
  return refusal.retryAfter === null ? {} : { retry_after_seconds: Math.ceil(refusal.retryAfter / 1000) };
}
