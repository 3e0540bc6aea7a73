/**
 * Whether a request has found a connection at all: one that has not was never sent, and costs nothing (SPEC 7.3). Fetch
 * does not show when it has connected. So where an answer stays away for long, a bare connection to the same host is tried.
 */
import type { Instant, Millis } from "../core/duration.ts";
import type { Call } from "./call.ts";
import type { Departure } from "./forward.ts";

/**
 * Tries to open a connection, and closes it. False only where that is met by silence: whoever answers, be it by turning
 * the connection away, would have been seen by the request, too. True as well where nothing can be found out. Ends
 * within seconds, and never rejects.
 */
export type Dial = (host: string, port: number) => Promise<boolean>;

/** What is known of a call's connection: `none` means that it was tried in vain, and that the call has been aborted for it. */
export type Contact = "unknown" | "made" | "none";

/** What has to be known of a call that waits for its answer. */
type Waiting = Pick<Call, "admitted" | "abort">;

export interface Contacts {
  /** The request leaves now. Every `begin` is followed by one `end`. */
  begin(call: Waiting, departure: Departure): void;
  /** The answer has begun, or there will be none. */
  end(call: Waiting): Contact;
  /** Whether the host takes connections now, as far as can be found out: `Dial`, once for all who ask about a host. */
  ask(departure: Departure): Promise<boolean>;
  /** Asks about the hosts of the calls that have waited for long. To be called every second or so. */
  sweep(now: Instant): void;
}

/** How long a request may take before anybody wonders whether it has been sent. */
const PATIENCE: Millis = 10_000;
/** How long it counts that a host took a connection. That it did not counts for those alone who asked meanwhile. */
const FRESH: Millis = 10_000;

/** No call is under way. */
export function createContacts({
  now,
  dial,
}: {
  readonly now: () => Instant;
  readonly dial: Dial;
}): Contacts {
  /** Calls that nobody has wondered about, oldest first. */
  const waiting = new Map<Waiting, Departure>();
  /** The others. */
  const asked = new Map<Waiting, Contact>();
  const dialled = new Map<string, { readonly since: Instant; readonly isThere: Promise<boolean> }>();

  function ask(departure: Departure): Promise<boolean> {
    const { host, port } = placeOf(departure);
    const place = `${host} ${port}`;
    const known = dialled.get(place);
    if (known && isFresh(known.since, now())) return known.isThere;
    const isThere = dial(host, port);
    dialled.set(place, { since: now(), isThere });
    void isThere.then((found) => {
      if (!found && dialled.get(place)?.isThere === isThere) dialled.delete(place);
    });
    return isThere;
  }

  async function wonder(call: Waiting, departure: Departure): Promise<void> {
    waiting.delete(call);
    asked.set(call, "unknown");
    const isThere = await ask(departure);
    if (!asked.has(call)) return;
    asked.set(call, isThere ? "made" : "none");
    if (!isThere) call.abort.abort();
  }

  return {
    begin(call, departure) {
      waiting.set(call, departure);
    },
    end(call) {
      if (waiting.delete(call)) return "unknown";
      const contact = asked.get(call) ?? "unknown";
      asked.delete(call);
      return contact;
    },
    ask,
    sweep(at) {
      for (const [call, departure] of waiting) {
        if (at < call.admitted + PATIENCE) break;
        void wonder(call, departure);
      }
      for (const [place, { since }] of dialled) if (!isFresh(since, at)) dialled.delete(place);
    },
  };
}

/** The clock may have been set back. */
function isFresh(since: Instant, now: Instant): boolean {
  return Math.abs(now - since) < FRESH;
}

/** Where the request goes: to the address that was checked, where one was. */
function placeOf({ url, address }: Departure): { readonly host: string; readonly port: number } {
  const { protocol, hostname, port } = new URL(url);
  return {
    host: address ?? hostname.replace(/^\[|\]$/g, ""),
    port: port === "" ? (protocol === "https:" ? 443 : 80) : Number(port),
  };
}
