/** Sends a call that is in, and answers it. Whatever happens, it ends in one settlement. */
import type { Refusal } from "../core/refusal.ts";
import { answer } from "./answer.ts";
import { type Fetch, forward, type UpstreamFailure } from "./forward.ts";
import { renderRefusal, type Visit } from "./refuse.ts";
import { outcomeOf, type Tries, type Try } from "./routing/tries.ts";

export interface ConductContext {
  readonly fetch: Fetch;
  readonly tries: Pick<Tries, "next">;
  /** Headers of an answer have come. */
  onAnswer(upstream: Response, at: Try): void;
  /** The request's body is needed no more. */
  onSent(): void;
  /** Notes a defect, and says how it is told. */
  onDefect(cause: unknown): Refusal;
}

/** The client's response; a body that streams goes on after it. Never rejects. */
export async function conduct(
  first: Try,
  visit: Visit,
  { fetch, tries, onAnswer, onSent, onDefect }: ConductContext,
): Promise<Response> {
  let current = first;
  let result: Response | UpstreamFailure;
  try {
    try {
      for (;;) {
        result = await forward(current.call, current.departure, fetch);
        if (!("refusal" in result)) onAnswer(result, current);
        const trying = tries.next(current, result);
        const next = trying && (await trying);
        if (!next) break;
        current.call.abort.abort();
        current = next;
      }
    } finally {
      // Once the body has left, the memory that it took is free again, however long the answer takes.
      onSent();
    }
    if (!("refusal" in result)) result = await answer(current.call, result, current.answering);
  } catch (cause) {
    current.call.abort.abort();
    result = { sent: true, error: "internal", refusal: onDefect(cause) };
  }
  if (!("refusal" in result)) return result;
  current.answering.end(outcomeOf(current.call, result));
  current.answering.closed();
  return renderRefusal(result.refusal, visit);
}
