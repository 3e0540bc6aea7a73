/** Turns an upstream's answer into the client's: read whole and metered, or relayed as it comes. Bytes are not ours. */

import type { Dialect } from "../core/call.ts";
import type { Instant, Millis } from "../core/duration.ts";
import { chooseFraming, EVENT_FRAMINGS } from "../protocols/framing.ts";
import { protocols } from "../protocols/index.ts";
import type { Framing } from "../protocols/protocol.ts";
import type { AnswerTerms } from "../protocols/translation/speaker.ts";
import { type Bill, type Outcome, renderCost } from "./bill.ts";
import type { BodyMemory } from "./body.ts";
import type { Call } from "./call.ts";
import { createDecoder, decodeSource } from "./decode.ts";
import type { UpstreamFailure } from "./forward.ts";
import { toClient } from "./headers.ts";
import { createMeter } from "./meter.ts";
import { relay } from "./relay.ts";
import { createStreamTranslator, type StreamTranslator } from "./routing/stream-translator.ts";
import { streamType, type Translation, termsOf, translateWhole } from "./routing/translation.ts";
import { readFrom, type Source } from "./source.ts";
import { answerWhole } from "./whole-answer.ts";

export interface AnswerContext {
  readonly now: () => Instant;
  readonly idleTimeout: Millis;
  /** Whether the usage chunk was asked for by the gateway alone. */
  readonly hideUsage: boolean;
  /** Whether the client asked for a chunk of usage. */
  readonly usageChunk: boolean;
  /** What the client speaks. */
  readonly dialect: Dialect;
  /** Null where the provider speaks it too. */
  readonly translation: Translation | null;
  /** Members of the request that the provider's format had no place for. */
  readonly dropped: readonly string[];
  /** Whether another provider, or another model, answers than the client named. */
  readonly isElsewhere: boolean;
  /** What answers that are read whole may hold together. */
  readonly memory: BodyMemory;
  /** Notes that a stream broke by a fault of the gateway's own. */
  onDefect(cause: unknown): void;
  /** Settles the call: the first outcome counts. */
  end(outcome: Outcome): Bill | null;
  /** The answer is over in every respect. */
  closed(): void;
}

/** What of the upstream's answer the client's response is made from. */
export interface Parts {
  readonly upstream: Response;
  readonly body: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** The client's headers. */
  readonly headers: Headers;
  readonly encoding: string;
}

/** The client's response, or why the upstream's answer could not be had. Settled before its last byte can be seen. */
export async function answer(
  call: Call,
  upstream: Response,
  context: AnswerContext,
): Promise<Response | UpstreamFailure> {
  const headers = toClient(upstream.headers);
  headers.set("x-tollgate-request-id", call.id);
  headers.set("x-tollgate-agent", call.identity.name);
  if (call.clamped !== null) headers.set("x-tollgate-max-tokens", String(call.clamped));
  tellRouting(headers, call, context);
  if (upstream.body === null || isBodiless(call.method, upstream.status)) {
    return answerEmpty(call, upstream, headers, context);
  }
  const told = chooseFraming({
    status: upstream.status,
    contentType: upstream.headers.get("content-type"),
    stream: call.stream,
    streamFraming: call.located.operation.streamFraming,
  });
  // What cannot be read event by event can be translated as a whole, or not at all; nobody is given events unasked.
  const isWhole = context.translation && !(isEvents(told) && call.stream);
  const framing = isWhole ? "whole" : told;
  const encoding = upstream.headers.get("content-encoding") ?? "identity";
  const parts: Parts = { upstream, body: upstream.body, headers, encoding };
  if (framing !== "whole") return answerStream(call, parts, readFrom(upstream.body), framing, context);
  const answered = await answerWhole(call, parts, context);
  return "read" in answered ? answerStream(call, parts, answered, "opaque", context) : answered;
}

function answerEmpty(call: Call, upstream: Response, headers: Headers, context: AnswerContext): Response {
  const { translation } = context;
  const length = upstream.headers.get("content-length");
  if (length !== null && call.method === "HEAD") headers.set("content-length", length);
  // Another format has no word for nothing.
  const told =
    translation && translateWhole(translation, upstream.status, "", termsFor(call, translation, context));
  if (told) headers.set("content-type", told.contentType);
  const status = told?.status ?? upstream.status;
  const outcome = { status, upstreamStatus: upstream.status, error: null, reading: null, sent: true };
  const cost = renderCost(context.end({ ending: "complete", ...outcome }));
  if (cost !== null) headers.set("x-tollgate-cost", cost);
  context.closed();
  return new Response(told?.body ?? null, { status, headers });
}

function termsFor(call: Call, translation: Translation, { now }: AnswerContext): AnswerTerms {
  return termsOf(translation, call.id, now());
}

function answerStream(
  call: Call,
  parts: Parts,
  source: Source,
  framing: Framing,
  context: AnswerContext,
): Response {
  const { encoding, headers, upstream } = parts;
  const { status } = upstream;
  const { translation } = context;
  const protocol = protocols.get(call.located.operation.dialect);
  const reader = protocol.createReader(call.provider.quirks);
  const meter = createMeter({ reader, framing, hideUsageOnly: context.hideUsage });
  const decoder = encoding === "identity" ? null : createDecoder(encoding);
  let translator: StreamTranslator | null = null;
  if (translation && isEvents(framing)) {
    const terms = termsFor(call, translation, context);
    translator = createStreamTranslator(translation.serving, translation.client, framing, terms);
    headers.set("content-type", streamType(translation.framing));
    headers.delete("content-encoding");
  }
  // The client is given the gateway's own bytes then: of a compressed answer, what it decodes to.
  const plain = translator && decoder ? decodeSource(source, decoder) : null;
  const body = relay({
    ...context,
    call,
    source: plain ?? source,
    status,
    meter,
    reader,
    framing,
    protocol,
    decoder: plain ? null : decoder,
    translator,
  });
  return new Response(body, { status, headers });
}

/** Who answered in whose place, and what could not be said to it. */
function tellRouting(headers: Headers, call: Call, { isElsewhere, dropped }: AnswerContext): void {
  if (isElsewhere || call.earlier.attempts > 0) {
    headers.set("x-tollgate-provider", call.provider.id);
    if (call.model !== null) headers.set("x-tollgate-model", escapeName(call.model));
  }
  if (dropped.length > 0)
    headers.set("x-tollgate-dropped", dropped.slice(0, MAX_NAMED).map(escapeName).join(", "));
}

/** Clients refuse large headers, and a body can have any number of members that are dropped. */
const MAX_NAMED = 16;
const MAX_NAME = 256;

/** A name from outside, as a header may have it. */
function escapeName(name: string): string {
  return encodeURI(name.toWellFormed()).slice(0, MAX_NAME);
}

function isEvents(framing: Framing): framing is keyof typeof EVENT_FRAMINGS {
  return framing in EVENT_FRAMINGS;
}

function isBodiless(method: string, status: number): boolean {
  return method === "HEAD" || status === 204 || status === 205 || status === 304;
}
