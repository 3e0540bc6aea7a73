/** An upstream's body as the gateway reads it: chunk by chunk, when somebody asks, or whole. */
import type { Bytes } from "../core/duration.ts";
import { type BodyMemory, releaseBody, takeMemory } from "./body.ts";
import { join } from "./bytes.ts";

export type Chunk =
  | { readonly done: false; readonly value: Uint8Array<ArrayBuffer> }
  | { readonly done: true };

export interface Source {
  /** The next chunk, or `done`. Rejects when the upstream breaks or the call is aborted. */
  read(): Promise<Chunk>;
  /** Lets go of the rest. */
  cancel(): void;
}

/**
 * All of an answer, or a source that begins at its first byte where it is more than may be held in memory. Whole bytes
 * have been taken of the memory: whoever lets go of them gives it back with `releaseBody`.
 */
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

/** Reads a response of up to `limit` bytes and what the memory has room for; `onChunk` is told of every sign of life. */
export async function collect(
  response: Response,
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  limit: Bytes,
  memory: BodyMemory,
  onChunk: () => void,
): Promise<Collected> {
  const announced = Number(response.headers.get("content-length") ?? Number.NaN);
  if (announced <= AT_ONCE && takeMemory(memory, announced))
    return collectAtOnce(response, announced, memory);

  const source = readFrom(body);
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  try {
    for (;;) {
      const next = await source.read();
      if (next.done) return { whole: true, bytes: join(chunks) };
      onChunk();
      const isRoom = size + next.value.length <= limit && takeMemory(memory, next.value.length);
      if (!isRoom) return { whole: false, source: prepend(chunks, next, source, memory) };
      chunks.push(next.value);
      size += next.value.length;
    }
  } catch (cause) {
    releaseBody(memory, size);
    throw cause;
  }
}

async function collectAtOnce(response: Response, announced: Bytes, memory: BodyMemory): Promise<Collected> {
  let size = 0;
  try {
    const bytes = await response.bytes();
    size = bytes.length;
    return { whole: true, bytes };
  } finally {
    releaseBody(memory, announced - size);
  }
}

/** A source that begins with chunks which are held already. They give back their memory as they go. */
function prepend(chunks: Uint8Array<ArrayBuffer>[], next: Chunk, source: Source, memory: BodyMemory): Source {
  let unheld: Chunk | null = next;
  return {
    async read() {
      const value = chunks.shift();
      if (value) {
        releaseBody(memory, value.length);
        return { done: false, value };
      }
      const first = unheld;
      unheld = null;
      return first ?? source.read();
    },
    cancel() {
      for (const chunk of chunks.splice(0)) releaseBody(memory, chunk.length);
      source.cancel();
    },
  };
}
