/** Writes one stream for a client: server-sent events, or a JSON list whose elements come one by one. */
import type { Usage } from "../../../core/usage.ts";
import type { Json } from "../../json.ts";
import { sseData } from "../../render.ts";
import type { Finish, PartHead, Signature } from "../form.ts";
import { partOf } from "../parts.ts";
import type { AnswerTerms, StreamWriter } from "../speaker.ts";
import { writeError } from "./error.ts";
import { writeFinish } from "./finish.ts";
import { writeSpoken } from "./spoken.ts";
import { writeUsage } from "./write-usage.ts";

/** A part that has begun; of a call, the arguments so far: calls come whole. */
interface OpenPart {
  readonly head: PartHead;
  text: string;
  signature: Signature | null;
}

/** A fresh writer. Finish and usage stand in the last chunk. */
export function createStreamWriter(terms: AnswerTerms): StreamWriter {
  const open = new Map<number, OpenPart>();
  const isList = terms.framing === "json-array";
  let named = { modelVersion: terms.model, responseId: terms.requestId };
  let usage: Usage | null = null;
  let finish: Finish = { kind: "stop", sequence: null };
  let isFirst = true;
  let isOver = false;

  return {
    write(event) {
      if (isOver) return "";
      switch (event.kind) {
        case "start":
          named = { modelVersion: event.model || terms.model, responseId: event.id || terms.requestId };
          return "";
        case "part-start":
          open.set(event.index, { head: event.part, text: "", signature: null });
          return "";
        case "piece": {
          const part = open.get(event.index);
          if (part?.head.kind !== "tool-call")
            return part ? chunk([writeSpoken(partOf(part.head, event.text, null))]) : "";
          part.text += event.text;
          return "";
        }
        case "signature": {
          const part = open.get(event.index);
          if (part) part.signature = event.signature;
          return "";
        }
        case "part-end": {
          const part = open.get(event.index);
          open.delete(event.index);
          const isOwed = part && (part.head.kind === "tool-call" || part.signature !== null);
          return isOwed ? chunk([writeSpoken(partOf(part.head, part.text, part.signature))]) : "";
        }
        case "usage":
          usage = event.usage;
          return "";
        case "finish":
          finish = event.finish;
          return "";
        case "end":
          isOver = true;
          // An empty text is a part all the same: the SDK's chats drop turns without one.
          return chunk([{ text: "" }], writeFinish(finish)) + (isList ? "\r\n]" : "");
        case "error":
          isOver = true;
          return frame(writeError(event.error)) + (isList ? "\r\n]" : "");
      }
    },
  };

  function chunk(parts: readonly Json[], finishReason?: string): string {
    const candidate = { content: { parts, role: "model" }, ...(finishReason && { finishReason }), index: 0 };
    const told = finishReason && usage ? { usageMetadata: writeUsage(usage) } : {};
    return frame({ candidates: [candidate], ...told, ...named });
  }

  function frame(document: Json): string {
    if (!isList) return sseData(document);
    const lead = isFirst ? "[" : ",\r\n";
    isFirst = false;
    return lead + JSON.stringify(document);
  }
}
