/** Handling bytes without copying more than needed. */

/** No bytes. */
export const NOTHING = new Uint8Array(0);

/** The parts in one piece; a single part is handed back itself. */
export function join<Part extends Uint8Array>(parts: readonly Part[]): Part | Uint8Array<ArrayBuffer> {
  const [first = NOTHING] = parts;
  return parts.length <= 1 ? first : Buffer.concat(parts);
}

/** `Buffer`'s own, which takes any Uint8Array: going through `Buffer.from(bytes.buffer)` costs twice as much. */
const { latin1Slice } = Buffer.prototype as Buffer & { latin1Slice(this: Uint8Array): string };

/** One character a byte: JSON stays JSON, and no piece ends within a character. */
export function latin1(bytes: Uint8Array): string {
  return latin1Slice.call(bytes);
}

/** Bytes that come in pieces, kept in one block: pieces of one byte cost no more than one large one. */
export interface ByteBuffer {
  readonly length: number;
  append(bytes: Uint8Array): void;
  /** What is in it; valid until the next change. */
  view(): Uint8Array;
  /** Takes everything out. */
  take(): Uint8Array;
}

/** An empty buffer. Its block grows by doubling. */
export function createByteBuffer(): ByteBuffer {
  let block: Uint8Array = NOTHING;
  let length = 0;
  return {
    get length() {
      return length;
    },
    append(bytes) {
      if (length + bytes.length > block.length) {
        const larger = new Uint8Array(Math.max(length + bytes.length, block.length * 2));
        larger.set(block.subarray(0, length));
        block = larger;
      }
      block.set(bytes, length);
      length += bytes.length;
    },
    view: () => block.subarray(0, length),
    take() {
      const bytes = block.subarray(0, length);
      block = NOTHING;
      length = 0;
      return bytes;
    },
  };
}
