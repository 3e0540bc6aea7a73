/** Why an answer is over. https://ai.google.dev/api/generate-content#FinishReason */
import type { Finish } from "../form.ts";

const FILTERED = new Set<unknown>([
  "SAFETY",
  "RECITATION",
  "LANGUAGE",
  "BLOCKLIST",
  "PROHIBITED_CONTENT",
  "SPII",
  "MODEL_ARMOR",
  "IMAGE_SAFETY",
  "IMAGE_PROHIBITED_CONTENT",
  "IMAGE_RECITATION",
]);

/** The next request could go on where this answer ended. */
const CUT = new Set<unknown>(["MAX_TOKENS", "CONTINUATION"]);

/** What a finish reason means. Calls have no reason of their own; what else there is has stopped. */
export function readFinish(reason: unknown, hasCalls: boolean): Finish {
  if (CUT.has(reason)) return { kind: "length" };
  if (FILTERED.has(reason)) return { kind: "filtered" };
  return hasCalls ? { kind: "tool-calls" } : { kind: "stop", sequence: null };
}

/** The finish reason for a client. */
export function writeFinish({ kind }: Finish): string {
  if (kind === "length") return "MAX_TOKENS";
  return kind === "filtered" ? "SAFETY" : "STOP";
}
