/** A provider's stream in the format of the client, event by event as it comes (SPEC 12.3). */
import { EVENT_FRAMINGS } from "../../protocols/framing.ts";
import type { NeutralEvent } from "../../protocols/translation/form.ts";
import type { AnswerTerms, Speaker } from "../../protocols/translation/speaker.ts";
import { createByteBuffer, latin1 } from "../bytes.ts";
import { MAX_EVENT } from "../meter.ts";

export interface StreamTranslator {
  /** What the client may have of these bytes; they may be cut anywhere. */
  feed(bytes: Uint8Array): Uint8Array;
  /** The provider's body is over: what the client's format still owes. */
  end(): Uint8Array;
}

/**
 * Translates one stream. `framing` is the provider's; the client's stands in the terms. Throws an error with a code where
 * an event is too large, or (`internal`, with its cause) cannot be translated by a fault of ours.
 */
export function createStreamTranslator(
  serving: Speaker,
  client: Speaker,
  framing: keyof typeof EVENT_FRAMINGS,
  terms: AnswerTerms,
): StreamTranslator {
  const { createScanner, readEvent } = EVENT_FRAMINGS[framing];
  let scanner = createScanner();
  const reader = serving.createStreamReader();
  const writer = client.createStreamWriter(terms);
  /** The beginning of an event whose end has not come. */
  const partial = createByteBuffer();

  return {
    feed(bytes) {
      const text = latin1(bytes);
      let written = "";
      let start = 0;
      for (let end = scanner.next(text, 0); end !== -1; end = scanner.next(text, end)) {
        const event =
          partial.length > 0 ? latin1(partial.take()) + text.slice(start, end) : text.slice(start, end);
        written += translate(event);
        start = end;
      }
      if (start < bytes.length) keep(bytes.subarray(start));
      return encoder.encode(written);
    },
    end() {
      const rest = partial.length > 0 ? translate(latin1(partial.take())) : "";
      return encoder.encode(rest + guarded(() => write(reader.end())));
    },
  };

  function keep(beginning: Uint8Array): void {
    partial.append(beginning);
    if (partial.length <= MAX_EVENT) return;
    // What is told of it begins a new event.
    partial.take();
    scanner = createScanner();
    throw Object.assign(new Error("An event of the stream is too large."), { code: "answer_too_large" });
  }

  function translate(event: string): string {
    let written = "";
    readEvent(event, (name, data) => {
      written += guarded(() => write(reader.read(name && fromBytes(name), fromBytes(data))));
      return "more";
    });
    return written;
  }

  function guarded(run: () => string): string {
    try {
      return run();
    } catch (cause) {
      throw Object.assign(new Error("The stream cannot be translated.", { cause }), { code: "internal" });
    }
  }

  function write(events: readonly NeutralEvent[]): string {
    return events.map((event) => writer.write(event)).join("");
  }
}

const encoder = new TextEncoder();

/** Events are cut as Latin-1, so that no character is split: here each is whole. */
function fromBytes(text: string): string {
  return Buffer.from(text, "latin1").toString("utf8");
}
