/** A provider's stream of the responses API. https://platform.openai.com/docs/api-reference/responses-streaming */
import { countOf, type Json, listOf, objectOf, parseJson, textOf } from "../../json.ts";
import type { NeutralEvent, PartHead } from "../form.ts";
import { readError } from "../openai-error.ts";
import type { StreamReader } from "../speaker.ts";
import { readFinish, readHead, readUsage } from "./read-answer.ts";
import { readReasoning } from "./reasoning-item.ts";
import { createStreamParts, type PartPlace } from "./stream-parts.ts";
import { addThought, beginThought, type Thought, wholeThought } from "./thought.ts";

const TEXT: PartHead = { kind: "text" };
const REFUSAL: PartHead = { kind: "refusal" };
const THINKING: PartHead = { kind: "thinking" };

/**
 * Reads one stream. What an event leaves out is taken from a later one that repeats it: the end of an item, or of the
 * response. Unknown events mean nothing. A stream that breaks off is owed nothing: its last event alone says how it ended.
 */
export function createStreamReader(): StreamReader {
  let events: NeutralEvent[] = [];
  let isStarted = false;
  let isOver = false;
  const thoughts = new Map<PartPlace["item"], Thought>();
  const parts = createStreamParts((event) => {
    start({});
    events.push(event);
  });

  return {
    read(name, data) {
      events = [];
      const event = isOver ? null : objectOf(parseJson(data));
      if (event) readEvent(textOf(event.type) ?? name ?? "", event);
      return events;
    },
    end: () => [],
  };

  function readEvent(type: string, event: Json): void {
    const response = objectOf(event.response);
    switch (type) {
      case "error":
      case "response.failed":
      case "response.cancelled":
        fail(response ?? event);
        break;
      case "response.created":
      case "response.in_progress":
        start(response ?? {});
        break;
      case "response.completed":
        finish(response ?? {});
        break;
      case "response.incomplete":
        finish({ ...response, status: "incomplete" });
        break;
      case "response.output_item.added":
        beginItem(itemOf(event), objectOf(event.item) ?? {});
        break;
      case "response.output_item.done":
        endItem(itemOf(event), objectOf(event.item) ?? {});
        break;
      default:
        readPiece(type, event, { item: itemOf(event), content: countOf(event.content_index) ?? 0 });
    }
  }

  function readPiece(type: string, event: Json, place: PartPlace): void {
    switch (type) {
      case "response.output_text.delta":
        parts.piece(place, TEXT, textOf(event.delta) ?? "");
        break;
      case "response.output_text.done":
        parts.whole(place, TEXT, textOf(event.text) ?? "");
        break;
      case "response.refusal.delta":
        parts.piece(place, REFUSAL, textOf(event.delta) ?? "");
        break;
      case "response.refusal.done":
        parts.whole(place, REFUSAL, textOf(event.refusal) ?? "");
        break;
      case "response.function_call_arguments.delta":
        // Which tool is called, the item tells: at its end if not before.
        if (parts.hasBegun(place)) parts.piece(place, TEXT, textOf(event.delta) ?? "");
        break;
      default:
        readThinking(type, event, place.item);
    }
  }

  function readThinking(type: string, event: Json, item: PartPlace["item"]): void {
    const told = beginThought(type, event);
    if (!told) return;
    const thought = thoughts.get(item) ?? told;
    thoughts.set(item, thought);
    parts.piece({ item, content: 0 }, THINKING, addThought(thought, told, event));
  }

  function beginItem(at: PartPlace["item"], item: Json): void {
    if (item.type !== "function_call") return;
    const id = textOf(item.call_id) ?? textOf(item.id) ?? "";
    parts.begin({ item: at, content: 0 }, { kind: "tool-call", id, name: textOf(item.name) ?? "" });
  }

  function endItem(at: PartPlace["item"], item: Json): void {
    const place = { item: at, content: 0 };
    switch (item.type) {
      case "message":
        for (const [content, value] of listOf(item.content).entries()) {
          const part = objectOf(value);
          if (part?.type === "refusal")
            parts.whole({ item: at, content }, REFUSAL, textOf(part.refusal) ?? "");
          else parts.whole({ item: at, content }, TEXT, textOf(part?.text) ?? "");
        }
        break;
      case "function_call":
        beginItem(at, item);
        parts.whole(place, TEXT, textOf(item.arguments) ?? "");
        break;
      case "reasoning": {
        const reasoning = readReasoning(item);
        if (reasoning?.kind !== "thinking") parts.whole(place, THINKING, "");
        else {
          const head: PartHead = reasoning.isRedacted ? { kind: "thinking", isRedacted: true } : THINKING;
          parts.whole(place, head, wholeThought(thoughts.get(at), item), reasoning.signature);
        }
      }
    }
  }

  function start(response: Json): void {
    if (isStarted) return;
    isStarted = true;
    events.push({ kind: "start", ...readHead(response) });
  }

  function finish(response: Json): void {
    isOver = true;
    start(response);
    // Hosts that stream nothing tell all of it here.
    if (parts.kinds.size === 0) {
      for (const [at, item] of listOf(response.output).entries()) endItem(at, objectOf(item) ?? {});
    }
    parts.endAll();
    const usage = readUsage(response);
    if (usage) events.push({ kind: "usage", usage });
    events.push({ kind: "finish", finish: readFinish(response, parts.kinds) }, { kind: "end" });
  }

  /** An error in its own event is flat, as documented, or nested, as OpenAI sends it. */
  function fail(body: Json): void {
    isOver = true;
    const error = objectOf(body.error) ?? { code: body.code, message: body.message };
    events.push({ kind: "error", error: readError(200, { error }) });
  }
}

/** By what the item of an event is known. */
function itemOf(event: Json): PartPlace["item"] {
  return countOf(event.output_index) ?? textOf(event.item_id) ?? textOf(objectOf(event.item)?.id) ?? "";
}
