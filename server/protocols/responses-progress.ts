/**
 * What a stream of the responses API has said so far. Its last event repeats the whole output, so the text is kept while
 * it streams: a byte for a byte.
 */
import { type Json, objectOf } from "./json.ts";
import { fromLatin1 } from "./render.ts";

export interface ResponseProgress {
  /** The response as its first event told it; null before. */
  response: { readonly id: unknown; readonly created_at: unknown; readonly model: unknown } | null;
  /** The number of the latest event. */
  sequence: unknown;
  /** Items that are complete, their strings still as Latin-1. */
  readonly items: Json[];
  readonly text: TextProgress;
}

/** The text of the item that is being written. Pieces are joined as they come; `recent` is still as Latin-1. */
interface TextProgress {
  /** Where the latest piece belongs; null when no text is being written. */
  at: Json | null;
  flat: string[];
  recent: string;
  length: number;
}

const MAX_ITEMS = 256;
/** No answer is longer; a longer one is repeated up to here. */
const MAX_TEXT = 4 * 1024 * 1024;
/** A string that grew by small pieces takes several times its length: it is made flat at this size. */
const FLATTEN = 8 * 1024;

/** A stream of which nothing has been read. */
export function createResponseProgress(): ResponseProgress {
  return {
    response: null,
    sequence: null,
    items: [],
    text: { at: null, flat: [], recent: "", length: 0 },
  };
}

/** Notes an event, as far as the stream's end depends on it. */
export function noteProgress(
  progress: ResponseProgress,
  type: string,
  event: Json,
  response: Json | null,
): void {
  progress.sequence = event.sequence_number;
  if (response && !progress.response) {
    progress.response = { id: response.id, created_at: response.created_at, model: response.model };
  }
  if (type === "response.output_text.delta") addText(progress.text, event);
  else if (type === "response.output_item.done") endItem(progress, event);
}

/** The items that are complete, as their sender meant them. */
export function itemsSoFar({ items }: ResponseProgress): unknown[] {
  return items.map((item) => JSON.parse(fromLatin1(JSON.stringify(item))));
}

/** The text of the item that is being written. */
export function textSoFar({ flat, recent }: TextProgress): string {
  return flat.join("") + fromLatin1(recent);
}

function addText(text: TextProgress, event: Json): void {
  if (text.at !== null && text.at.item_id !== event.item_id) clear(text);
  text.at = event;
  if (text.length > MAX_TEXT || typeof event.delta !== "string") return;
  text.length += event.delta.length;
  text.recent += event.delta;
  if (text.recent.length < FLATTEN) return;
  text.flat.push(fromLatin1(text.recent));
  text.recent = "";
}

function endItem(progress: ResponseProgress, event: Json): void {
  clear(progress.text);
  const item = objectOf(event.item);
  if (item && progress.items.length < MAX_ITEMS) progress.items.push(item);
}

function clear(text: TextProgress): void {
  text.at = null;
  text.flat = [];
  text.recent = "";
  text.length = 0;
}
