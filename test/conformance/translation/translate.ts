/** Answers through the gateway's own translators, as its calls use them. */
import { createStreamTranslator } from "../../../server/gateway/routing/stream-translator.ts";
import { type Translation, translateWhole } from "../../../server/gateway/routing/translation.ts";
import { EVENT_FRAMINGS } from "../../../server/protocols/framing.ts";
import type { Framing } from "../../../server/protocols/protocol.ts";
import type { NeutralEvent, Speaks } from "../../../server/protocols/translation/form.ts";
import { cut } from "../../support/replay.ts";
import { SPEAKERS, termsFor } from "./dialects.ts";

/** What can be read event by event. */
export type EventFramingName = keyof typeof EVENT_FRAMINGS;

/** A stream of a provider for a client, the provider's bytes cut into pieces of so many. */
export function translateStream(
  serving: Speaks,
  client: Speaks,
  framing: EventFramingName,
  body: Uint8Array,
  size = body.length || 1,
): string {
  const translator = createStreamTranslator(SPEAKERS[serving], SPEAKERS[client], framing, termsFor("sse"));
  const pieces = [...cut(body, size)].map((piece) => Buffer.from(translator.feed(piece)));
  return Buffer.concat([...pieces, Buffer.from(translator.end())]).toString();
}

/** A whole answer of a provider for a client that asked for one, or for a stream. */
export function translateAnswer(
  serving: Speaks,
  client: Speaks,
  {
    status,
    text,
    stream = false,
  }: { readonly status: number; readonly text: string; readonly stream?: boolean },
) {
  const framing: Framing = stream ? "sse" : "whole";
  const terms = termsFor(framing);
  const translation: Translation = {
    client: SPEAKERS[client],
    serving: SPEAKERS[serving],
    model: terms.model,
    stream,
    framing,
    usageChunk: true,
  };
  return translateWhole(translation, status, text, terms);
}

/** What a provider's stream means. */
export function readStream(
  serving: Speaks,
  framing: EventFramingName,
  body: Uint8Array,
): readonly NeutralEvent[] {
  const { createScanner, readEvent } = EVENT_FRAMINGS[framing];
  const scanner = createScanner();
  const reader = SPEAKERS[serving].createStreamReader();
  const text = Buffer.from(body).toString("latin1");
  const utf8 = (bytes: string) => Buffer.from(bytes, "latin1").toString();
  const events: NeutralEvent[] = [];
  for (let start = 0; start < text.length; ) {
    const end = scanner.next(text, start);
    readEvent(text.slice(start, end === -1 ? text.length : end), (name, data) => {
      events.push(...reader.read(name && utf8(name), utf8(data)));
      return "more";
    });
    start = end === -1 ? text.length : end;
  }
  return [...events, ...reader.end()];
}
