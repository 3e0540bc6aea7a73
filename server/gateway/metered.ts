/** Which calls cost something that the gateway can tell (SPEC 7.8). Pure. */
import { matchesGlob } from "../core/glob.ts";
import type { Operation } from "../providers/provider.ts";

/** Posts that cost nothing: they count, or stop, what another call pays for. */
const FREE: ReadonlySet<string> = new Set(["count_tokens", "cancel"]);

/**
 * Reads, deletions and what only counts or stops are free of charge at every provider; of what else is passed on unread,
 * nobody knows.
 */
export function isFree(method: string, { name }: Operation): boolean {
  return (method !== "POST" && method !== "PUT" && method !== "PATCH") || FREE.has(name);
}

/** Whether a call may pass under a money cap: it is metered, free, or the configuration allows its path. */
export function isAccountable(
  method: string,
  path: string,
  operation: Operation,
  allowed: readonly string[],
): boolean {
  return (
    operation.kind !== "pass" ||
    isFree(method, operation) ||
    allowed.some((pattern) => matchesGlob(pattern, path))
  );
}
