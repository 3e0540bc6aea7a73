/**
 * Whether a request has found a connection at all: one that has not was never sent, and costs nothing (SPEC 7.3). Fetch
 * does not show when it has connected. So where an answer stays away for long, the system is asked.
 */
import type { Instant, Millis } from "../core/duration.ts";
import type { Call } from "./call.ts";
import type { Departure } from "./forward.ts";

/**
 * Whether none of so many requests that this process has under way to the host can have reached it: a connection is being
 * opened for each of them, and none is open. False as well where that cannot be found out. Never rejects.
 */
export type IsUnconnected = (host: string, port: number, calls: number) => Promise<boolean>;

/** What has to be known of a call that waits for its answer. */
type Waiting = Pick<Call, "admitted" | "deadline" | "abort">;

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
/** Where it may take no longer than that, so long before its time is over. */
const NOTICE: Millis = 2_000;

interface Doubt {
  readonly departure: Departure;
  stage: "waiting" | "asked" | "unconnected";
}

/** No call is under way. */
export function createContacts({ isUnconnected }: { readonly isUnconnected: IsUnconnected }): Contacts {
  const doubts = new Map<Waiting, Doubt>();

  async function wonder(calls: ReadonlyMap<Waiting, Doubt>, place: Place, all: number): Promise<void> {
    for (const doubt of calls.values()) doubt.stage = "asked";
    if (!(await isUnconnected(place.host, place.port, all))) return;
    for (const [call, doubt] of calls) {
      // Its answer may have begun meanwhile.
      if (doubts.get(call) !== doubt) continue;
      doubt.stage = "unconnected";
      call.abort.abort();
    }
  }

  /** All that wait for the host, whether it is time to wonder about them or not. */
  function countAt(name: string): number {
    let calls = 0;
    for (const { departure } of doubts.values()) if (placeOf(departure).name === name) calls++;
    return calls;
  }

  return {
    begin(call, departure) {
      doubts.set(call, { departure, stage: "waiting" });
    },
    end(call) {
      const isUnsent = doubts.get(call)?.stage === "unconnected";
      doubts.delete(call);
      return isUnsent;
    },
    sweep(at) {
      const due = new Map<string, { readonly place: Place; readonly calls: Map<Waiting, Doubt> }>();
      for (const [call, doubt] of doubts) {
        if (doubt.stage !== "waiting" || at < dueAt(call)) continue;
        const place = placeOf(doubt.departure);
        const known = due.get(place.name) ?? { place, calls: new Map() };
        known.calls.set(call, doubt);
        due.set(place.name, known);
      }
      for (const [name, { place, calls }] of due) void wonder(calls, place, countAt(name));
    },
  };
}

function dueAt({ admitted, deadline }: Waiting): Instant {
  return Math.min(admitted + PATIENCE, deadline - NOTICE);
}

interface Place {
  readonly host: string;
  readonly port: number;
  /** Both together. */
  readonly name: string;
}

/** Where the request goes: to the address that was checked, where one was. */
function placeOf({ url, address }: Departure): Place {
  const { protocol, hostname, port: said } = new URL(url);
  const host = address ?? hostname.replace(/^\[|\]$/g, "");
  const port = said === "" ? (protocol === "https:" ? 443 : 80) : Number(said);
  return { host, port, name: `${host} ${port}` };
}
