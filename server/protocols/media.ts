/** Counts the media in a request's body, which are charged by the piece and not as text (SPEC 7.2). */
import type { Bytes } from "../core/duration.ts";
import { listOf, textOf } from "./json.ts";
import { pagesAtMost } from "./pdf.ts";
import { createAllowance, type InflateAllowance } from "./pdf-objects.ts";
import type { InputEstimate } from "./protocol.ts";

/** What has been found so far. */
export interface MediaTally {
  /** Tokens of one image with this target. */
  readonly imageTokens: number;
  readonly inflatable: InflateAllowance;
  /** Bytes of the body that are media and not text. */
  bytes: Bytes;
  /** Tokens that the media count as, at most. */
  tokens: number;
  /** Whether something is only named here and stands elsewhere. */
  isHidden: boolean;
}

/** Tokens that an image is charged as, at most. */
export const IMAGE_TOKENS = 5_000;
const PAGE_TOKENS = 3_000;
const TOKENS_A_SECOND = 300;
/** The slowest rate at which MP3 is made, 8 kbit/s: whatever is smaller cannot last longer. */
const SLOWEST_RATE = 1_000;

/** Nothing found yet. `imageTokens` only where images of this model cost more than usual. */
export function createTally(imageTokens: number = IMAGE_TOKENS): MediaTally {
  return { imageTokens, inflatable: createAllowance(), bytes: 0, tokens: 0, isHidden: false };
}

/** The estimate of a body, given as text, in which these media were found. */
export function toEstimate(tally: MediaTally, body: string): InputEstimate {
  return { textBytes: Math.max(0, Buffer.byteLength(body) - tally.bytes), mediaTokens: tally.tokens };
}

/** An image: base64, or a URL that holds it or says where it is. Whatever its size, it is charged as one image. */
export function tallyImage(tally: MediaTally, value: unknown): void {
  const placed = placeOf(value);
  if (placed === "elsewhere") tally.tokens += tally.imageTokens;
  else if (placed) countPiece(tally, placed.data, tally.imageTokens);
}

/** A sound or a film: base64, or a URL that may hold it. */
export function tallyRecording(tally: MediaTally, value: unknown): void {
  const placed = placeHere(tally, value);
  if (placed) countPiece(tally, placed.data, TOKENS_A_SECOND * Math.ceil(secondsAtMost(placed.data)));
}

/**
 * A document: base64, or a URL that may hold it. A PDF counts by its pages; text stays text, as which base64 counts for
 * more than it holds; what else there is (archives of office programs) shows nothing of what is in it.
 */
export function tallyDocument(tally: MediaTally, value: unknown, declaredType?: unknown): void {
  const placed = placeHere(tally, value);
  if (!placed) return;
  const { data } = placed;
  const type = placed.type ?? (typeof declaredType === "string" ? declaredType.toLowerCase() : "");
  if (type === "application/pdf" || data.startsWith(PDF_MAGIC)) {
    countPiece(tally, data, PAGE_TOKENS * pagesAtMost(Buffer.from(data, "base64"), tally.inflatable));
  } else if (!TEXT.test(type)) tally.isHidden = true;
}

/** Data whose media type alone says what it is. */
export function tallyTyped(tally: MediaTally, type: unknown, data: unknown): void {
  const [family] = typeof type === "string" ? type.slice(0, MAX_HEAD).toLowerCase().split("/", 1) : [];
  if (family === "image") tallyImage(tally, data);
  else if (family === "audio" || family === "video") tallyRecording(tally, data);
  else tallyDocument(tally, data, type);
}

/** Input given as token ids: each is a token however short its number is. */
export function tallyTokenIds(tally: MediaTally, value: unknown): void {
  for (const one of listOf(value)) {
    if (typeof one === "number") tally.tokens++;
    else if (Array.isArray(one)) tally.tokens += one.length;
  }
}

/** `%PDF-` in base64. */
const PDF_MAGIC = "JVBERi";
const MAX_HEAD = 200;
const SCHEME = /^[a-z][a-z0-9+.-]{0,20}:/i;
const TEXT = /^(?:text\/|application\/(?:[\w.-]{1,80}\+)?(?:json|xml)$)/;

function countPiece(tally: MediaTally, data: string, tokens: number): void {
  tally.bytes += data.length;
  tally.tokens += tokens;
}

interface Placed {
  readonly data: string;
  /** As its `data:` URL declares it. */
  readonly type: string | null;
}

/** Where the bytes of a value are: its base64, `elsewhere` for a URL, null where it is nothing of that kind. */
function placeOf(value: unknown): Placed | "elsewhere" | null {
  const text = textOf(value);
  if (text === null) return null;
  if (!SCHEME.test(text)) return { data: text, type: null };
  const head = text.slice(0, MAX_HEAD);
  const [, type] = /^data:([^;,]*)/i.exec(head) ?? [];
  return type === undefined
    ? "elsewhere"
    : { data: text.slice(head.indexOf(",") + 1), type: type.toLowerCase() };
}

/** What is not charged by the piece has to be here to be counted. */
function placeHere(tally: MediaTally, value: unknown): Placed | null {
  const placed = placeOf(value);
  if (placed !== "elsewhere") return placed;
  tally.isHidden = true;
  return null;
}

/** Seconds that a recording can last at most. Plain samples say their rate; players obey it. */
function secondsAtMost(data: string): number {
  const size = Math.ceil((data.length * 3) / 4);
  const head = Buffer.from(data.slice(0, 48), "base64");
  const isPlainWave =
    head.length >= 36 &&
    head.toString("latin1", 0, 4) === "RIFF" &&
    head.toString("latin1", 8, 16) === "WAVEfmt " &&
    head.readUInt16LE(20) === 1;
  if (!isPlainWave) return size / SLOWEST_RATE;
  const rate = head.readUInt32LE(24) * ((head.readUInt16LE(22) * head.readUInt16LE(34)) / 8);
  return size / Math.max(rate, SLOWEST_RATE);
}
