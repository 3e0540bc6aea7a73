/** Reads one stream of a provider: each chunk is an answer that has a little more to say. */
import { parseExactly } from "../../exact-json.ts";
import { readGeminiUsage } from "../../gemini-usage.ts";
import { objectOf } from "../../json.ts";
import type { AnswerPart, NeutralEvent, Signature } from "../form.ts";
import type { StreamReader } from "../speaker.ts";
import { candidateOf, createNameCall, partsOf, readHead, reasonOf } from "./answer-facts.ts";
import { readStreamError } from "./error.ts";
import { readFinish } from "./finish.ts";

/**
 * A fresh reader. There is no final event, and some models give every chunk a finish reason: a stream that has one is over
 * where its body is.
 */
export function createStreamReader(): StreamReader {
  let state: "before" | "speaking" | "over" = "before";
  let reason: string | null = null;
  let answerId = "";
  /** The text or the thinking that may go on. */
  let open: "text" | "thinking" | null = null;
  let begun = 0;
  let hasCalls = false;
  const nameCall = createNameCall(() => answerId);

  return {
    read(_name, data) {
      const chunk = objectOf(parseExactly(data));
      if (!chunk || state === "over") return [];
      if (chunk.error !== undefined && chunk.error !== null) {
        state = "over";
        return [{ kind: "error", error: readStreamError(chunk) }];
      }
      const events: NeutralEvent[] = [];
      if (state === "before") {
        const head = readHead(chunk);
        answerId = head.id;
        state = "speaking";
        events.push({ kind: "start", ...head });
      }
      const candidate = candidateOf(chunk);
      for (const part of partsOf(candidate, nameCall)) tell(part, events);
      const usage = objectOf(chunk.usageMetadata);
      if (usage) events.push({ kind: "usage", usage: readGeminiUsage(usage) });
      reason = reasonOf(chunk, candidate) ?? reason;
      return events;
    },
    end() {
      const events: NeutralEvent[] = [];
      if (state === "speaking" && reason !== null) {
        close(events);
        events.push({ kind: "finish", finish: readFinish(reason, hasCalls) }, { kind: "end" });
      }
      state = "over";
      return events;
    },
  };

  function tell(part: AnswerPart, events: NeutralEvent[]): void {
    if (part.kind === "tool-call") {
      close(events);
      hasCalls = true;
      events.push({
        kind: "part-start",
        index: begun++,
        part: { kind: "tool-call", id: part.id, name: part.name },
      });
      say(part.arguments, part.signature, events);
      events.push({ kind: "part-end", index: begun - 1 });
    } else if (part.kind !== "refusal") {
      const isRedacted = part.kind === "thinking" && part.isRedacted === true;
      if (open !== part.kind || isRedacted) {
        close(events);
        open = part.kind;
        const head = isRedacted ? { kind: "thinking" as const, isRedacted } : { kind: part.kind };
        events.push({ kind: "part-start", index: begun++, part: head });
      }
      say(part.text, part.signature, events);
      // What is signed is whole: whatever follows is another part.
      if (part.signature) close(events);
    }
  }

  function say(text: string, signature: Signature | null | undefined, events: NeutralEvent[]): void {
    const index = begun - 1;
    if (text !== "") events.push({ kind: "piece", index, text });
    if (signature) events.push({ kind: "signature", index, signature });
  }

  function close(events: NeutralEvent[]): void {
    if (open !== null) events.push({ kind: "part-end", index: begun - 1 });
    open = null;
  }
}
