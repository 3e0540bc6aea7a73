/**
 * Guards stored keys against web pages: a page that the operator visits can send simple requests to this machine, and by
 * rebinding its name even read the answers. Programs send no Origin; pages always do on what changes something.
 */
import { isIP } from "node:net";
import { type Refusal, refusal } from "../core/refusal.ts";

/** Whether a page of somebody else's sent this. Pages served from this machine or an address in it are the operator's. */
export function isForeignPage(headers: Headers, ownHosts: readonly string[]): boolean {
  if (headers.get("sec-fetch-site") === "cross-site") return true;
  const origin = headers.get("origin");
  if (origin === null) return false;
  const host = URL.parse(origin)?.hostname.replace(/^\[|\]$/g, "");
  return (
    !host || !(host === "localhost" || host.endsWith(".localhost") || isIP(host) || ownHosts.includes(host))
  );
}

/** What such a page is told that would have used a stored key. */
export function foreignPage(): Refusal {
  const message =
    "A web page of another site cannot use the gateway's keys. Send your own key, or call from a program.";
  return refusal("foreign_page", message);
}
