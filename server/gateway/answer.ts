/** Turns an upstream's answer into the client's: read whole and metered, or relayed as it comes. Bytes are not ours. */
import type { Bytes, Instant, Millis } from "../core/duration.ts";
import { chooseFraming } from "../protocols/framing.ts";
import { protocols } from "../protocols/index.ts";
import type { Framing } from "../protocols/protocol.ts";
import type { Call } from "./call.ts";
import { createDecoder, decodeWhole } from "./decode.ts";
import { explainBreak, type UpstreamFailure } from "./forward.ts";
import { toClient } from "./headers.ts";
import { createMeter, readWhole } from "./meter.ts";
import { relay } from "./relay.ts";
import { type Bill, type Outcome, renderCost } from "./settle.ts";
import { collect, readFrom, type Source } from "./source.ts";

export interface AnswerContext {
  readonly now: () => Instant;
  readonly idleTimeout: Millis;
  /** Whether the usage chunk was asked for by the gateway alone. */
  readonly hideUsage: boolean;
  /** Settles the call: the first outcome counts. */
  end(outcome: Outcome): Bill | null;
  /** The answer is over in every respect. */
  closed(): void;
}

/** What of the upstream's answer the client's response is made from. */
interface Parts {
  readonly upstream: Response;
  readonly body: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** The client's headers. */
  readonly headers: Headers;
  readonly encoding: string;
}

/** Answers up to this size are read whole; a larger one passes unread. */
const MAX_WHOLE: Bytes = 32 * 1024 * 1024;

/** The client's response, or why the upstream's answer could not be had. Settled before its last byte can be seen. */
export async function answer(
  call: Call,
  upstream: Response,
  context: AnswerContext,
): Promise<Response | UpstreamFailure> {
  const headers = toClient(upstream.headers);
  headers.set("x-tollgate-request-id", call.id);
  headers.set("x-tollgate-agent", call.identity.name);
  const { status } = upstream;
  if (upstream.body === null || isBodiless(call.method, status)) {
    const length = upstream.headers.get("content-length");
    if (length !== null && call.method === "HEAD") headers.set("content-length", length);
    return whole(
      null,
      { status, headers },
      { ending: "complete", status, error: null, reading: null, sent: true },
      context,
    );
  }
  const framing = chooseFraming({
    status,
    contentType: upstream.headers.get("content-type"),
    stream: call.stream,
    streamFraming: call.located.operation.streamFraming,
  });
  const encoding = upstream.headers.get("content-encoding") ?? "identity";
  const parts: Parts = { upstream, body: upstream.body, headers, encoding };
  if (framing === "whole") return answerWhole(call, parts, context);
  return answerStream(call, parts, readFrom(upstream.body), framing, context);
}

/** Reads the whole answer, settles, and only then lets the client have it. */
async function answerWhole(
  call: Call,
  parts: Parts,
  context: AnswerContext,
): Promise<Response | UpstreamFailure> {
  const { upstream, headers, encoding } = parts;
  const { status } = upstream;
  const moveOn = (): void => {
    call.deadline = context.now() + context.idleTimeout;
  };
  moveOn();
  const collected = await collect(upstream, parts.body, MAX_WHOLE, moveOn).catch((cause) =>
    explainBreak(call, cause),
  );
  if ("refusal" in collected) return collected;
  if (!collected.whole) return answerStream(call, parts, collected.source, "opaque", context);
  const { bytes } = collected;
  const { operation } = call.located;
  const reader = protocols.get(operation.dialect).createReader(call.provider.quirks);
  if (operation.kind !== "pass") {
    const plain = encoding === "identity" ? bytes : await decodeWhole(encoding, bytes, MAX_WHOLE);
    if (plain) readWhole(reader, plain);
  }
  const { reading } = reader;
  return whole(
    bytes,
    { status, headers },
    { ending: "complete", status, error: reading.error, reading, sent: true },
    context,
  );
}

function whole(
  body: Uint8Array<ArrayBuffer> | null,
  init: { readonly status: number; readonly headers: Headers },
  outcome: Outcome,
  context: AnswerContext,
): Response {
  const cost = renderCost(context.end(outcome));
  if (cost !== null) init.headers.set("x-tollgate-cost", cost);
  context.closed();
  return new Response(body, init);
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
  const protocol = protocols.get(call.located.operation.dialect);
  const reader = protocol.createReader(call.provider.quirks);
  const meter = createMeter({ reader, framing, hideUsageOnly: context.hideUsage });
  const decoder = encoding === "identity" ? null : createDecoder(encoding);
  const body = relay({ ...context, call, source, status, meter, framing, protocol, decoder });
  return new Response(body, { status, headers });
}

function isBodiless(method: string, status: number): boolean {
  return method === "HEAD" || status === 204 || status === 205 || status === 304;
}
