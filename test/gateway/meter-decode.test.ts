import { expect, test } from "bun:test";
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { createDecoder, decodeWhole } from "../../server/gateway/decode.ts";
import { cut } from "../support/replay.ts";

const body = Buffer.from("data: {}\n\n".repeat(5000));

test("each encoding is decoded as its bytes come", async () => {
  const encodings = [
    ["gzip", gzipSync(body)],
    ["deflate", deflateSync(body)],
    ["br", brotliCompressSync(body)],
    ["zstd", zstdCompressSync(body)],
  ] as const;
  for (const [encoding, compressed] of encodings) {
    const decoder = createDecoder(encoding);
    const decoded: Uint8Array[] = [];
    for (const piece of cut(compressed, 7)) decoded.push((await decoder?.write(piece)) ?? body);
    decoded.push((await decoder?.end()) ?? body);
    expect(Buffer.concat(decoded).equals(body), encoding).toBe(true);
    expect(await decodeWhole(encoding.toUpperCase(), compressed, body.length)).toHaveLength(body.length);
  }
});

test("bytes behind a body's end are not waited for", async () => {
  const encodings = [
    ["gzip", gzipSync(body)],
    ["deflate", deflateSync(body)],
    ["br", brotliCompressSync(body)],
    ["zstd", zstdCompressSync(body)],
  ] as const;
  for (const [encoding, compressed] of encodings) {
    for (const tail of [Buffer.alloc(4), Buffer.from("x"), Buffer.alloc(100_000, 7)]) {
      const sent = Buffer.concat([compressed, tail]);
      // What comes of it differs with the encoding; that something does is the point.
      await decodeWhole(encoding, sent, body.length);
      const decoder = createDecoder(encoding);
      let decoded = 0;
      for (const piece of cut(sent, 1000)) decoded += (await decoder?.write(piece))?.length ?? 0;
      decoded += (await decoder?.end())?.length ?? 0;
      // Behind a broken tail the very last of it may be lost.
      expect(decoded, encoding).toBeGreaterThan(body.length * 0.9);
    }
  }
});

test("nothing is decoded where nothing is encoded, or nobody knows how", () => {
  expect(createDecoder("identity")).toBeNull();
  expect(createDecoder(null)).toBeNull();
  expect(createDecoder("rot13")).toBeNull();
});

test("a broken body ends the reading and never rejects", async () => {
  const decoder = createDecoder("gzip");
  await decoder?.write(gzipSync(body).subarray(0, 50));
  expect(
    await decoder?.write(Buffer.from("not gzip at all, and longer than a block".repeat(50))),
  ).toBeDefined();
  await decoder?.end();
  expect(decoder?.broken).toBe(true);
  expect(await decoder?.write(body)).toHaveLength(0);
  expect(await decodeWhole("gzip", gzipSync(body).subarray(0, 60), 1 << 20)).toBeNull();
});

test("a body that explodes is given up at its bound", async () => {
  const bomb = gzipSync(Buffer.alloc(8 << 20));
  expect(await decodeWhole("gzip", bomb, 1 << 20)).toBeNull();
  const decoder = createDecoder("gzip", 1 << 24, 1 << 20);
  expect(await decoder?.write(bomb)).toHaveLength(0);
  expect(decoder?.broken).toBe(true);
});
