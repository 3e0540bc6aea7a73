/** A text that arrives in pieces and is needed as a whole in the end. */

export interface GrowingText {
  add(piece: string): void;
  /** All of it so far. */
  whole(): string;
}

/** Many small strings take several times their length: so many are joined. */
const JOIN = 256;

/** Nothing yet. */
export function createText(): GrowingText {
  const joined: string[] = [];
  const recent: string[] = [];
  return {
    add(piece) {
      recent.push(piece);
      if (recent.length === JOIN) joined.push(recent.splice(0).join(""));
    },
    whole: () => joined.join("") + recent.join(""),
  };
}
