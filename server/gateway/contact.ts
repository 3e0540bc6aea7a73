/**
 * Whether a request has found a connection at all: one that has not was never sent, and costs nothing (SPEC 7.3). Fetch
 * does not show when it has connected. So where an answer stays away for long, the system is asked.
 */
import type { Instant, Millis } from "../core/duration.ts";
import type { Call } from "./call.ts";
import type { Departure } from "./forward.ts";

/**
 * Whether no request of this process can have reached the host: connections to it are being opened, and none is open.
 * False as well where that cannot be found out. Never rejects.
 */
export type IsUnconnected = (host: string, port: number) => Promise<boolean>;

/** What has to be known of a call that waits for its answer. */
type Waiting = Pick<Call, "admitted" | "abort">;

export interface Contacts {
  /** The request leaves now. Every `begin` is followed by one `end`. */
  begin(call: Waiting, departure: Departure): void;
  /**
   * The answer has begun, or there will be none. True where the call was aborted because it had no connection: nothing of
   * it was sent.
   */
  end(call: Waiting): boolean;
  /** Asks about the calls that have waited for long, each once. To be called every second or so. */
  sweep(now: Instant): void;
}

/** How long a request may take before anybody wonders whether it has been sent. */
const PATIENCE: Millis = 10_000;

/** No call is under way. */
export function createContacts({ isUnconnected }: { readonly isUnconnected: IsUnconnected }): Contacts {
  /** Calls that nobody has wondered about, oldest first. */
  const waiting = new Map<Waiting, Departure>();
  /** Calls of which it is asked whether they have a connection, or of which it is known that they have none. */
  const doubted = new Map<Waiting, "asked" | "unconnected">();

  async function wonder(calls: readonly Waiting[], host: string, port: number): Promise<void> {
    for (const call of calls) doubted.set(call, "asked");
    const areUnconnected = await isUnconnected(host, port);
    for (const call of calls) {
      // Its answer may have begun meanwhile.
      if (!doubted.has(call)) continue;
      if (areUnconnected) {
        doubted.set(call, "unconnected");
        call.abort.abort();
      } else doubted.delete(call);
    }
  }

  return {
    begin(call, departure) {
      waiting.set(call, departure);
    },
    end(call) {
      waiting.delete(call);
      const isUnsent = doubted.get(call) === "unconnected";
      doubted.delete(call);
      return isUnsent;
    },
    sweep(at) {
      const places = new Map<string, { readonly place: Place; readonly calls: Waiting[] }>();
      for (const [call, departure] of waiting) {
        if (at < call.admitted + PATIENCE) break;
        waiting.delete(call);
        const place = placeOf(departure);
        const key = `${place.host} ${place.port}`;
        const known = places.get(key) ?? { place, calls: [] };
        known.calls.push(call);
        places.set(key, known);
      }
      for (const { place, calls } of places.values()) void wonder(calls, place.host, place.port);
    },
  };
}

interface Place {
  readonly host: string;
  readonly port: number;
}

/** Where the request goes: to the address that was checked, where one was. */
function placeOf({ url, address }: Departure): Place {
  const { protocol, hostname, port } = new URL(url);
  return {
    host: address ?? hostname.replace(/^\[|\]$/g, ""),
    port: port === "" ? (protocol === "https:" ? 443 : 80) : Number(port),
  };
}
