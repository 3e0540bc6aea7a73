/** The parts of a stream that is being read: which have begun, how much of each has been told, which have ended. */
import type { NeutralEvent, PartHead, Signature } from "../form.ts";

/** The parts of one stream, by the item and the place in it where they stand. */
export interface StreamParts {
  /** A piece of a part, which begins with its first one. */
  piece(place: PartPlace, head: PartHead, text: string): void;
  /** All of a part: what has not been told of it, its signature, and its end. */
  whole(place: PartPlace, head: PartHead, text: string, signature?: Signature | null): void;
  /** Begins a part of which nothing is told yet, unless it has begun. */
  begin(place: PartPlace, head: PartHead): void;
  hasBegun(place: PartPlace): boolean;
  /** Ends what is open. */
  endAll(): void;
  /** Kinds of the parts that have begun. */
  readonly kinds: ReadonlySet<PartHead["kind"]>;
}

export interface PartPlace {
  /** The item's index in the output, or what else it is known by. */
  readonly item: number | string;
  readonly content: number;
}

interface Part {
  readonly index: number;
  told: number;
  isOpen: boolean;
}

/** No part yet; what happens to them is told to `tell`. */
export function createStreamParts(tell: (event: NeutralEvent) => void): StreamParts {
  const parts = new Map<string, Part>();
  const kinds = new Set<PartHead["kind"]>();

  return {
    kinds,
    hasBegun: (place) => parts.has(keyOf(place)),
    begin(place, head) {
      partAt(place, head);
    },
    piece(place, head, text) {
      if (text !== "") add(partAt(place, head), text);
    },
    whole(place, head, text, signature = null) {
      if (!parts.has(keyOf(place)) && text === "" && signature === null) return;
      const part = partAt(place, head);
      if (!part.isOpen) return;
      add(part, text.slice(part.told));
      if (signature) tell({ kind: "signature", index: part.index, signature });
      end(part);
    },
    endAll() {
      for (const part of parts.values()) end(part);
    },
  };

  function partAt(place: PartPlace, head: PartHead): Part {
    const known = parts.get(keyOf(place));
    if (known) return known;
    const part = { index: parts.size, told: 0, isOpen: true };
    parts.set(keyOf(place), part);
    kinds.add(head.kind);
    tell({ kind: "part-start", index: part.index, part: head });
    return part;
  }

  function add(part: Part, text: string): void {
    if (!part.isOpen || text === "") return;
    part.told += text.length;
    tell({ kind: "piece", index: part.index, text });
  }

  function end(part: Part): void {
    if (part.isOpen) tell({ kind: "part-end", index: part.index });
    part.isOpen = false;
  }
}

function keyOf({ item, content }: PartPlace): string {
  return `${item}:${content}`;
}
