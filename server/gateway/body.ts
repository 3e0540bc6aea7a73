/** Takes in a request's body: bounded in size, in time and, over all calls, in memory. */
import type { Bytes, Instant } from "../core/duration.ts";
import { type Refusal, refusal } from "../core/refusal.ts";
import type { Watchdog } from "./watchdog.ts";

/** The memory that buffered bodies share. */
export interface BodyMemory {
  readonly limit: Bytes;
  used: Bytes;
}

/** Bounds on one body. */
export interface BodyLimits {
  readonly maxBody: Bytes;
  readonly deadline: Instant;
}

const EMPTY = new Uint8Array(0);
/** Announced sizes for which memory is taken beforehand and the body read in one go. */
const AT_ONCE: Bytes = 64 * 1024;

/**
 * Reads the whole body, or refuses: larger than `maxBody` (413), beyond what all bodies may hold together (503), not
 * there by the deadline (408). What a body takes of the memory is given back with `releaseBody`.
 */
export async function readBody(
  request: Request,
  limits: BodyLimits,
  memory: BodyMemory,
  watchdog: Watchdog,
): Promise<Uint8Array<ArrayBuffer> | Refusal> {
  if (request.body === null) return EMPTY;
  let expire = (): void => undefined;
  const overdue = new Promise<Refusal>((resolve) => {
    expire = () =>
      resolve(refusal("request_timeout", "The request's body did not arrive in time. Send it again."));
  });
  const watched = { deadline: limits.deadline, expire };
  watchdog.watch(watched);
  const reading = takeIn(request, request.body, limits.maxBody, memory);
  const body = await Promise.race([reading, overdue]);
  watchdog.release(watched);
  if ("reason" in body && body.reason === "request_timeout") {
    reading.then((late) => "reason" in late || releaseBody(memory, late.length));
  }
  return body;
}

/** Gives back what `readBody` took. */
export function releaseBody(memory: BodyMemory, bytes: Bytes): void {
  memory.used -= bytes;
}

function takeIn(
  request: Request,
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  maxBody: Bytes,
  memory: BodyMemory,
): Promise<Uint8Array<ArrayBuffer> | Refusal> {
  const length = request.headers.get("content-length");
  if (length === null || Number(length) > AT_ONCE)
    return readChunked(body, Number(length ?? 0), maxBody, memory);
  return readSized(request, Number(length), maxBody, memory);
}

async function readSized(
  request: Request,
  length: Bytes,
  maxBody: Bytes,
  memory: BodyMemory,
): Promise<Uint8Array<ArrayBuffer> | Refusal> {
  if (length > maxBody) return tooLarge(maxBody);
  if (!takeMemory(memory, length)) return memoryFull();
  const body = await request.bytes().catch(() => null);
  if (body) return body;
  memory.used -= length;
  return cutShort();
}

/** Memory is taken as bytes arrive: an announcement alone must not keep others out. */
async function readChunked(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  announced: Bytes,
  maxBody: Bytes,
  memory: BodyMemory,
): Promise<Uint8Array<ArrayBuffer> | Refusal> {
  if (announced > maxBody) return tooLarge(maxBody);
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  const reader = stream.getReader();
  const abandon = (answer: Refusal): Refusal => {
    memory.used -= size;
    // The rest is not wanted; that the client may be gone already changes nothing.
    reader.cancel().catch(() => undefined);
    return answer;
  };
  for (;;) {
    const next = await reader.read().catch(() => null);
    if (!next) return abandon(cutShort());
    if (next.done) break;
    if (size + next.value.length > maxBody) return abandon(tooLarge(maxBody));
    if (!takeMemory(memory, next.value.length)) return abandon(memoryFull());
    size += next.value.length;
    chunks.push(next.value);
  }
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
}

/** What one request has taken of the memory: more of it as it is decoded, and all back in one go. */
export interface Claim {
  /** False where there is no room for so much more. */
  grow(bytes: Bytes): boolean;
  /** Once, however often it is called. */
  release(): void;
}

/** The claim of a request whose body has been taken in. */
export function claimBody(memory: BodyMemory, body: Uint8Array): Claim {
  let taken = body.length;
  return {
    grow(bytes) {
      if (!takeMemory(memory, bytes)) return false;
      taken += bytes;
      return true;
    },
    release() {
      releaseBody(memory, taken);
      taken = 0;
    },
  };
}

/** Takes memory for buffered bytes; false when that would be more than there is for them. */
export function takeMemory(memory: BodyMemory, bytes: Bytes): boolean {
  if (memory.used + bytes > memory.limit) return false;
  memory.used += bytes;
  return true;
}

function tooLarge(maxBody: Bytes): Refusal {
  return refusal(
    "body_too_large",
    `The request's body is larger than ${maxBody} bytes. Send less, or raise gateway.max_body in the configuration.`,
  );
}

/** What a caller is told while buffered bytes fill their memory. */
export function memoryFull(): Refusal {
  return refusal("memory_full", "Too many large requests are under way. Try again in a moment.", 1000);
}

function cutShort(): Refusal {
  return refusal("invalid_request", "The request's body ended before its announced length.");
}
