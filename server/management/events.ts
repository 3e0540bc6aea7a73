/** What tools around agents report: written down beside what the gateway has seen, and counted nowhere (SPEC 14.4, 19). */
import { Elysia, t } from "elysia";
import type { Millis } from "../core/duration.ts";
import type { ReportedEvent } from "../core/reported-event.ts";
import { noteAsker } from "./asker.ts";
import type { Auth } from "./auth.ts";
import { takeJson } from "./body.ts";
import type { ManagementContext } from "./context.ts";
import { readEvents } from "./event-import.ts";
import { createEventRate } from "./event-rate.ts";
import { answerFailure, type Failure, failure } from "./failure.ts";
import type { EventsAnswer } from "./wire/records.ts";

/** A thousand events of a thousand bytes. */
const MOST_BYTES = 1024 * 1024;

const WRONG = failure(
  400,
  "invalid_body",
  "The body must be an event, or `{events: […]}` with at most 1,000 of them, of at most 1 MiB together.",
);

/**
 * `POST /events`, with one event or `{events:[…]}`: each that is right is taken, and each that is not is told with why. 429
 * once a token has reported more than it may.
 */
export function eventRoutes(context: ManagementContext, auth: Auth) {
  const rate = createEventRate();
  return new Elysia().post(
    "/events",
    ({ body, request, server, status, set }) => {
      const now = context.now();
      const asker = noteAsker(auth, { request, server });
      if ("status" in asker) return answerFailure(asker, set);
      const wait = rate.wait(asker.token, now);
      if (wait > 0) return answerFailure(tooMany(wait), set);
      const read = readEvents(body);
      if (read === null) return answerFailure(WRONG, set);
      const { accepted, rejected } = read;
      rate.count(asker.token, accepted, now);
      const time = new Date(now).toISOString();
      for (const event of accepted) context.store.journal.append({ ...event, time });
      const answer: EventsAnswer = { accepted: accepted.length, rejected };
      return rejected.length > 0 ? status(207, answer) : answer;
    },
    {
      ...takeJson({ most: MOST_BYTES, read: (given) => given }),
      body: t.Unsafe<ReportedEvent | { readonly events: readonly ReportedEvent[] }>(t.Unknown()),
    },
  );
}

function tooMany(wait: Millis): Failure {
  const seconds = Math.ceil(wait / 1_000);
  const message = `This token has reported too many events. Wait ${seconds} s and send them again.`;
  return failure(429, "too_many_events", message, null, wait);
}
