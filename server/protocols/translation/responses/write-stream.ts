/** A stream of the responses API for a client: numbered events, the last of which repeats the whole answer. */
import { response } from "../../openai-responses-reply.ts";
import { sseTyped } from "../../render.ts";
import type { AnswerPart, NeutralError, NeutralEvent, PartHead, Signature } from "../form.ts";
import { writeError } from "../openai-error.ts";
import { partOf } from "../parts.ts";
import type { AnswerTerms, StreamWriter } from "../speaker.ts";
import { type Place, type ResponseEvent, SCRIPTS } from "./item-events.ts";
import { beginItem, completeItem, createItemIds, markItem, type OutputItem } from "./output-items.ts";
import { createText, type GrowingText } from "./text.ts";
import { type Ended, type ResponseHead, writeEnded, writeHead } from "./write-answer.ts";

/** A part whose end has not come. */
interface OpenPart {
  readonly head: PartHead;
  readonly place: Place;
  readonly text: GrowingText;
  isBegun: boolean;
  signature: Signature | null;
}

/**
 * Writes one stream. Each part becomes an item of its own; the official SDK accumulates the events to the same response
 * that `writeAnswer` makes. After the end, or an error, nothing more is written.
 */
export function createStreamWriter(terms: AnswerTerms): StreamWriter {
  const nextId = createItemIds(terms.requestId);
  const open = new Map<number, OpenPart>();
  /** By their output index: items may end in another order than they began. */
  const output: OutputItem[] = [];
  const kinds = new Set<PartHead["kind"]>();
  let head: ResponseHead | null = null;
  let ended: Pick<Ended, "finish" | "usage"> = { finish: { kind: "stop", sequence: null }, usage: null };
  let sequence = 0;
  let isOver = false;

  return {
    write(event) {
      if (isOver) return "";
      const events = eventsOf(event);
      return sseTyped(events.map((one) => ({ ...one, sequence_number: sequence++ })));
    },
  };

  function eventsOf(event: NeutralEvent): readonly ResponseEvent[] {
    switch (event.kind) {
      case "start":
        return start(writeHead(event, terms));
      case "part-start":
        return [...begin(), ...startPart(event.index, event.part)];
      case "piece":
        return addPiece(open.get(event.index), event.text);
      case "signature": {
        const part = open.get(event.index);
        if (part) part.signature = event.signature;
        return [];
      }
      case "part-end":
        return endPart(event.index);
      case "usage":
        ended = { ...ended, usage: event.usage };
        return [];
      case "finish":
        ended = { ...ended, finish: event.finish };
        return [];
      case "end":
        return [...begin(), ...[...open.keys()].flatMap(endPart), ...end()];
      case "error":
        return fail(event.error);
    }
  }

  /** The beginning, where it has not been told. */
  function begin(): readonly ResponseEvent[] {
    return head ? [] : start(writeHead({ id: "", model: "", created: null }, terms));
  }

  function start(told: ResponseHead): readonly ResponseEvent[] {
    if (head) return [];
    head = told;
    const begun = response(head, "in_progress", [], null);
    return [
      { type: "response.created", response: begun },
      { type: "response.in_progress", response: begun },
    ];
  }

  function startPart(index: number, part: PartHead): readonly ResponseEvent[] {
    const item = beginItem(nextId(part.kind), part);
    const place = { item_id: item.id, output_index: output.push(item) - 1 };
    kinds.add(part.kind);
    open.set(index, { head: part, place, text: createText(), isBegun: false, signature: null });
    return [itemEvent("added", place, item)];
  }

  function addPiece(part: OpenPart | undefined, piece: string): readonly ResponseEvent[] {
    if (!part || piece === "") return [];
    const script = SCRIPTS[part.head.kind];
    const first = part.isBegun ? [] : script.begin(part.place);
    part.isBegun = true;
    part.text.add(piece);
    return [...first, script.piece(part.place, piece)];
  }

  function endPart(index: number): readonly ResponseEvent[] {
    const part = open.get(index);
    if (!part) return [];
    open.delete(index);
    const { place, head: said } = part;
    const script = SCRIPTS[said.kind];
    const late = part.isBegun ? [] : beginLate(part);
    const whole = partOf(said, part.text.whole(), part.signature);
    const text = whole.kind === "tool-call" ? whole.arguments : whole.text;
    // Thinking that shows nothing has no summary.
    const last = said.kind === "thinking" && text === "" ? [] : script.end(place, text);
    const item = completeItem(place.item_id, whole);
    output[place.output_index] = item;
    return [...late, ...last, itemEvent("done", place, item), ...addMark(whole)];
  }

  /** What is owed where no piece came: calls without arguments have empty ones. */
  function beginLate(part: OpenPart): readonly ResponseEvent[] {
    if (part.head.kind === "tool-call") return addPiece(part, "{}");
    return part.head.kind === "thinking" ? [] : SCRIPTS[part.head.kind].begin(part.place);
  }

  function addMark(part: AnswerPart): readonly ResponseEvent[] {
    const item = markItem(part, nextId);
    if (!item) return [];
    const place = { item_id: item.id, output_index: output.push(item) - 1 };
    return [itemEvent("added", place, item), itemEvent("done", place, item)];
  }

  function end(): readonly ResponseEvent[] {
    isOver = true;
    if (!head) return [];
    const whole = writeEnded(head, { ...ended, kinds, output });
    return [{ type: `response.${whole.status}`, response: whole }];
  }

  /** Flat as documented, and nested as the SDK wants it in order to throw; then the response fails, as at OpenAI. */
  function fail(error: NeutralError): readonly ResponseEvent[] {
    isOver = true;
    const told = head ?? writeHead({ id: "", model: "", created: null }, terms);
    const { code, message } = error;
    const isOpen = new Set([...open.values()].map(({ place }) => place.item_id));
    const items = output.filter(({ id }) => !isOpen.has(id));
    const failed = { ...response(told, "failed", items, null), error: failureOf(error), usage: null };
    return [
      { type: "error", code, message, param: null, ...writeError(error) },
      { type: "response.failed", response: failed },
    ];
  }
}

/** Clients decide by the code whether to try again: it is never null. */
function failureOf({ status, message, code }: NeutralError): object {
  return { code: code ?? (status === 429 ? "rate_limit_exceeded" : "server_error"), message };
}

function itemEvent(what: "added" | "done", { output_index }: Place, item: OutputItem): ResponseEvent {
  return { type: `response.output_item.${what}`, output_index, item };
}
