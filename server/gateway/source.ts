/** An upstream's body as the gateway reads it: chunk by chunk, when somebody asks. */
import type { Bytes } from "../core/duration.ts";

export type Chunk = { readonly done: false; readonly value: Uint8Array<ArrayBuffer> } | { readonly done: true };

export interface Source {
  /** The next chunk, or `done`. Rejects when the upstream breaks or the call is aborted. */
  read(): Promise<Chunk>;
  /** Lets go of the rest. */
  cancel(): void;
}

/** What was read of an answer: all of it, or as much as may be held in memory. */
export interface Collected {
  readonly chunks: Uint8Array<ArrayBuffer>[];
  readonly whole: boolean;
}

/** Reads a body from its beginning. */
export function readFrom(body: ReadableStream<Uint8Array<ArrayBuffer>>): Source {
  const reader = body.getReader();
  return {
    read: () => reader.read(),
    cancel() {
      // Aborting the request may have broken the body already; then there is nothing left to let go of.
      reader.cancel().catch(() => undefined);
    },
  };
}

/** The same source with chunks that were already taken from it. */
export function prepend(chunks: Uint8Array<ArrayBuffer>[], source: Source): Source {
  return {
    async read() {
      const value = chunks.shift();
      return value ? { done: false, value } : source.read();
    },
    cancel: source.cancel,
  };
}

/** Reads up to `limit` bytes; `onChunk` is told of every sign of life. */
export async function collect(source: Source, limit: Bytes, onChunk: () => void): Promise<Collected> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for (;;) {
    const next = await source.read();
    if (next.done) return { chunks, whole: true };
    onChunk();
    chunks.push(next.value);
    size += next.value.length;
    if (size > limit) return { chunks, whole: false };
  }
}

/** One array of all bytes; the very chunk when there is only one. */
export function join(chunks: readonly Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer> {
  const [only] = chunks;
  return chunks.length === 1 && only ? only : Buffer.concat(chunks);
}
