/** Replays a recorded body through a meter, cut in every way the network may cut it. */
import { gzipSync } from "node:zlib";
import { createDecoder } from "../../server/gateway/decode.ts";
import { createMeter, type Meter } from "../../server/gateway/meter.ts";
import type { AnswerReading, Framing, Protocol, Quirks } from "../../server/protocols/protocol.ts";

export interface Replay {
  /** What the client got, held bytes included. */
  readonly passed: Uint8Array;
  readonly reading: AnswerReading;
  readonly meter: Meter;
}

export interface ReplayOptions {
  readonly protocol: Protocol;
  readonly quirks: Quirks;
  readonly framing: Framing;
  readonly hideUsageOnly?: boolean;
  readonly maxEvent?: number;
}

/** Feeds the pieces one after the other and releases at the end, as the gateway does. */
export function replay(options: ReplayOptions, pieces: Iterable<Uint8Array>): Replay {
  const { protocol, quirks, framing, hideUsageOnly = false, maxEvent } = options;
  const reader = protocol.createReader(quirks);
  const meter = createMeter({
    reader,
    framing,
    hideUsageOnly,
    ...(maxEvent === undefined ? {} : { maxEvent }),
  });
  const passed: Uint8Array[] = [];
  // A meter may hand back the very piece it was given.
  for (const piece of pieces) passed.push(Uint8Array.from(meter.feed(piece)));
  passed.push(meter.release());
  return { passed: Buffer.concat(passed), reading: meter.reading, meter };
}

/** A body in pieces of `size` bytes. */
export function* cut(body: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < body.length; at += size) yield body.subarray(at, at + size);
}

/** A body in its server-sent events or lines. */
export function perEvent(body: Uint8Array): Uint8Array[] {
  return (
    Buffer.from(body)
      .toString("latin1")
      .match(/[\s\S]*?(?:\r?\n){1,2}|[\s\S]+$/g) ?? []
  ).map((text) => Buffer.from(text, "latin1"));
}

/** What a compressing upstream's body decodes to, piece by piece. */
export async function throughGzip(body: Uint8Array): Promise<Uint8Array[]> {
  const decoder = createDecoder("gzip");
  if (!decoder) throw new Error("gzip is not known");
  const decoded: Uint8Array[] = [];
  for (const piece of cut(gzipSync(body), 1000)) decoded.push(await decoder.write(piece));
  decoded.push(await decoder.end());
  return decoded;
}
