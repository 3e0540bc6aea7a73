/**
 * Loop detection (SPEC 11): requests that say nearly the same again and again. What they say is folded to a fingerprint,
 * and only the last few fingerprints are kept, in memory alone. Checking and taking are O(1) per call.
 */

/** What tells two requests apart. Never stored, so it may differ from process to process. */
export type Fingerprint = number | bigint;

/** How many equal ones among how many of an agent's last requests are a loop. Both at least 1. */
export interface LoopTerms {
  readonly window: number;
  readonly threshold: number;
}

/** What an agent asked last. `take` moves it on; a fresh one forgets, as is due when a person resumes the agent. */
export interface LoopMemory {
  /** Of at most `window` entries; when it is full, the oldest stands at `next`. */
  ring: Fingerprint[];
  next: number;
  /** How often each fingerprint stands in the ring. */
  readonly counts: Map<Fingerprint, number>;
}

/** An empty memory. */
export function createLoopMemory(): LoopMemory {
  return { ring: [], next: 0, counts: new Map() };
}

/** Whether this request would be one too many of its kind. Records nothing. */
export function isLoop(memory: LoopMemory, fingerprint: Fingerprint, terms: LoopTerms): boolean {
  fit(memory, terms.window);
  return countWith(memory, fingerprint, terms.window) >= terms.threshold;
}

/** Records a request that passes. True for the one that makes a loop; not again while the loop goes on. */
export function takeTurn(memory: LoopMemory, fingerprint: Fingerprint, terms: LoopTerms): boolean {
  const { window, threshold } = terms;
  fit(memory, window);
  const { ring, next, counts } = memory;
  const before = counts.get(fingerprint) ?? 0;
  const after = countWith(memory, fingerprint, window);
  if (ring.length < window) {
    ring.push(fingerprint);
  } else {
    forget(counts, ring[next]);
    ring[next] = fingerprint;
    memory.next = (next + 1) % window;
  }
  counts.set(fingerprint, after);
  return before < threshold && after >= threshold;
}

/** How often the fingerprint would stand in the ring, once the oldest has made room for it. */
function countWith({ ring, next, counts }: LoopMemory, fingerprint: Fingerprint, window: number): number {
  const replaced = ring.length >= window && ring[next] === fingerprint ? 1 : 0;
  return (counts.get(fingerprint) ?? 0) + 1 - replaced;
}

function forget(counts: Map<Fingerprint, number>, fingerprint: Fingerprint | undefined): void {
  if (fingerprint === undefined) return;
  const left = (counts.get(fingerprint) ?? 0) - 1;
  if (left > 0) counts.set(fingerprint, left);
  else counts.delete(fingerprint);
}

/** Brings the ring to a window that a reload has changed; the newest entries stay. O(1) as long as it has not. */
function fit(memory: LoopMemory, window: number): void {
  const { ring, next, counts } = memory;
  if (next === 0 && ring.length <= window) return;
  if (next !== 0 && ring.length === window) return;
  const inOrder = [...ring.slice(next), ...ring.slice(0, next)];
  const dropped = inOrder.splice(0, inOrder.length - window);
  for (const fingerprint of dropped) forget(counts, fingerprint);
  memory.ring = inOrder;
  memory.next = 0;
}

/** What an agent said last, and the tool calls that it answers by that. */
export interface Turn {
  /** What it says, and what tools gave back. Near-identical ones count as the same. */
  readonly texts: readonly string[];
  /** What tells images, recordings and documents from others. Compared as they are. */
  readonly media: readonly string[];
  /** Of each call its name, then its arguments. Near-identical ones count as the same. */
  readonly toolCalls: readonly string[];
}

/** Characters at the beginning and at the end of a text that are compared. */
const EDGE = 2048;

/** Texts, media and parts of calls that are compared, half of them the first and half the last; so is their number. */
const MOST_PIECES = 16;

/** A turn's fingerprint, near-identical ones having the same; null for one that says nothing. */
export function fingerprintTurn(turn: Turn, hash: (text: string) => Fingerprint): Fingerprint | null {
  const { media } = turn;
  const texts = edgesOf(turn.texts).map(normalise);
  const toolCalls = edgesOf(turn.toolCalls).map(normalise);
  if (media.length === 0 && toolCalls.length === 0 && texts.every((text) => text === "")) return null;
  const counts = [turn.texts, media, turn.toolCalls].map(({ length }) => length);
  return hash([...counts, ...texts, ...edgesOf(media), ...toolCalls].join("\0"));
}

/** The first and the last pieces of many. */
function edgesOf(pieces: readonly string[]): readonly string[] {
  if (pieces.length <= MOST_PIECES) return pieces;
  return [...pieces.slice(0, MOST_PIECES / 2), ...pieces.slice(-MOST_PIECES / 2)];
}

const UUID = /[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/g;
/** Numbers, ids and parts of timestamps. Only tried where a word begins: elsewhere long words would cost their square. */
const WORD_WITH_DIGIT = /(?<![a-z0-9])[a-z]*\d[a-z0-9]*/g;
/** Dates, times, decimals, addresses: what the two before have left of them. */
const CHAIN = /#(?:[-+:.,/]#)+/g;

/**
 * A text without what differs between repetitions: case, white space, numbers, ids, timestamps. In linear time; of a long
 * text only both ends count, and its rough length, so that one long instruction around many documents is no repetition.
 */
export function normalise(text: string): string {
  if (text.length <= 2 * EDGE) return foldText(text);
  const length = Math.round(text.length / 64);
  return `${foldText(text.slice(0, EDGE))}\0${length}\0${foldText(text.slice(-EDGE))}`;
}

/** Most texts have no digits and single spaces: looking first costs less than replacing nothing. */
function foldText(text: string): string {
  const lower = text.toLowerCase();
  const folded = /\d/.test(lower)
    ? lower.replace(UUID, "#").replace(WORD_WITH_DIGIT, "#").replace(CHAIN, "#")
    : lower;
  return (/\s\s|[^\S ]/.test(folded) ? folded.replace(/\s+/g, " ") : folded).trim();
}
