/** The thinking of an item that is being streamed: a summary in paragraphs, or the text itself where a host shows it. */
import { countOf, type Json, textOf } from "../../json.ts";
import { PARAGRAPH, readThought } from "./reasoning-item.ts";

/** Which of the two has come first, and how far it has come. */
export interface Thought {
  readonly source: "summary" | "content";
  paragraph: number;
}

/** What the deltas of each are called, and where they say which paragraph they belong to. */
const SOURCES = new Map([
  ["response.reasoning_summary_text.delta", { source: "summary", index: "summary_index" }],
  ["response.reasoning_text.delta", { source: "content", index: "content_index" }],
] as const);

/** The thought that a delta begins; null where the event is no delta of thinking. */
export function beginThought(type: string, event: Json): Thought | null {
  const found = [...SOURCES].find(([name]) => name === type)?.[1];
  return found ? { source: found.source, paragraph: countOf(event[found.index]) ?? 0 } : null;
}

/** The text that a delta adds to a thought; none where it tells the other of the two again. */
export function addThought(thought: Thought, { source, paragraph }: Thought, event: Json): string {
  const text = textOf(event.delta);
  if (text === null || thought.source !== source) return "";
  const isNext = thought.paragraph !== paragraph;
  thought.paragraph = paragraph;
  return isNext ? PARAGRAPH + text : text;
}

/** All of the thought as the finished item tells it. */
export function wholeThought(thought: Thought | undefined, item: Json): string {
  const first = thought?.source === "content" ? item.content : item.summary;
  return readThought(first) || readThought(item.summary) || readThought(item.content);
}
