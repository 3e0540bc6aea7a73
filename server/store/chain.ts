/** The chain of the journal: each line carries the hash of its own bytes and the hash of the line before it. Pure. */
import { hash } from "node:crypto";
import type { Line } from "../core/event.ts";

/** Where the chain stands: the last line's number and hash. */
export interface Head {
  readonly seq: number;
  readonly hash: string;
}

/** Before the first line. */
export const GENESIS: Head = { seq: 0, hash: "0".repeat(64) };

/** What ends every line: `,"hash":"<64 hex digits>"}`. What stands before it is what was hashed. */
const SEAL = /^,"hash":"([0-9a-f]{64})"\}$/;
const SEAL_LENGTH = 75;

export interface Sealed extends Head {
  readonly prev: string;
  /** The line as it goes into the file, without its newline. */
  readonly text: string;
}

/** Puts `json`, an object with at least one member, behind `head` in the chain. */
export function sealLine(json: string, head: Head): Sealed {
  const seq = head.seq + 1;
  return sealBody(`{"seq":${seq},${json.slice(1, -1)},"prev":"${head.hash}"`, seq, head.hash);
}

/** Hashes a body that has its seq and prev already and lacks the closing brace. */
export function sealBody(body: string, seq: number, prev: string): Sealed {
  const digest = hash("sha256", body, "hex");
  return { seq, prev, hash: digest, text: `${body},"hash":"${digest}"}` };
}

/** The bytes of a line that its hash covers, and the hash it states; null when the line does not end as it must. */
export function splitSeal(bytes: Uint8Array): { body: Uint8Array; hash: string } | null {
  const at = bytes.length - SEAL_LENGTH;
  if (at < 1) return null;
  const stated = SEAL.exec(Buffer.from(bytes.buffer, bytes.byteOffset + at, SEAL_LENGTH).toString("latin1"));
  return stated?.[1] ? { body: bytes.subarray(0, at), hash: stated[1] } : null;
}

/** Reads one line of a file; null when it is not a line of a journal. Says nothing about the chain. */
export function parseLine(bytes: Uint8Array): Line | null {
  try {
    const line: unknown = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString());
    return isLine(line) ? line : null;
  } catch {
    // Not JSON is an answer here: the line was torn or tampered with.
    return null;
  }
}

function isLine(value: unknown): value is Line {
  if (typeof value !== "object" || value === null) return false;
  const line = value as Record<string, unknown>;
  return (
    Number.isSafeInteger(line.seq) &&
    typeof line.type === "string" &&
    typeof line.time === "string" &&
    typeof line.prev === "string" &&
    typeof line.hash === "string"
  );
}

/** What one line did to the chain: the line, where the chain stands after it, and what is wrong with it. */
export interface Link {
  /** Null when the line cannot be read. */
  readonly line: Line | null;
  /** Null after a line that cannot be read: the next one is then taken as it is. */
  readonly head: Head | null;
  /** Sentences; none when the line is what it should be. */
  readonly faults: readonly string[];
}

/** One step of the verifying fold: `head` is where the chain stood before, null when that is not known. */
export function followLine(bytes: Uint8Array, head: Head | null): Link {
  const seal = splitSeal(bytes);
  const line = seal && parseLine(bytes);
  if (!seal || !line) return { line: null, head: null, faults: ["cannot be read: edited or torn"] };
  const faults: string[] = [];
  if (hash("sha256", seal.body, "hex") !== seal.hash)
    faults.push("was edited: its hash does not fit its bytes");
  const disorder = head && checkOrder(line, head);
  if (disorder) faults.push(disorder);
  return { line, head: { seq: line.seq, hash: seal.hash }, faults };
}

/** What is wrong with a line in this place of the chain, as a sentence; null when it follows. */
export function checkOrder(line: Line, head: Head): string | null {
  if (line.seq !== head.seq + 1) return nameGap(line.seq, head.seq);
  return line.prev === head.hash ? null : "does not follow the line before it";
}

function nameGap(seq: number, last: number): string {
  if (seq <= last) return `is out of order: number ${seq} after ${last}`;
  return seq === last + 2 ? `line ${last + 1} is missing` : `lines ${last + 1} to ${seq - 1} are missing`;
}
