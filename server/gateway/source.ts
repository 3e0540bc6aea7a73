/** An upstream's body as the gateway reads it: chunk by chunk, when somebody asks, or whole. */
import type { Bytes } from "../core/duration.ts";

export type Chunk =
  | { readonly done: false; readonly value: Uint8Array<ArrayBuffer> }
  | { readonly done: true };

export interface Source {
  /** The next chunk, or `done`. Rejects when the upstream breaks or the call is aborted. */
  read(): Promise<Chunk>;
  /** Lets go of the rest. */
  cancel(): void;
}

/** All of an answer, or a source that begins at its first byte where it is more than may be held in memory. */
export type Collected =
  | { readonly whole: true; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly whole: false; readonly source: Source };

/** Announced sizes that are read in one go, which costs least but shows no progress. */
const AT_ONCE: Bytes = 256 * 1024;

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

/** Reads a response of up to `limit` bytes; `onChunk` is told of every sign of life. */
export async function collect(
  response: Response,
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  limit: Bytes,
  onChunk: () => void,
): Promise<Collected> {
  const announced = response.headers.get("content-length");
  if (announced !== null && Number(announced) <= AT_ONCE)
    return { whole: true, bytes: await response.bytes() };

  const source = readFrom(body);
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for (;;) {
    const next = await source.read();
    if (next.done) return { whole: true, bytes: join(chunks) };
    onChunk();
    chunks.push(next.value);
    size += next.value.length;
    if (size > limit) return { whole: false, source: prepend(chunks, source) };
  }
}

function prepend(chunks: Uint8Array<ArrayBuffer>[], source: Source): Source {
  return {
    async read() {
      const value = chunks.shift();
      return value ? { done: false, value } : source.read();
    },
    cancel: source.cancel,
  };
}

/** One array of all bytes; the very chunk when there is only one. */
function join(chunks: readonly Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer> {
  const [only] = chunks;
  return chunks.length === 1 && only ? only : Buffer.concat(chunks);
}
