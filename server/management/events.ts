/** What tools around agents report: written down beside what the gateway has seen, and counted nowhere (SPEC 14.4, 19). */
import { Elysia, t } from "elysia";
import type { ReportedEvent } from "../core/reported-event.ts";
import { takeJson } from "./body.ts";
import type { ManagementContext } from "./context.ts";
import { readEvents } from "./event-import.ts";
import { answerFailure, failure } from "./failure.ts";
import type { EventsAnswer } from "./wire/records.ts";

/** A thousand events of a thousand bytes. */
const MOST_BYTES = 1024 * 1024;

const WRONG = failure(
  400,
  "invalid_body",
  "The body must be an event, or `{events: […]}` with at most 1,000 of them, of at most 1 MiB together.",
);

/** `POST /events`, with one event or `{events:[…]}`: each that is right is taken, and each that is not is told with why. */
export function eventRoutes(context: ManagementContext) {
  return new Elysia().post(
    "/events",
    ({ body, status, set }) => {
      const read = readEvents(body);
      if (read === null) return answerFailure(WRONG, set);
      const { accepted, rejected } = read;
      const time = new Date(context.now()).toISOString();
      for (const event of accepted) context.store.journal.append({ ...event, time });
      const answer: EventsAnswer = { accepted: accepted.length, rejected };
      return rejected.length > 0 ? status(207, answer) : answer;
    },
    {
      ...takeJson({ most: MOST_BYTES }),
      body: t.Unsafe<ReportedEvent | { readonly events: readonly ReportedEvent[] }>(t.Unknown()),
    },
  );
}
