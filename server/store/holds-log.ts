/**
 * The words of holds.log, a JSON object per line. The first is the header; then `open` with the hold, `grow` with its
 * id and what it holds now (an amount that is left out or null stays as it was), and `close` with its id. Pure.
 */
import type { HeldAmount, Hold } from "./store.ts";

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

export function renderGrow({ id, nano, tokensIn, tokensOut }: Hold): string {
  const grow: Grow = { op: "grow", id, nano, tokensIn, tokensOut };
  return `${JSON.stringify(grow)}\n`;
}

export function renderClose(id: string): string {
  return `{"op":"close","id":${JSON.stringify(id)}}\n`;
}

/** The hold raised to at least this amount; the same object when it already holds as much. */
export function raise(hold: Hold, amount: Partial<HeldAmount>): Hold {
  const nano = higher(hold.nano, amount.nano);
  const tokensIn = higher(hold.tokensIn, amount.tokensIn);
  const tokensOut = higher(hold.tokensOut, amount.tokensOut);
  const isSame = nano === hold.nano && tokensIn === hold.tokensIn && tokensOut === hold.tokensOut;
  return isSame ? hold : { ...hold, nano, tokensIn, tokensOut };
}

function higher(held: number | null, amount: number | null | undefined): number | null {
  if (amount === null || amount === undefined) return held;
  return held === null ? amount : Math.max(held, amount);
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
      if (hold) open.set(word.id, raise(hold, word));
    }
  }
  return { header, open };
}

interface Grow extends Partial<HeldAmount> {
  readonly op: "grow";
  readonly id: string;
}

interface Close {
  readonly op: "close";
  readonly id: string;
}

/** What former versions left out. */
const UNSAID = { chargedOwner: null, run: null, key: null, tokensIn: null, tokensOut: null };

type Word = Header | { readonly op: "open"; readonly hold: Hold } | Grow | Close;

function parseWord(text: string): Word | null {
  try {
    const word: Header | ({ op: "open" } & Hold) | Grow | Close = JSON.parse(text);
    if (word.op === "header" || word.op === "grow" || word.op === "close") return word;
    if (word.op !== "open") return null;
    const { op, ...hold } = word;
    return { op, hold: { ...UNSAID, ...hold } };
  } catch {
    // A torn line is no word.
    return null;
  }
}
