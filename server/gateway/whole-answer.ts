/** Answers that are read whole: metered and settled before the client has their first byte. */
import type { Bytes } from "../core/duration.ts";
import { refusal } from "../core/refusal.ts";
import { protocols } from "../protocols/index.ts";
import type { AnswerReading } from "../protocols/protocol.ts";
import type { AnswerContext, Parts } from "./answer.ts";
import { renderCost } from "./bill.ts";
import { type BodyMemory, releaseBody, takeMemory } from "./body.ts";
import { type Call, endingOf } from "./call.ts";
import { decodeWhole } from "./decode.ts";
import { deliver } from "./deliver.ts";
import { explainBreak, type UpstreamFailure } from "./forward.ts";
import { readWhole } from "./meter.ts";
import { type TranslatedAnswer, type Translation, termsOf, translateWhole } from "./routing/translation.ts";
import { collect, type Source } from "./source.ts";

/** Answers up to this size are read whole; a larger one passes unread. */
const MAX_WHOLE: Bytes = 32 * 1024 * 1024;
/** What a compressed answer may decode to: so many times its size, and what every one may. */
const MAX_RATIO = 32;
const MIN_DECODED: Bytes = 1024 * 1024;

/**
 * Reads the whole answer, settles, and only then lets the client have it. Gives back the answer itself where it is more
 * than the memory has room for.
 */
export async function answerWhole(
  call: Call,
  parts: Parts,
  context: AnswerContext,
): Promise<Response | UpstreamFailure | Source> {
  const { upstream, headers } = parts;
  const { status } = upstream;
  const moveOn = (): void => {
    call.deadline = context.now() + context.idleTimeout;
  };
  moveOn();
  const collected = await collect(upstream, parts.body, MAX_WHOLE, context.memory, moveOn).catch((cause) =>
    explainBreak(call, cause),
  );
  // An error whose explanation broke off stays that error.
  if ("refusal" in collected) return status < 300 ? collected : answerBroken(call, parts, collected, context);
  const { translation } = context;
  if (!collected.whole) {
    if (!translation) return collected.source;
    collected.source.cancel();
    return tooLarge(call);
  }
  const { bytes } = collected;
  const { plain, ...read } = await readAnswer(call, bytes, parts.encoding, context.memory).catch((defect) => {
    releaseBody(context.memory, bytes.length);
    throw defect;
  });
  const { error } = read.reading;
  const outcome = { status, upstreamStatus: status, error, ...read, sent: true };
  const translated = translation && translateBytes(call, translation, status, { bytes, plain }, context);
  if (translated) outcome.status = translated.status;
  const cost = renderCost(context.end({ ending: "complete", ...outcome }));
  if (cost !== null) headers.set("x-tollgate-cost", cost);
  if (!translated) return new Response(deliver(call, bytes, context), { status, headers });
  headers.set("content-type", translated.contentType);
  headers.delete("content-encoding");
  return new Response(deliver(call, translated.body, context), { status: translated.status, headers });
}

/**
 * What the provider says, in the client's words; of what cannot be read at all, that. The memory that the bytes have taken
 * goes over to those that are made of them.
 */
function translateBytes(
  call: Call,
  translation: Translation,
  status: number,
  { bytes, plain }: { readonly bytes: Uint8Array; readonly plain: Uint8Array | null },
  { now, memory }: AnswerContext,
): Omit<TranslatedAnswer, "body"> & { readonly body: Uint8Array<ArrayBuffer> } {
  releaseBody(memory, bytes.length);
  const terms = termsOf(translation, call.id, now());
  const text = plain === null ? "" : new TextDecoder().decode(plain);
  const translated = translateWhole(translation, status, text, terms);
  const body = new TextEncoder().encode(translated.body);
  // It exists: that there is no room for it changes nothing but what is let in next.
  memory.used += body.length;
  return { ...translated, body };
}

function tooLarge(call: Call): UpstreamFailure {
  const message = `${call.provider.id} answered with more than can be translated at once. Ask for less, or for a stream.`;
  return { sent: true, error: "answer_too_large", refusal: refusal("upstream_broken", message) };
}

async function readAnswer(
  call: Call,
  bytes: Uint8Array,
  encoding: string,
  memory: BodyMemory,
): Promise<{
  readonly reading: AnswerReading;
  readonly isUnread: boolean;
  readonly plain: Uint8Array | null;
}> {
  const { operation } = call.located;
  const reader = protocols.get(operation.dialect).createReader(call.provider.quirks);
  if (operation.kind === "pass") return { reading: reader.reading, isUnread: true, plain: bytes };
  const plain = encoding === "identity" ? bytes : await decode(encoding, bytes, memory);
  const isRead = plain !== null && readWhole(reader, plain);
  return { reading: reader.reading, isUnread: !isRead, plain };
}

async function decode(encoding: string, bytes: Uint8Array, memory: BodyMemory): Promise<Uint8Array | null> {
  const limit = Math.min(MAX_WHOLE, Math.max(MIN_DECODED, bytes.length * MAX_RATIO));
  if (!takeMemory(memory, limit)) return null;
  try {
    return await decodeWhole(encoding, bytes, limit);
  } finally {
    releaseBody(memory, limit);
  }
}

/** The upstream's status and headers, with words of the gateway's in place of what is missing. */
function answerBroken(
  call: Call,
  { upstream, headers }: Parts,
  { error }: UpstreamFailure,
  context: AnswerContext,
): Response {
  const { status } = upstream;
  const ending = endingOf(call.stopped);
  const told = ending === "gone" ? null : status;
  context.end({ ending, status: told, upstreamStatus: status, error, reading: null, sent: true });
  context.closed();
  const message = `${call.provider.id} answered with status ${status}, and what it said broke off (${error}).`;
  const protocol = protocols.get(context.dialect);
  headers.set("content-type", "application/json");
  headers.delete("content-encoding");
  return new Response(protocol.renderError({ ...refusal("upstream_broken", message), status }, call.id), {
    status,
    headers,
  });
}
