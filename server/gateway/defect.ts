/** What becomes of a defect of the gateway's own: a line for the operator, and an id for the caller. */
import { type Refusal, refusal } from "../core/refusal.ts";
import { errorCode } from "./forward.ts";

/** Logs the defect's name and place under the request's id, and says how the caller is told. */
export function noteDefect(requestId: string, cause: unknown, log: (message: string) => void): Refusal {
  log(`internal error in request ${requestId}: ${describeDefect(cause)}`);
  return refusal("internal", `The gateway failed on this request. Report its id: ${requestId}.`);
}

/** A defect's name and place, without its message where that could quote what an agent sent. */
function describeDefect(cause: unknown): string {
  if (!(cause instanceof Error)) return typeof cause;
  const place = cause.stack?.split("\n").find((line) => line.includes("at "));
  return `${errorCode(cause)} ${place?.trim() ?? ""}`;
}
