/** Scripts for the upstream: honest answers first, then the ways in which providers and networks break. */
import { brotliCompressSync, gzipSync } from "node:zlib";
import type { Exchange, Reply } from "./upstream.ts";

/** Header fields as they go on the wire, duplicates included. */
export type Headers = readonly (readonly [name: string, value: string])[];

export interface WholeOptions {
  readonly status?: number;
  readonly headers?: Headers;
  /** Compresses the body, whatever the client asked for. */
  readonly encoding?: "gzip" | "br";
  /** What content-length claims instead of the truth. */
  readonly claimedLength?: number;
}

export interface StreamOptions {
  readonly status?: number;
  readonly headers?: Headers;
  readonly contentType?: string;
  /** Awaited before the piece of this index is written, and once more before the ending: hands the pace to the test. */
  readonly before?: (index: number) => Promise<unknown> | undefined;
  /** What follows the last piece. `stall`: nothing, the connection stays open. Default `end`. */
  readonly ending?: "end" | "reset" | "close" | "stall";
}

/** Answers with a JSON document. */
export function json(value: unknown, options: WholeOptions = {}): Reply {
  return whole(JSON.stringify(value), {
    ...options,
    headers: [["Content-Type", "application/json"], ...(options.headers ?? [])],
  });
}

/** Answers with these bytes and their length (or the length it claims; the connection then ends after them). */
export function whole(body: string | Uint8Array, options: WholeOptions = {}): Reply {
  const bytes = compress(typeof body === "string" ? Buffer.from(body) : body, options.encoding);
  const headers: Headers = [
    ...(options.headers ?? []),
    ...(options.encoding ? [["Content-Encoding", options.encoding] as const] : []),
    ["Content-Length", String(options.claimedLength ?? bytes.length)],
  ];
  return async (exchange) => {
    const head = renderHead(options.status ?? 200, headers);
    await exchange.write(
      exchange.request.method === "HEAD" ? head : Buffer.concat([Buffer.from(head), bytes]),
    );
    if (options.claimedLength === undefined) exchange.finish();
    else exchange.close();
  };
}

/** Answers with chunks, one for each piece given, each written on its own. */
export function stream(pieces: Iterable<string | Uint8Array>, options: StreamOptions = {}): Reply {
  return async (exchange) => {
    await exchange.write(
      renderHead(options.status ?? 200, [
        ["Content-Type", options.contentType ?? "text/event-stream; charset=utf-8"],
        ...(options.headers ?? []),
        ["Transfer-Encoding", "chunked"],
      ]),
    );
    let index = 0;
    for (const piece of pieces) {
      await options.before?.(index);
      index += 1;
      if (!(await exchange.write(renderChunk(piece)))) return;
    }
    await options.before?.(index);
    await endStream(exchange, options.ending ?? "end");
  };
}

/** Streams `total` bytes of server-sent comments as fast as the client takes them. */
export function flood(total: number): Reply {
  const line = Buffer.from(`data: ${"x".repeat(65_528)}\n\n`);
  return stream(repeat(line, Math.ceil(total / line.length)));
}

/** Takes the request and says nothing. */
export const silence: Reply = () => undefined;

/** Takes the request and resets the connection before any answer. */
export const resetAtOnce: Reply = (exchange) => exchange.reset();

/** Puts these bytes on the wire and closes: for answers no server would give. */
export function verbatim(bytes: string | Uint8Array): Reply {
  return async (exchange) => {
    await exchange.write(bytes);
    exchange.close();
  };
}

/** The same bytes in pieces of `size`: events split anywhere. */
export function cut(text: string | Uint8Array, size: number): Uint8Array[] {
  const bytes = typeof text === "string" ? Buffer.from(text) : text;
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );
}

function renderHead(status: number, headers: Headers): string {
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  return `HTTP/1.1 ${status} Scripted\r\n${lines}\r\n`;
}

function renderChunk(piece: string | Uint8Array): Uint8Array {
  const bytes = typeof piece === "string" ? Buffer.from(piece) : piece;
  return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from("\r\n")]);
}

async function endStream(exchange: Exchange, ending: NonNullable<StreamOptions["ending"]>): Promise<void> {
  if (ending === "reset") exchange.reset();
  if (ending === "close") exchange.close();
  if (ending !== "end") return;
  await exchange.write("0\r\n\r\n");
  exchange.finish();
}

function compress(bytes: Uint8Array, encoding: WholeOptions["encoding"]): Uint8Array {
  if (encoding === "gzip") return gzipSync(bytes);
  if (encoding === "br") return brotliCompressSync(bytes);
  return bytes;
}

function* repeat(piece: Uint8Array, count: number): Iterable<Uint8Array> {
  for (let index = 0; index < count; index += 1) yield piece;
}
