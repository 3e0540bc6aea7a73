/**
 * The words of holds.log, a JSON object per line. The first is the header; then `open` with the hold, `grow` with its
 * id and what it holds now, and `close` with its id. Pure.
 */
import type { NanoUsd } from "../core/money.ts";
import type { Hold } from "./store.ts";

export interface Header {
  readonly op: "header";
  /** Counts rewritings of the file. */
  readonly generation: number;
  /** The journal's last line when the file was begun: what it holds open ended after that line or not at all. */
  readonly seq: number;
}

export interface HoldsLog {
  readonly header: Header;
  /** Opened and not closed, as grown, in the order of opening. */
  readonly open: ReadonlyMap<string, Hold>;
}

export function renderHeader(generation: number, seq: number): string {
  const header: Header = { op: "header", generation, seq };
  return `${JSON.stringify(header)}\n`;
}

export function renderOpen(hold: Hold): string {
  return `{"op":"open",${JSON.stringify(hold).slice(1)}\n`;
}

export function renderGrow(id: string, nano: NanoUsd): string {
  return `{"op":"grow","id":${JSON.stringify(id)},"nano":${nano}}\n`;
}

export function renderClose(id: string): string {
  return `{"op":"close","id":${JSON.stringify(id)}}\n`;
}

/** Reads a holds.log. Words it does not know and a torn last line are passed over: nobody was told they were written. */
export function parseHoldsLog(lines: Iterable<string>): HoldsLog {
  let header: Header = { op: "header", generation: 0, seq: 0 };
  const open = new Map<string, Hold>();
  for (const text of lines) {
    const word = parseWord(text);
    if (word?.op === "header") header = word;
    else if (word?.op === "open") open.set(word.hold.id, word.hold);
    else if (word?.op === "close") open.delete(word.id);
    else if (word?.op === "grow") {
      const hold = open.get(word.id);
      if (hold) open.set(word.id, { ...hold, nano: word.nano });
    }
  }
  return { header, open };
}

interface Grow {
  readonly op: "grow";
  readonly id: string;
  readonly nano: NanoUsd;
}

interface Close {
  readonly op: "close";
  readonly id: string;
}

type Word = Header | { readonly op: "open"; readonly hold: Hold } | Grow | Close;

function parseWord(text: string): Word | null {
  try {
    const word: Header | ({ op: "open" } & Hold) | Grow | Close = JSON.parse(text);
    if (word.op === "header" || word.op === "grow" || word.op === "close") return word;
    if (word.op !== "open") return null;
    const { op, ...hold } = word;
    // Versions that knew neither runs nor keys left them out.
    return { op, hold: { ...hold, run: hold.run ?? null, key: hold.key ?? null } };
  } catch {
    // A torn line is no word.
    return null;
  }
}
