/** Events that `events.endpoint` got and did not take: its 207 is counted, and told to the operator without contents (SPEC 14.4). */
import type { Instant, Millis } from "../core/duration.ts";

export interface Rejections {
  /** Of `events` that were posted, so many were not taken; null where the answer does not say how many. */
  note(rejected: number | null, events: number): void;
  /** Tells what was counted since it was told last: nothing comes after. */
  tellRest(): void;
}

export interface RejectionsParts {
  readonly now: () => Instant;
  /** One line for the operator. */
  log(message: string): void;
}

/** An endpoint that takes none of them says so with each batch. */
const QUIET: Millis = 600_000;
/** Room for a thousand events with eight reasons each; a longer answer is not counted. */
const MOST_BYTES = 1024 * 1024;

/** None yet: the first is told at once. */
export function createRejections({ now, log }: RejectionsParts): Rejections {
  let rejected = 0;
  let events = 0;
  let isCounted = true;
  let toldAt: Instant | null = null;

  function tell(): void {
    if (events === 0) return;
    const count = isCounted ? `${rejected}` : rejected === 0 ? "some" : `${rejected} or more`;
    log(`events.endpoint did not take ${count} of ${events} reported events; they are not sent again.`);
    toldAt = now();
    rejected = 0;
    events = 0;
    isCounted = true;
  }

  return {
    note(more, of) {
      if (more === 0) return;
      rejected += more ?? 0;
      events += of;
      isCounted &&= more !== null;
      if (toldAt === null || Math.abs(now() - toldAt) >= QUIET) tell();
    },
    tellRest: tell,
  };
}

/** How many events the answer names under `rejected`; null when it does not say so in a mebibyte. Never throws. */
export async function readRejected(answer: Response): Promise<number | null> {
  try {
    const body: unknown = JSON.parse(await readStart(answer));
    const named = typeof body === "object" && body !== null && "rejected" in body ? body.rejected : null;
    return Array.isArray(named) ? named.length : null;
  } catch {
    return null; // cut, or no JSON: it is the endpoint's own form
  }
}

async function readStart({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    chunks.push(chunk);
    size += chunk.byteLength;
    if (size > MOST_BYTES) break;
  }
  return Buffer.concat(chunks).toString();
}
