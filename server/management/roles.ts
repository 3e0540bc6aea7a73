/** Which role each route of /api needs (SPEC 16.1). Pure. */
import type { Role } from "../core/role.ts";
import { type Failure, failure } from "./failure.ts";

/** Routes that look like changes and are none for whom they are meant; `POST /api/events` takes nothing but reports. */
const DECLARED: ReadonlyMap<string, Role> = new Map<string, Role>([
  ["POST /api/policies/test", "viewer"],
  ["DELETE /api/session", "viewer"],
  ["POST /api/session/link", "viewer"],
  ["POST /api/events", "ingest"],
]);

/** The role that a route needs, by its pattern: reading is for viewers, and what nobody has declared is for admins. */
export function roleFor(method: string, route: string): Role {
  const isRead = method === "GET" || method === "HEAD";
  return DECLARED.get(`${method} ${route}`) ?? (isRead ? "viewer" : "admin");
}

/** What somebody hears whose token is of another role. */
export function forbid(role: Role, needed: Role): Failure {
  const wanted = needed === "admin" ? "`admin`" : `\`${needed}\` or \`admin\``;
  const message = `A token of the role \`${role}\` may not do this. Use one of the role ${wanted}.`;
  return failure(403, "forbidden", message, { role, needed });
}
