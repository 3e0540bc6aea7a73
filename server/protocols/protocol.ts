/** A protocol is how it is said: one wire format. What its requests mean, what its answers report, how its errors look. */
import type { Dialect } from "../core/call.ts";
import type { Refusal } from "../core/refusal.ts";
import type { Usage } from "../core/usage.ts";

export interface Protocol {
  readonly name: Dialect;
  /** A fresh reader for one answer. */
  createReader(quirks: Quirks): AnswerReader;
  /** The body of an error answer in this dialect (JSON text), as its official SDK understands it. */
  renderError(refusal: Refusal, requestId: string): string;
  /**
   * The text that ends a broken stream in this dialect: its error event, with framing. It follows a whole event;
   * `isFirst` when none has been passed on.
   */
  renderStreamError(refusal: Refusal, framing: Framing, isFirst?: boolean): string;
}

/** How an answer's body is cut into events. `whole` is one JSON document; `opaque` is not read at all. */
export type Framing = "sse" | "ndjson" | "json-array" | "whole" | "opaque";

/** Departures from the protocol that a provider's record names. */
export interface Quirks {
  /** Thinking shows in total_tokens only: charged as output, reported as sent. */
  readonly hiddenThinkingInTotal?: boolean;
}

/** What an event means for the bytes that carry it. */
export type EventSign =
  /** Pass it on. */
  | "more"
  /** The answer may end here: hold it back until something follows or the stream ends. */
  | "maybe-last"
  /** The protocol's final event: settle before the client sees it. */
  | "last"
  /** The usage chunk that only the gateway asked for: the client does not see it. */
  | "usage-only";

export interface AnswerReader {
  /**
   * Reads one event of a stream. `data` is the event's payload decoded as Latin-1: JSON stays JSON, every length is a
   * count of UTF-8 bytes, and no character is split between chunks.
   */
  readEvent(name: string | null, data: string): EventSign;
  /** Reads an answer that came as one JSON document (already parsed). */
  readAnswer(body: unknown): void;
  readonly reading: AnswerReading;
}

/** What has been learnt from an answer so far. */
export interface AnswerReading {
  readonly usage: Usage | null;
  /** Passes that the top-level usage leaves out, each on its model (null: the call's own). Charged with it. */
  readonly passes: readonly { readonly model: string | null; readonly usage: Usage }[];
  /** Further billed units, by their name in the price list: `web_searches`, `rerank_searches`, `audio_seconds`, … */
  readonly units: Readonly<Record<string, number>>;
  /** The model that answered, as the provider names it. */
  readonly model: string | null;
  /** UTF-8 bytes of text and tool arguments that the client has been shown. */
  readonly visibleBytes: number;
  /** The provider's error code or type when the answer is an error, also inside a 200. Never its text. */
  readonly error: string | null;
  /** Whether the protocol's final event has been seen. */
  readonly ended: boolean;
}
