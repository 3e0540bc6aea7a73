/** One stream for a client. https://platform.openai.com/docs/api-reference/chat-streaming */
import type { Usage } from "../../../core/usage.ts";
import type { Json } from "../../json.ts";
import { sseData } from "../../render.ts";
import type { NeutralEvent, PartHead, Signature } from "../form.ts";
import { writeError } from "../openai-error.ts";
import { seal } from "../seal.ts";
import type { AnswerTerms, StreamWriter } from "../speaker.ts";
import { type Content, writeFinish } from "./finish.ts";
import { writeGoogleSignature } from "./google-signature.ts";
import { writeDetail } from "./thinking.ts";
import { writeHead } from "./write-answer.ts";
import { writeUsage } from "./write-usage.ts";

/** A part of the answer, with its number among the calls or among the thinking. */
interface Part {
  readonly head: PartHead;
  readonly number: number;
  /** Whether any of it has been told. */
  isTold: boolean;
}

interface Progress {
  head: Json;
  /** Whether the first chunk, which names the role, is out. */
  hasRole: boolean;
  readonly parts: Map<number, Part>;
  /** How many parts of each kind there are so far. */
  readonly counts: Map<PartHead["kind"], number>;
  usage: Usage | null;
}

/** Writes one stream. The usage has a chunk of its own, before the end, where the client asked for it. */
export function createStreamWriter(terms: AnswerTerms): StreamWriter {
  const progress: Progress = {
    head: writeHead({ id: "", model: "", created: null }, terms),
    hasRole: false,
    parts: new Map(),
    counts: new Map(),
    usage: null,
  };

  return { write };

  function write(event: NeutralEvent): string {
    switch (event.kind) {
      case "start":
        progress.head = writeHead(event, terms);
        return "";
      case "part-start":
        return begin(event.index, event.part);
      case "piece":
        return tell(event.index, event.text);
      case "signature":
        return sign(event.index, event.signature);
      case "part-end":
        return end(event.index);
      case "usage":
        progress.usage = event.usage;
        return "";
      case "finish":
        return role("") + chunk({}, writeFinish(event.finish, content()));
      case "end":
        return usageChunk() + sseData("[DONE]");
      case "error":
        return sseData(writeError(event.error));
    }
  }

  function begin(index: number, head: PartHead): string {
    const number = progress.counts.get(head.kind) ?? 0;
    progress.counts.set(head.kind, number + 1);
    progress.parts.set(index, { head, number, isTold: false });
    const first = role(head.kind === "text" ? "" : null);
    if (head.kind !== "tool-call") return first;
    const { id, name } = head;
    const call = { index: number, id, type: "function", function: { name, arguments: "" } };
    return first + chunk({ tool_calls: [call] });
  }

  function tell(index: number, text: string): string {
    const part = progress.parts.get(index);
    if (!part || text === "") return "";
    part.isTold = true;
    const { head, number } = part;
    switch (head.kind) {
      case "text":
        return chunk({ content: text });
      case "refusal":
        return chunk({ refusal: text });
      case "thinking": {
        const detail = writeDetail({ kind: "thinking", text, signature: null }, number);
        return chunk({ reasoning_content: text, reasoning_details: [detail] });
      }
      case "tool-call":
        return chunk({ tool_calls: [{ index: number, function: { arguments: text } }] });
    }
  }

  function sign(index: number, signature: Signature): string {
    const part = progress.parts.get(index);
    if (!part) return "";
    const { head, number } = part;
    if (head.kind === "thinking") {
      const detail = writeDetail({ ...head, text: "", signature }, number);
      return detail ? chunk({ reasoning_details: [detail] }) : "";
    }
    const carried = writeGoogleSignature(seal(signature, "openai-chat"));
    return chunk(head.kind === "tool-call" ? { tool_calls: [{ index: number, ...carried }] } : carried);
  }

  function content(): Content {
    return { hasCalls: progress.counts.has("tool-call"), hasRefusal: progress.counts.has("refusal") };
  }

  /** A call that takes no arguments says so. */
  function end(index: number): string {
    const part = progress.parts.get(index);
    return part?.head.kind === "tool-call" && !part.isTold ? tell(index, "{}") : "";
  }

  function role(content: string | null): string {
    if (progress.hasRole) return "";
    progress.hasRole = true;
    return chunk({ role: "assistant", content, refusal: null });
  }

  function chunk(delta: Json, finish: string | null = null): string {
    return render(
      [{ index: 0, delta, logprobs: null, finish_reason: finish }],
      terms.usageChunk ? { usage: null } : {},
    );
  }

  function usageChunk(): string {
    return terms.usageChunk && progress.usage ? render([], { usage: writeUsage(progress.usage) }) : "";
  }

  function render(choices: readonly Json[], usage: Json): string {
    return sseData({ ...progress.head, object: "chat.completion.chunk", choices, ...usage });
  }
}
