/**
 * Decodes copies of compressed bodies, bounded: what is decoded is read, never passed on. A broken or exploding body
 * ends the reading and nothing else.
 */
import type { Transform } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from "node:zlib";
import type { Bytes } from "../core/duration.ts";
import { join, NOTHING } from "./bytes.ts";
import type { Source } from "./source.ts";

export interface Decoder {
  /** What the next bytes decode to; nothing after the body turned out to be broken or too large. Never rejects. */
  write(chunk: Uint8Array): Promise<Uint8Array>;
  /** What is left at the end of the body. */
  end(): Promise<Uint8Array>;
  /** Whether decoding had to be given up. */
  readonly broken: boolean;
}

/** Most bytes that a single piece, and a whole body, may decode to. */
const MAX_PIECE: Bytes = 16 * 1024 * 1024;
const MAX_BODY: Bytes = 1024 * 1024 * 1024;

const ENCODINGS = new Map<string, () => Transform>([
  ["gzip", () => createGunzip()],
  ["x-gzip", () => createGunzip()],
  ["deflate", () => createInflate()],
  ["br", () => createBrotliDecompress()],
  ["zstd", () => createZstdDecompress()],
]);

/** The decoder of a Content-Encoding; null where there is nothing to decode or it is not known. */
export function createDecoder(
  encoding: string | null,
  maxPiece: Bytes = MAX_PIECE,
  maxBody: Bytes = MAX_BODY,
): Decoder | null {
  const create = ENCODINGS.get((encoding ?? "").trim().toLowerCase());
  return create ? wrap(create(), maxPiece, maxBody) : null;
}

/** A whole body decoded; null when it is broken, larger than `maxBytes` or in an unknown encoding. */
export async function decodeWhole(
  encoding: string,
  body: Uint8Array,
  maxBytes: Bytes,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const decoder = createDecoder(encoding, maxBytes, maxBytes);
  if (!decoder) return null;
  const decoded = Buffer.concat([await decoder.write(body), await decoder.end()]);
  return decoder.broken ? null : decoded;
}

/** A source of what another one's bytes decode to. One that turns out to be broken ends there. */
export function decodeSource(source: Source, decoder: Decoder): Source {
  let isOver = false;
  return {
    async read() {
      if (isOver) return { done: true };
      const next = await source.read();
      isOver = next.done;
      const decoded = next.done ? await decoder.end() : await decoder.write(next.value);
      return { done: false, value: new Uint8Array(decoded) };
    },
    cancel: source.cancel,
  };
}

function wrap(stream: Transform, maxPiece: Bytes, maxBody: Bytes): Decoder {
  let pieces: Uint8Array[] = [];
  let pieceBytes = 0;
  let bodyBytes = 0;
  let broken = false;
  /** A body ends where it says so: what follows is not decoded, and nobody is told that it was taken. */
  let ended = false;
  let settle: (() => void) | null = null;

  stream.on("data", (bytes: Uint8Array) => {
    pieceBytes += bytes.length;
    bodyBytes += bytes.length;
    if (pieceBytes <= maxPiece && bodyBytes <= maxBody) {
      pieces.push(bytes);
    } else {
      pieces = [];
      giveUp();
    }
  });
  stream.on("error", giveUp);
  stream.on("end", finish);
  stream.on("close", finish);

  return {
    get broken() {
      return broken;
    },
    write: (chunk) => run((done) => stream.write(chunk, done)),
    end: () => run(() => stream.end()),
  };

  function run(act: (done: () => void) => void): Promise<Uint8Array> {
    if (broken || ended) return Promise.resolve(NOTHING);
    return new Promise((resolve) => {
      settle = () => {
        settle = null;
        const decoded = join(pieces);
        pieces = [];
        pieceBytes = 0;
        resolve(decoded);
      };
      act(() => settle?.());
    });
  }

  function finish(): void {
    ended = true;
    settle?.();
  }

  function giveUp(): void {
    broken = true;
    stream.destroy();
    settle?.();
  }
}
