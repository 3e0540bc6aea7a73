/** What a provider's whole answer means. */
import { readGeminiUsage } from "../../gemini-usage.ts";
import { type Json, objectOf } from "../../json.ts";
import type { NeutralAnswer } from "../form.ts";
import { candidateOf, createNameCall, partsOf, readHead, reasonOf } from "./answer-facts.ts";
import { readFinish } from "./finish.ts";
import { joinSpoken } from "./spoken.ts";

/** The answer; null where the document is none. A blocked prompt is answered with nothing. */
export function readAnswer(answer: Json): NeutralAnswer | null {
  const candidate = candidateOf(answer);
  const usage = objectOf(answer.usageMetadata);
  const reason = reasonOf(answer, candidate);
  if (!candidate && !usage && reason === null) return null;
  const head = readHead(answer);
  const parts = joinSpoken(
    partsOf(
      candidate,
      createNameCall(() => head.id),
    ),
  );
  const hasCalls = parts.some(({ kind }) => kind === "tool-call");
  return { ...head, parts, finish: readFinish(reason, hasCalls), usage: usage && readGeminiUsage(usage) };
}
