/**
 * The last turn of a request's conversation, by which loops are recognised (SPEC 11). What the readers of all formats have
 * in common. Every member is hostile: of any type, any size.
 */
import { type Fingerprint, fingerprintTurn, type Turn } from "../core/loop-detector.ts";
import { type Json, listOf, objectOf, textOf } from "./json.ts";
import { outline } from "./outline.ts";

/** A turn as its reader writes it down. */
export interface TurnNotes extends Turn {
  readonly texts: string[];
  readonly media: string[];
  readonly toolCalls: string[];
}

/** Who speaks in an entry of a conversation; null: neither, as in instructions. */
export type Speaker = "agent" | "model" | null;

/** How a format writes the entries of a conversation. */
export interface Script {
  speakerOf(entry: Json): Speaker;
  /** Notes what the agent says in an entry. */
  readSaid(turn: TurnNotes, entry: Json): void;
  /** Notes the tools that the model calls in an entry. */
  readCalls(turn: TurnNotes, entry: Json): void;
}

/** Nothing noted yet. */
export function createTurn(): TurnNotes {
  return { texts: [], media: [], toolCalls: [] };
}

/** The fingerprint of what was noted; null when that is nothing. */
export function fingerprintNotes(turn: TurnNotes): Fingerprint | null {
  return fingerprintTurn(turn, Bun.hash);
}

/**
 * Notes what the agent says after the model spoke last, and the tools that the model called then. An answer that the client
 * has begun itself stands behind the last turn and is none.
 */
export function noteLastTurn(turn: TurnNotes, entries: readonly unknown[], script: Script): void {
  const lastOf = (speaker: Speaker, end: number): number => {
    for (let at = end - 1; at >= 0; at--) {
      const entry = objectOf(entries[at]);
      if (entry && script.speakerOf(entry) === speaker) return at;
    }
    return -1;
  };
  const last = lastOf("agent", entries.length);
  const answer = lastOf("model", last);
  const before = lastOf("agent", answer);
  for (const value of entries.slice(before + 1, answer + 1)) {
    const entry = objectOf(value);
    if (entry && script.speakerOf(entry) === "model") script.readCalls(turn, entry);
  }
  for (const value of entries.slice(answer + 1, last + 1)) {
    const entry = objectOf(value);
    if (entry && script.speakerOf(entry) === "agent") script.readSaid(turn, entry);
  }
}

/** Notes a text, if it is one. */
export function noteText(turn: TurnNotes, value: unknown): void {
  const text = textOf(value);
  if (text !== null) turn.texts.push(text);
}

/** Notes an image, a recording or a document, in whatever form it stands there. */
export function noteMedia(turn: TurnNotes, value: unknown): void {
  if (value !== undefined && value !== null) turn.media.push(outline(value));
}

/** Notes what a tool gave back where it is not text but data. */
export function noteData(turn: TurnNotes, value: unknown): void {
  if (typeof value === "string") noteText(turn, value);
  else if (value !== undefined && value !== null) turn.texts.push(outline(value));
}

/** Notes a content: a text, or parts. What has no text is noted by `noteOther`, if nothing else as a medium. */
export function noteContent(
  turn: TurnNotes,
  content: unknown,
  noteOther: (turn: TurnNotes, part: Json) => void = noteMedia,
): void {
  noteText(turn, content);
  for (const value of listOf(content)) {
    const part = objectOf(value);
    if (typeof value === "string" || typeof part?.text === "string") noteText(turn, part?.text ?? value);
    else if (part) noteOther(turn, part);
  }
}

/** Notes a call of a tool: its name, and its arguments as text or as data. */
export function noteCall(turn: TurnNotes, name: unknown, args: unknown): void {
  turn.toolCalls.push(textOf(name) ?? "", typeof args === "string" ? args : outline(args ?? {}));
}
