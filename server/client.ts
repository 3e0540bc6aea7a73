/** The typed way into a running gateway's management API, for scripts and for the command line. */
import { treaty } from "@elysiajs/eden";
import type { App } from "./app.ts";

/**
 * A client whose routes, parameters and answers have the types of `/api`. `url` is that of either listener, `token` the admin
 * token. Answers are `{ data, error }`; nothing throws. Times stay ISO 8601 text.
 */
export function createClient(url: string, token: string) {
  return treaty<App>(url, {
    headers: { authorization: `Bearer ${token}` },
    fetch: { redirect: "manual" },
    parseDate: false,
  });
}

export type Client = ReturnType<typeof createClient>;
