/** What answers may hold of the gateway's memory, each and together. */
import { expect, test } from "bun:test";
import { randomBytes } from "node:crypto";
import { gzipSync } from "node:zlib";
import { json, manualStream, openDataPlane } from "../support/data-plane.ts";

const PATH = "/openai/v1/chat/completions";
const MEBIBYTE = 1024 ** 2;
const CHAT = JSON.stringify({ model: "gpt-4o-mini", messages: [] });
const post = (body = CHAT): RequestInit => ({ method: "POST", body });
const STREAM = post(CHAT.replace("{", '{"stream":true,'));
const answerOf = (bytes: number) => ({
  model: "gpt-4o-mini",
  choices: [{ index: 0, message: { content: "x".repeat(bytes) }, finish_reason: "stop" }],
  usage: { prompt_tokens: 7, completion_tokens: 9 },
});

/** An endless stream that counts what is taken of it. */
function endless(chunks: Iterable<Uint8Array<ArrayBuffer>>, headers: Record<string, string>) {
  const iterator = chunks[Symbol.iterator]();
  const counted = { bytes: 0 };
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      pull(controller) {
        const next = iterator.next();
        if (next.done) return controller.close();
        counted.bytes += next.value.length;
        controller.enqueue(next.value);
      },
    },
    { highWaterMark: 0 },
  );
  const response = new Response(body, { headers: { "content-type": "text/event-stream", ...headers } });
  return { counted, response };
}

function* pieces(body: Buffer, size: number): Generator<Uint8Array<ArrayBuffer>> {
  for (let at = 0; at < body.length; at += size) yield new Uint8Array(body.subarray(at, at + size));
}

test("whole answers together hold no more than there is: what exceeds it passes unread", async () => {
  const slow = manualStream("application/json");
  const text = JSON.stringify(answerOf(600_000));
  let served = 0;
  using plane = openDataPlane({
    bodyMemory: MEBIBYTE,
    upstream: () => (served++ === 0 ? slow.response : json(answerOf(600_000))),
  });
  const first = plane.send(PATH, post());
  slow.push(text.slice(0, -1));
  while (plane.sent.length === 0) await Promise.resolve();
  await new Promise((resolve) => setImmediate(resolve));

  const second = await plane.send(PATH, post());
  expect(await second.text()).toBe(text);
  expect(plane.calls()).toMatchObject([{ usage: "estimated", ending: "complete" }]);

  slow.push("}");
  slow.end();
  expect(await (await first).text()).toBe(text);
  expect(plane.calls()[1]).toMatchObject({ usage: "reported", tokens_out: 9 });
  expect(await (await plane.send(PATH, post())).text()).toBe(text);
  expect(plane.calls()[2]).toMatchObject({ usage: "reported" });
});

test("a large answer holds its memory and its call until the client has read it or is cut off", async () => {
  using plane = openDataPlane({ bodyMemory: MEBIBYTE, upstream: () => json(answerOf(900_000)) });
  const unread = await plane.send(PATH, post());
  expect(plane.gateway.inFlight).toBe(1);
  await (await plane.send(PATH, post())).text();
  expect(plane.calls()).toMatchObject([{ usage: "reported" }, { usage: "estimated" }]);

  plane.advance(3_600_000);
  plane.tick();
  expect(plane.gateway.inFlight).toBe(0);
  await expect(unread.text()).rejects.toThrow();
  expect(await (await plane.send(PATH, post())).json()).toEqual(answerOf(900_000));
  expect(plane.calls()[2]).toMatchObject({ usage: "reported", ending: "complete" });
  expect(plane.gateway.inFlight).toBe(0);
});

test("answers that break off, or whose client leaves, give back what they held", async () => {
  let isBroken = true;
  using plane = openDataPlane({
    bodyMemory: MEBIBYTE,
    upstream: () => {
      if (!isBroken) return json(answerOf(900_000));
      const upstream = manualStream("application/json");
      upstream.push("x".repeat(900_000));
      setImmediate(() => upstream.break());
      return upstream.response;
    },
  });
  for (let count = 0; count < 3; count++) await plane.send(PATH, post());
  isBroken = false;
  await (await plane.send(PATH, post())).body?.cancel();
  await (await plane.send(PATH, post())).text();
  expect(plane.calls().slice(3)).toMatchObject([{ usage: "reported" }, { usage: "reported" }]);
});

test("a compressed stream that may have ended is not read on without its client", async () => {
  const STOP = 'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n';
  const comments = Array.from({ length: 8_000 }, () => `: ${randomBytes(512).toString("base64")}\n\n`);
  const body = gzipSync(STOP + comments.join(""), { level: 0 });
  const { counted, response } = endless(pieces(body, 16_384), { "content-encoding": "gzip" });
  using plane = openDataPlane({ upstream: () => response });
  const reader = (await plane.send(PATH, STREAM)).body?.getReader();
  const first = await reader?.read();
  expect(first?.value?.length).toBeGreaterThan(0);
  expect(counted.bytes).toBeLessThan(MEBIBYTE);
  const received = [Buffer.from(first?.value ?? [])];
  for (let next = await reader?.read(); next && !next.done; next = await reader?.read()) {
    received.push(Buffer.from(next.value));
  }
  expect(Buffer.concat(received).equals(body)).toBe(true);
  expect(plane.calls()).toMatchObject([{ ending: "complete" }]);
});

test("what follows the final event of a compressed stream passes as it comes", async () => {
  const body = gzipSync(`data: [DONE]\n\n: ${randomBytes(300_000).toString("base64")}\n\n`, { level: 0 });
  const { counted, response } = endless(pieces(body, 1_000), { "content-encoding": "gzip" });
  using plane = openDataPlane({ upstream: () => response });
  const reader = (await plane.send(PATH, STREAM)).body?.getReader();
  await reader?.read();
  expect(plane.calls()).toHaveLength(1);
  const before = counted.bytes;
  await reader?.read();
  expect(counted.bytes - before).toBeLessThan(3_000);
  await reader?.cancel();
});
