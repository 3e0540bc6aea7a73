/** Reports calls and refusals to `events.endpoint`: in batches, again until they arrive, and never in the way of a call. */
import type { Instant, Millis } from "../core/duration.ts";
import type { Line } from "../core/event.ts";
import type { ReportedEvent } from "../core/reported-event.ts";
import type { EventSettings } from "../core/settings.ts";
import { createRejections, readRejected } from "./rejections.ts";
import { renderEvent } from "./render-event.ts";

export interface EventExportParts {
  /** In force; asked for each batch, since a reload may change them. */
  settings(): EventSettings;
  readonly fetch: (url: string, init: BunFetchRequestInit) => Promise<Response>;
  /** Calls back each period until the returned function is called. */
  readonly every: (period: Millis, run: () => void) => () => void;
  readonly now: () => Instant;
  /** One line for the operator; never given the key. */
  log(message: string): void;
}

export interface EventExport {
  /** Takes a line of the journal. Never fails, and what is beyond the most that may wait pushes out the oldest. */
  take(line: Line): void;
  /** Sends what waits, each batch once more and for 15 s at most. What cannot be sent now is told and given up. */
  close(): Promise<void>;
}

/** About 5 MiB. */
const MOST_WAITING = 10_000;
const POST_LIMIT: Millis = 10_000;
/** All that waits when the gateway stops, together: more than one post may take. */
const CLOSE_LIMIT: Millis = 15_000;
const FIRST_RETRY: Millis = 1_000;
const LAST_RETRY: Millis = 60_000;
/** An endpoint that is down for days is told of once in so long. */
const QUIET: Millis = 600_000;

/** Statuses that say that the same batch will never be taken. A wrong key (401, 403) can be put right meanwhile. */
const HOPELESS: ReadonlySet<number> = new Set([400, 404, 405, 410, 413, 415, 422]);

type Outcome = "taken" | "later" | "hopeless";

/** An export that waits for its first line. */
export function createEventExport({ settings, fetch, every, now, log }: EventExportParts): EventExport {
  let waiting: ReportedEvent[] = [];
  let failures = 0;
  let dropped = 0;
  let toldAt: Instant | null = null;
  let cancelTimer: (() => void) | null = null;
  let sending: Promise<void> | null = null;
  let isClosed = false;
  const rejections = createRejections({ now, log });
  const tooLate = new AbortController();

  function arm(delay: Millis): void {
    if (isClosed || cancelTimer) return;
    const cancel = every(delay, () => {
      disarm();
      flush();
    });
    cancelTimer = cancel;
  }

  function disarm(): void {
    cancelTimer?.();
    cancelTimer = null;
  }

  function flush(): void {
    if (sending) return;
    disarm();
    sending = sendAll().finally(() => {
      sending = null;
      if (waiting.length > 0) arm(failures > 0 ? retryDelay(failures) : settings().flush_interval);
    });
  }

  /** Sends full batches, and what is left after them; stops at the first that does not arrive. */
  async function sendAll(): Promise<void> {
    while (waiting.length > 0 && !tooLate.signal.aborted) {
      const { endpoint, max_buffer_size } = settings();
      if (endpoint === null) {
        waiting = [];
        return;
      }
      const batch = waiting.slice(0, max_buffer_size);
      waiting = waiting.slice(max_buffer_size);
      const outcome = await post(endpoint, batch);
      if (outcome === "later") {
        failures++;
        putBack(batch);
        return;
      }
      failures = 0;
      if (outcome === "taken") toldAt = null;
    }
  }

  /** The newest are kept where there is not room for all. */
  function putBack(batch: readonly ReportedEvent[]): void {
    waiting = [...batch, ...waiting];
    const excess = waiting.length - MOST_WAITING;
    if (excess <= 0) return;
    waiting = waiting.slice(excess);
    dropped += excess;
  }

  async function post(endpoint: string, events: readonly ReportedEvent[]): Promise<Outcome> {
    const { api_key } = settings();
    const late = new AbortController();
    const cancel = every(POST_LIMIT, () => late.abort());
    try {
      const answer = await fetch(endpoint, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          ...(api_key !== null && { authorization: `Bearer ${api_key}` }),
        },
        body: JSON.stringify({ events }),
        // The key goes to the endpoint and nowhere else.
        redirect: "manual",
        signal: AbortSignal.any([late.signal, tooLate.signal]),
      });
      if (answer.status === 207) rejections.note(await readRejected(answer), events.length);
      else await answer.body?.cancel();
      if (answer.ok) return "taken";
      const isHopeless = HOPELESS.has(answer.status);
      tell(`answers ${answer.status}`, isHopeless ? `${events.length} events are given up` : "trying again");
      return isHopeless ? "hopeless" : "later";
    } catch {
      // What fetch throws may hold the whole URL: the operator knows it.
      tell(
        late.signal.aborted || tooLate.signal.aborted ? "does not answer in time" : "cannot be reached",
        "trying again",
      );
      return "later";
    } finally {
      cancel();
    }
  }

  function tell(what: string, then: string): void {
    if (toldAt !== null && Math.abs(now() - toldAt) < QUIET) return;
    toldAt = now();
    const lost = dropped > 0 ? `; ${dropped} older events are lost` : "";
    log(`events.endpoint ${what}: ${then}${lost}.`);
  }

  return {
    take(line) {
      const { endpoint, flush_interval, max_buffer_size } = settings();
      if (endpoint === null || isClosed) return;
      const event = renderEvent(line);
      if (event === null) return;
      waiting.push(event);
      if (waiting.length > MOST_WAITING) {
        waiting.shift();
        dropped++;
      }
      if (failures === 0 && waiting.length >= max_buffer_size) flush();
      else if (sending === null) arm(flush_interval);
    },
    async close() {
      isClosed = true;
      disarm();
      const cancel = every(CLOSE_LIMIT, () => tooLate.abort());
      await sending;
      await sendAll();
      cancel();
      rejections.tellRest();
      const events = waiting.length === 1 ? "event" : "events";
      if (waiting.length > 0) log(`${waiting.length} ${events} could not be reported to events.endpoint.`);
    },
  };
}

function retryDelay(failures: number): Millis {
  return Math.min(LAST_RETRY, FIRST_RETRY * 2 ** (failures - 1));
}
