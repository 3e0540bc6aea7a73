/** What a management token may do (SPEC 16.1). */

/** `viewer` sees everything and changes nothing, `admin` does everything, `ingest` reports events and sees nothing. */
export const ROLES = ["viewer", "admin", "ingest"] as const;
export type Role = (typeof ROLES)[number];

/** Whether the holder of a role may do what is meant for another. Admins may do everything, nobody else more than their own. */
export function permits(role: Role, needed: Role): boolean {
  return role === "admin" || role === needed;
}

/**
 * So many characters nobody finds by trying. A shorter token, which only a person can have chosen, is warned of, and whoever
 * shows one waits after wrong ones.
 */
export const SHORTEST_SAFE_TOKEN = 16;
