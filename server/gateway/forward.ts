/** Sends a call to its upstream, and says what became of it as a value. */
import { type Refusal, refusal } from "../core/refusal.ts";
import type { Call } from "./call.ts";
import type { Contacts } from "./contact.ts";

/** The network, as the gateway uses it. */
export type Fetch = (url: string, init: BunFetchRequestInit) => Promise<Response>;

/** The upstream did not answer. */
export interface UpstreamFailure {
  /** Whether the request may have reached it: then it may have cost something. */
  readonly sent: boolean;
  readonly refusal: Refusal;
  /** For the journal: a code, never a URL or a text. */
  readonly error: string;
}

/** Where and how a call goes out. `address` pins the connection to one that was checked before. */
export interface Departure {
  readonly url: string;
  readonly headers: Headers;
  readonly body: Uint8Array<ArrayBuffer>;
  readonly address: string | null;
}

export interface ForwardContext {
  readonly fetch: Fetch;
  readonly contacts: Contacts;
}

/** Codes of failures before a byte of the request left. */
const NOT_SENT =
  /refused|notfound|eai_|failedtoopensocket|unreach|cert|tls|ssl|eproto|self_signed|unable_to|depth_zero|dns/i;

/** Sends the request and waits for the headers of the answer. Never follows a redirect, never decodes. */
export async function forward(
  call: Call,
  departure: Departure,
  { fetch, contacts }: ForwardContext,
): Promise<Response | UpstreamFailure> {
  const init: BunFetchRequestInit = {
    method: call.method,
    headers: departure.headers,
    redirect: "manual",
    signal: call.abort.signal,
    decompress: false,
    timeout: false,
  };
  if (departure.body.length > 0) init.body = departure.body;
  contacts.begin(call, departure);
  try {
    const { url, address } = departure;
    const response = await (address === null
      ? fetch(url, init)
      : fetchPinned(departure, address, init, fetch));
    contacts.end(call);
    if (response.status >= 200 && response.status <= 599) return response;
    call.abort.abort();
    return brokenAnswer(call, `status_${response.status}`);
  } catch (cause) {
    const code = errorCode(cause);
    const isUnconnected = contacts.end(call);
    if (call.stopped !== null) return explainBreak(call, cause);
    if (isUnconnected) return unreachable(call, "connect_timeout");
    return NOT_SENT.test(code) ? unreachable(call, code) : explainBreak(call, cause);
  }
}

/** Connects to the checked address while Host and TLS go by the name, so that DNS cannot answer differently now. */
function fetchPinned(
  departure: Departure,
  address: string,
  init: BunFetchRequestInit,
  fetch: Fetch,
): Promise<Response> {
  const url = new URL(departure.url);
  departure.headers.set("host", url.host);
  const serverName = url.hostname.replace(/^\[|\]$/g, "");
  url.hostname = address.includes(":") ? `[${address}]` : address;
  return fetch(url.href, { ...init, tls: { serverName } });
}

function unreachable(call: Call, code: string): UpstreamFailure {
  const message = `No connection to ${call.provider.id} at ${call.provider.base} (${code}).`;
  return { sent: false, error: code, refusal: refusal("upstream_unreachable", message) };
}

/** What an answer that stayed away or broke off is told as. The request had left: it may have cost something. */
export function explainBreak(call: Call, cause: unknown): UpstreamFailure {
  if (call.stopped === "upstream_timeout") {
    const message = `${call.provider.id} did not begin to answer in time. Try again.`;
    return { sent: true, error: "upstream_timeout", refusal: refusal("upstream_timeout", message) };
  }
  if (call.stopped === "agent_deactivated") {
    const message = "The agent was paused and its calls were ended.";
    return { sent: true, error: call.stopped, refusal: refusal("agent_deactivated", message) };
  }
  if (call.stopped === "budget_exceeded") {
    const message = "The budget has no room for an answer that takes so long to begin.";
    return { sent: true, error: call.stopped, refusal: refusal("budget_exceeded", message) };
  }
  if (call.stopped === "journal_unavailable") {
    const message =
      "The call was ended: what its answer costs cannot be written down. Check the disk of gateway.data_dir.";
    return { sent: true, error: call.stopped, refusal: refusal("journal_unavailable", message, 5000) };
  }
  if (call.stopped !== null) {
    const message = "The gateway is shutting down. Try again in a moment.";
    return { sent: true, error: call.stopped, refusal: refusal("shutting_down", message, 1000) };
  }
  return brokenAnswer(call, errorCode(cause));
}

function brokenAnswer(call: Call, code: string): UpstreamFailure {
  const message = `The connection to ${call.provider.id} broke before an answer came (${code}). Try again.`;
  return { sent: true, error: code, refusal: refusal("upstream_broken", message) };
}

/** The code of a network error. Nothing else of it is fit to be shown: fetch's errors carry the URL with its query. */
export function errorCode(cause: unknown): string {
  const code = cause instanceof Error && "code" in cause ? cause.code : null;
  if (typeof code === "string" && /^[\w-]{1,64}$/.test(code)) return code;
  return cause instanceof Error ? cause.name : "unknown";
}
