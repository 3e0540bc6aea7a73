/** Lines that could not be written yet, oldest first, bounded in number and size: what does not fit is counted as lost. */
import type { Bytes } from "../core/duration.ts";
import type { NewLine } from "../core/event.ts";

export interface Waiting {
  readonly line: NewLine;
  readonly json: string;
}

export interface Backlog {
  readonly size: number;
  add(waiting: Waiting): void;
  /** The oldest, or undefined. It stays until `drop`. */
  first(): Waiting | undefined;
  drop(): void;
  /** How many lines were lost since this was forgotten last, and the money they would have told of. */
  readonly lost: { readonly lines: number; readonly costNano: number };
  forgetLost(): void;
}

/** `maxBytes` counts UTF-16 units of the lines' JSON: what they take in memory, roughly. */
export function createBacklog(maxLines: number, maxBytes: Bytes): Backlog {
  let lines: Waiting[] = [];
  let from = 0;
  let bytes = 0;
  let lost = { lines: 0, costNano: 0 };

  const drop = () => {
    const dropped = lines[from];
    if (!dropped) return;
    bytes -= dropped.json.length;
    from += 1;
    if (from > 1_000 && from * 2 > lines.length) {
      lines = lines.slice(from);
      from = 0;
    }
  };
  const lose = () => {
    const line = lines[from]?.line;
    const costNano = line?.type === "call" ? (line.cost_nano ?? 0) : 0;
    lost = { lines: lost.lines + 1, costNano: lost.costNano + costNano };
    drop();
  };

  return {
    get size() {
      return lines.length - from;
    },
    get lost() {
      return lost;
    },
    add(waiting) {
      lines.push(waiting);
      bytes += waiting.json.length;
      while (lines.length - from > maxLines || (bytes > maxBytes && lines.length - from > 1)) lose();
    },
    first: () => lines[from],
    drop,
    forgetLost: () => {
      lost = { lines: 0, costNano: 0 };
    },
  };
}
