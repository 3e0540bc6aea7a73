/** Sends a call that is in, and answers it. Whatever happens, it ends in one settlement. */
import type { Refusal } from "../core/refusal.ts";
import { answer } from "./answer.ts";
import { type ForwardContext, forward, type UpstreamFailure } from "./forward.ts";
import { answerRefusal, type Visit } from "./refuse.ts";
import { outcomeOf, type Tries, type Try } from "./routing/tries.ts";

export interface ConductContext extends ForwardContext {
  readonly tries: Pick<Tries, "next">;
  /** Headers of an answer have come. */
  onAnswer(upstream: Response, at: Try): void;
  /** The request's body is needed no more. */
  onSent(): void;
  /** Notes a defect, and says how it is told. */
  onDefect(cause: unknown): Refusal;
}

/** The client's response; a body that streams goes on after it. Never rejects. */
export async function conduct(first: Try, visit: Visit, context: ConductContext): Promise<Response> {
  const { tries, onAnswer, onSent, onDefect } = context;
  let current = first;
  let result: Response | UpstreamFailure;
  try {
    try {
      for (;;) {
        result = await forward(current.call, current.departure, context);
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
  const answered = answerRefusal(result.refusal, visit);
  const outcome = outcomeOf(current.call, result);
  // A refusal that is told as an answer has the status of one.
  current.answering.end(outcome.status === null ? outcome : { ...outcome, status: answered.status });
  current.answering.closed();
  return answered;
}
