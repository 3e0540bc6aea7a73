/**
 * Passes a streamed answer to the client as it comes, while the meter reads along. Pulled by the client: a slow reader
 * slows the upstream, memory stays flat. Every way this can end leads to one `end`.
 */
import type { Ending } from "../core/call.ts";
import type { Bytes, Instant, Millis } from "../core/duration.ts";
import type { AnswerReader, Framing, Protocol } from "../protocols/protocol.ts";
import type { Bill, Outcome } from "./bill.ts";
import { createByteBuffer, join, NOTHING } from "./bytes.ts";
import { type Call, endingOf, stopQuietly } from "./call.ts";
import type { Decoder } from "./decode.ts";
import { errorCode } from "./forward.ts";
import type { Meter } from "./meter.ts";
import { ROOM_WAIT } from "./room-wait.ts";
import type { StreamTranslator } from "./routing/stream-translator.ts";
import type { Coverage, Shortage } from "./running-hold.ts";
import type { Source } from "./source.ts";
import { explainEnd } from "./stream-error.ts";

export interface Relay {
  readonly call: Call;
  readonly source: Source;
  readonly status: number;
  readonly meter: Meter;
  readonly reader: AnswerReader;
  /** Whether the client asked for a chunk of usage at the end of its stream. */
  readonly usageChunk: boolean;
  readonly framing: Framing;
  readonly protocol: Protocol;
  /** Set when the upstream compressed all the same: the bytes pass as sent, the meter reads a decoded copy. */
  readonly decoder: Decoder | null;
  /** Set when the client speaks another format: what it gets is written anew, event by event. */
  readonly translator: StreamTranslator | null;
  readonly idleTimeout: Millis;
  readonly now: () => Instant;
  /** Notes that the stream broke by a fault of the gateway's own. */
  onDefect(cause: unknown): void;
  /** Settles the call: the first outcome counts. */
  end(outcome: Outcome): Bill | null;
  /** The answer is over in every respect: nothing will be passed on after this. */
  closed(): void;
}

type Controller = ReadableStreamDefaultController<Uint8Array>;

const encoder = new TextEncoder();

/** Most bytes of a compressed answer that wait for the settlement. When more come, those before them pass. */
const MAX_WAITING: Bytes = 256 * 1024;

/** The body of the client's response. */
export function relay(parts: Relay): ReadableStream<Uint8Array> {
  const { call, meter, source, decoder, translator } = parts;
  let reading = false;
  let open = true;
  /** Of a compressed answer: the chunks in which it may end. */
  const waiting = createByteBuffer();
  /** What has been read and is not passed on before it is held. */
  let unheld: Uint8Array = NOTHING;

  function end(ending: Ending, error: string | null): Bill | null {
    const { status } = parts;
    const { reading, isUnread, hasBegun } = meter;
    return parts.end({
      ending,
      status,
      upstreamStatus: status,
      error,
      reading,
      isUnread,
      hasBegun,
      sent: true,
    });
  }

  /** The provider has ended its answer, be it by an error of its own. */
  function endTold(): void {
    const { error } = meter.reading;
    end(error === null ? "complete" : "failed", error);
  }

  function close(): void {
    open = false;
    call.onStop = null;
    parts.closed();
  }

  /** Whether the client was given anything of it: a translation may have nothing to say yet. */
  function pass(controller: Controller, answered: Uint8Array): boolean {
    return give(controller, translator && answered.length > 0 ? translator.feed(answered) : answered);
  }

  /** What the client's format still owes, once nothing more comes. */
  function passRest(controller: Controller): void {
    if (translator) give(controller, translator.end());
  }

  function give(controller: Controller, bytes: Uint8Array): boolean {
    if (bytes.length === 0) return false;
    if (call.firstByte === null) {
      call.firstByte = parts.now();
      if (parts.status < 300) call.crossing.succeed(call.firstByte);
    }
    controller.enqueue(bytes);
    return true;
  }

  function passUnheld(controller: Controller): boolean {
    const bytes = unheld;
    unheld = NOTHING;
    return pass(controller, bytes);
  }

  function passError(controller: Controller): void {
    const isFirst = call.firstByte === null;
    const text = parts.protocol.renderStreamError(explainEnd(call.stopped), parts.framing, isFirst);
    pass(controller, encoder.encode(text));
  }

  /** What the client may have of a compressed answer: whole chunks, once their contents have been read. */
  async function takeEncoded(chunk: Uint8Array, by: Decoder): Promise<Uint8Array> {
    if (call.ended) return chunk;
    meter.feed(await by.write(chunk));
    if (!meter.finished && !meter.holding) {
      return waiting.length === 0 ? chunk : join([waiting.take(), chunk]);
    }
    const passed = waiting.length + chunk.length > MAX_WAITING ? waiting.take() : NOTHING;
    waiting.append(chunk);
    return passed;
  }

  /** What was held back until the settlement. */
  function release(): Uint8Array {
    const rest = meter.release();
    return decoder === null ? rest : waiting.take();
  }

  /** The upstream closed its answer in good order. */
  async function finish(controller: Controller): Promise<void> {
    if (decoder) meter.feed(await decoder.end());
    const rest = release();
    const cutShort = isCutShort(parts);
    if (cutShort) end("failed", "no_final_event");
    else endTold();
    pass(controller, rest);
    // An answer without a single byte stays one: there is nothing that broke off. In another format there is no such thing.
    if (cutShort && decoder === null && (call.firstByte !== null || translator)) passError(controller);
    passRest(controller);
    close();
    controller.close();
  }

  /** The upstream broke or went silent, or the call was stopped. An answer that had been told whole just ends. */
  function fail(controller: Controller, cause: unknown): void {
    if (!open) return;
    if (call.stopped === "budget_exceeded") {
      cut(controller);
      return;
    }
    const wasWhole = call.ended;
    const error = call.stopped ?? errorCode(cause);
    if (error === "internal") parts.onDefect(cause instanceof Error ? cause.cause : cause);
    end(endingOf(call.stopped), error);
    close();
    source.cancel();
    if (wasWhole) {
      passRest(controller);
      controller.close();
    } else if (parts.framing === "opaque" || decoder || call.stopped === "client_stalled") {
      controller.error(new Error("The answer was cut off."));
    } else {
      // What has come stands in the journal or in the hold before a client has it.
      if (call.stopped !== "journal_unavailable") {
        passUnheld(controller);
        pass(controller, meter.breakOff());
      }
      passError(controller);
      passRest(controller);
      controller.close();
    }
  }

  /** Whether the call holds what has come and what may come next; waits for room where others hold it. */
  function cover(): Coverage | Promise<Coverage> {
    if (call.ended || call.hold === null) return "covered";
    const coverage = call.hold.cover(meter.reading, parts.now());
    // Nobody is late while the gateway itself does not read.
    if (coverage instanceof Promise) call.deadline = parts.now() + ROOM_WAIT + parts.idleTimeout;
    return coverage;
  }

  /** What comes next cannot be held. */
  function stopShort(controller: Controller, why: Shortage): void {
    stopQuietly(call, why);
    fail(controller, null);
  }

  /** The budget has no room for more: the upstream is ended, and the client's stream as if it had reached its ceiling. */
  function cut(controller: Controller): void {
    if (!open) return;
    stopQuietly(call, "budget_exceeded");
    const bill = end("cut", "budget_exceeded");
    close();
    source.cancel();
    if (parts.framing === "opaque" || decoder) {
      controller.error(new Error("The budget has no room for the rest of the answer."));
      return;
    }
    passUnheld(controller);
    pass(controller, meter.breakOff());
    const { framing, usageChunk, reader, now } = parts;
    const isFirst = call.firstByte === null;
    const usage = bill?.usage ?? null;
    const terms = { requestId: call.id, framing, isFirst, usage, now: now() };
    // A translation is told all of it, and tells what the client's own format has a place for.
    const text = reader.renderCut({ ...terms, usageChunk: usageChunk || translator !== null });
    pass(controller, encoder.encode(text));
    passRest(controller);
    controller.close();
  }

  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        // A read under way is rejected by the abort and leads to fail(); without one nobody else would notice.
        call.onStop = () => {
          if (!reading) fail(controller, null);
        };
      },
      async pull(controller) {
        call.waitingFor = "upstream";
        try {
          for (;;) {
            call.deadline = parts.now() + parts.idleTimeout;
            reading = true;
            const next = await source.read();
            reading = false;
            if (next.done) return await finish(controller);
            const bytes = decoder === null ? meter.feed(next.value) : await takeEncoded(next.value, decoder);
            if (meter.finished && !call.ended) {
              endTold();
              const isGiven = pass(controller, bytes);
              if (pass(controller, release()) || isGiven) return;
              continue;
            }
            unheld = bytes;
            const covering = cover();
            const coverage = covering instanceof Promise ? await covering : covering;
            if (!open) return;
            if (coverage !== "covered") return stopShort(controller, coverage);
            if (!passUnheld(controller)) continue;
            call.waitingFor = "client";
            call.deadline = parts.now() + parts.idleTimeout;
            return;
          }
        } catch (cause) {
          reading = false;
          fail(controller, cause);
        }
      },
      cancel() {
        end("gone", "client_left");
        close();
        call.abort.abort();
        source.cancel();
      },
    },
    { highWaterMark: 0 },
  );
}

/** A generated stream that ended without its protocol's final event and without an error of its own. */
function isCutShort({ meter, framing, call }: Relay): boolean {
  if (call.ended || framing === "opaque" || call.located.operation.kind !== "generate") return false;
  return !meter.reading.ended && meter.reading.error === null;
}
