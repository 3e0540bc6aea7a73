/** The events by which a stream tells one item. https://platform.openai.com/docs/api-reference/responses-streaming */
import { textPart } from "../../openai-responses-reply.ts";
import type { PartHead } from "../form.ts";
import { refusalPart } from "./output-items.ts";

/** An event without its number. */
export interface ResponseEvent {
  readonly type: string;
  readonly [member: string]: unknown;
}

/** Which item an event is about. */
export interface Place {
  readonly item_id: string;
  readonly output_index: number;
}

interface Script {
  /** Before the first piece. */
  begin(place: Place): readonly ResponseEvent[];
  piece(place: Place, delta: string): ResponseEvent;
  /** After the last one: `text` is all of them. */
  end(place: Place, text: string): readonly ResponseEvent[];
}

/** How each kind of part is told within its item. */
export const SCRIPTS: Readonly<Record<PartHead["kind"], Script>> = {
  text: {
    begin: (place) => [{ type: "response.content_part.added", ...at(place), part: textPart("") }],
    piece: (place, delta) => ({ type: "response.output_text.delta", ...at(place), delta, logprobs: [] }),
    end: (place, text) => [
      { type: "response.output_text.done", ...at(place), text, logprobs: [] },
      { type: "response.content_part.done", ...at(place), part: textPart(text) },
    ],
  },
  refusal: {
    begin: (place) => [{ type: "response.content_part.added", ...at(place), part: refusalPart("") }],
    piece: (place, delta) => ({ type: "response.refusal.delta", ...at(place), delta }),
    end: (place, refusal) => [
      { type: "response.refusal.done", ...at(place), refusal },
      { type: "response.content_part.done", ...at(place), part: refusalPart(refusal) },
    ],
  },
  thinking: {
    begin: (place) => [
      { type: "response.reasoning_summary_part.added", ...of(place), part: summaryPart("") },
    ],
    piece: (place, delta) => ({ type: "response.reasoning_summary_text.delta", ...of(place), delta }),
    end: (place, text) => [
      { type: "response.reasoning_summary_text.done", ...of(place), text },
      { type: "response.reasoning_summary_part.done", ...of(place), part: summaryPart(text) },
    ],
  },
  "tool-call": {
    begin: () => [],
    piece: (place, delta) => ({ type: "response.function_call_arguments.delta", ...place, delta }),
    end: (place, args) => [{ type: "response.function_call_arguments.done", ...place, arguments: args }],
  },
};

/** Each item says one thing. */
function at(place: Place): object {
  return { ...place, content_index: 0 };
}

function of(place: Place): object {
  return { ...place, summary_index: 0 };
}

function summaryPart(text: string): object {
  return { type: "summary_text", text };
}
