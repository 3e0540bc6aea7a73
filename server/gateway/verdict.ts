/** What the ending of a call says about its upstream: for the circuit breakers (SPEC 9). Pure. */
import { isServerFault } from "../protocols/server-fault.ts";
import type { Outcome } from "./bill.ts";

/** `nothing` decides neither way: what the client or the gateway caused, and what the upstream had reason to refuse. */
export type Verdict = "success" | "failure" | "nothing";

/**
 * The upstream's part in an ending. What it had said counts, whoever ended the call: 5xx and 529 are failures, other
 * refusals are nothing. Else it failed when it was not reached, took too long, broke, went silent, or ended its stream by
 * an error that is its own fault.
 */
export function judgeEnding({
  ending,
  error,
  upstreamStatus,
  reading,
}: Pick<Outcome, "ending" | "error" | "upstreamStatus" | "reading">): Verdict {
  if (upstreamStatus !== undefined && upstreamStatus >= 500) return "failure";
  if (upstreamStatus !== undefined && upstreamStatus >= 300) return "nothing";
  switch (ending) {
    case "complete":
      return "success";
    case "failed": {
      // A defect of the gateway's own, or more than it can translate.
      if (error === "internal" || error === "answer_too_large") return "nothing";
      const told = reading?.error ?? null;
      return told === null || isServerFault(told) ? "failure" : "nothing";
    }
    case "cut":
    case "gone":
    case "interrupted":
      return "nothing";
  }
}
