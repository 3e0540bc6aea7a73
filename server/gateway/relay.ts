/**
 * Passes a streamed answer to the client as it comes, while the meter reads along. Pulled by the client: a slow reader
 * slows the upstream, memory stays flat. Every way this can end leads to one `end`.
 */
import type { Ending } from "../core/call.ts";
import type { Bytes, Instant, Millis } from "../core/duration.ts";
import { type Reason, refusal } from "../core/refusal.ts";
import type { AnswerReader, Framing, Protocol } from "../protocols/protocol.ts";
import { createByteBuffer, join, NOTHING } from "./bytes.ts";
import { type Call, endingOf, type Stop, stopQuietly } from "./call.ts";
import type { Decoder } from "./decode.ts";
import { errorCode } from "./forward.ts";
import type { Meter } from "./meter.ts";
import { ROOM_WAIT } from "./running-hold.ts";
import type { Bill, Outcome } from "./settle.ts";
import type { Source } from "./source.ts";

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
  readonly idleTimeout: Millis;
  readonly now: () => Instant;
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
  const { call, meter, source, decoder } = parts;
  let reading = false;
  let open = true;
  /** Of a compressed answer: the chunks in which it may end. */
  const waiting = createByteBuffer();
  /** What has been read and is not passed on before it is held. */
  let unheld: Uint8Array = NOTHING;

  function end(ending: Ending, error: string | null): Bill | null {
    const { status } = parts;
    const { reading, isUnread } = meter;
    return parts.end({ ending, status, upstreamStatus: status, error, reading, isUnread, sent: true });
  }

  function close(): void {
    open = false;
    call.onStop = null;
    parts.closed();
  }

  function pass(controller: Controller, bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    if (call.firstByte === null) {
      call.firstByte = parts.now();
      if (parts.status < 300) call.crossing.succeed(call.firstByte);
    }
    controller.enqueue(bytes);
  }

  function passUnheld(controller: Controller): void {
    pass(controller, unheld);
    unheld = NOTHING;
  }

  function passError(controller: Controller, reason: Reason): void {
    const isFirst = call.firstByte === null;
    const text = parts.protocol.renderStreamError(
      refusal(reason, brokenText(reason)),
      parts.framing,
      isFirst,
    );
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
    else end("complete", meter.reading.error);
    pass(controller, rest);
    // An answer without a single byte stays one: there is nothing that broke off.
    if (cutShort && decoder === null && call.firstByte !== null) passError(controller, "upstream_broken");
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
    end(endingOf(call.stopped), call.stopped ?? errorCode(cause));
    close();
    source.cancel();
    if (wasWhole) {
      controller.close();
    } else if (parts.framing === "opaque" || decoder || call.stopped === "client_stalled") {
      controller.error(new Error("The answer was cut off."));
    } else {
      passUnheld(controller);
      pass(controller, meter.breakOff());
      passError(controller, reasonOf(call.stopped));
      controller.close();
    }
  }

  /** Whether the call holds what has come and what may come next; waits for room where others hold it. */
  function isCovered(): boolean | Promise<boolean> {
    if (call.ended || call.hold === null) return true;
    const coverage = call.hold.cover(meter.reading, parts.now());
    if (coverage !== "busy") return coverage === "covered";
    // Nobody is late while the gateway itself does not read.
    call.deadline = parts.now() + ROOM_WAIT + parts.idleTimeout;
    return call.hold.waitForRoom();
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
    const text = reader.renderCut({ requestId: call.id, framing, isFirst, usageChunk, usage, now: now() });
    pass(controller, encoder.encode(text));
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
              end("complete", meter.reading.error);
              pass(controller, bytes);
              pass(controller, release());
              return;
            }
            unheld = bytes;
            const covered = isCovered();
            if (!(covered === true || (await covered))) return cut(controller);
            if (!open) return;
            if (bytes.length === 0) continue;
            passUnheld(controller);
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

function reasonOf(stopped: Stop | null): Reason {
  return stopped === "upstream_timeout" || stopped === "agent_deactivated" ? stopped : "upstream_broken";
}

function brokenText(reason: Reason): string {
  switch (reason) {
    case "upstream_timeout":
      return "The provider went silent in the middle of its answer.";
    case "agent_deactivated":
      return "The agent was paused and its calls were ended.";
    default:
      return "The provider's answer broke off before its end.";
  }
}
