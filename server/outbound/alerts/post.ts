/** Posts a notice as JSON, signed where there is a secret to sign with. Reads nothing of the answer but its status. */
import { createHmac } from "node:crypto";
import type { Fetch, Sent } from "./send.ts";

export interface Post {
  /** Holds a secret, so it stands in no message. */
  readonly url: string;
  readonly body: string;
  /** Null: not signed. */
  readonly secret: string | null;
}

/** Statuses after which the same post may be taken: too early, too many. So may it after any of 500 and above. */
const LATER: readonly number[] = [408, 425, 429];

/** The header that proves who sent the body: HMAC-SHA256 over its bytes, in hex (SPEC 15). */
export function signBody(body: string, secret: string): string {
  return `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
}

/** One try. Follows no redirect: what was meant for one address goes to no other. */
export async function postNotice(
  { url, body, secret }: Post,
  fetch: Fetch,
  signal: AbortSignal,
): Promise<Sent> {
  try {
    const answer = await fetch(url, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "user-agent": "tollgate",
        ...(secret !== null && { "x-tollgate-signature": signBody(body, secret) }),
      },
      body,
      redirect: "manual",
      signal,
    });
    await answer.body?.cancel();
    if (answer.ok) return { ok: true };
    const isFinal = answer.status < 500 && !LATER.includes(answer.status);
    return { ok: false, problem: describeStatus(answer.status), isFinal };
  } catch {
    // What fetch throws may hold the whole URL.
    const problem = signal.aborted
      ? "It did not answer in time."
      : "It cannot be reached. Check the channel's address and the network.";
    return { ok: false, problem, isFinal: false };
  }
}

function describeStatus(status: number): string {
  if (status >= 300 && status < 400) {
    return `It answered ${status}, a redirect, which is not followed. Set the address that it leads to.`;
  }
  if (status === 401 || status === 403 || status === 404) {
    return `It answered ${status}. Check the channel's address and token.`;
  }
  return `It answered ${status}.`;
}
