/** A protocol is how it is said: one wire format. What its requests mean, what its answers report, how its errors look. */
import type { Dialect } from "../core/call.ts";
import type { Bytes, Instant } from "../core/duration.ts";
import type { Fingerprint } from "../core/loop-detector.ts";
import type { CacheWrite } from "../core/price.ts";
import type { Refusal } from "../core/refusal.ts";
import type { Usage } from "../core/usage.ts";
import type { Json } from "./json.ts";

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
  /** A whole answer, or a whole stream, in which the assistant says `text` and uses nothing (SPEC 6.3). */
  renderReply(text: string, terms: ReplyTerms): Reply;
  /**
   * What a request's body asks for, and an upper bound of the input that stands in it (SPEC 7.2). `text` is the decoded
   * body and `request` the same document. In linear time; never throws, whatever the members hold.
   */
  readRequest(request: Json, text: string, model: string | null): RequestReading;
  /**
   * The body with its output ceiling lowered to `ceiling` tokens in the field that the client used, else in the one that
   * `model` takes (SPEC 7.2). Every other byte as it was; a lower ceiling stays. `body` is not compressed, and `request`
   * is the same document.
   */
  lowerCeiling(
    body: Uint8Array<ArrayBuffer>,
    request: Json,
    ceiling: number,
    model: string | null,
  ): Uint8Array<ArrayBuffer>;
  /** How requests to an API whose streams are lines of JSON are read and lowered; left out where there is none. */
  readonly ndjson?: Pick<Protocol, "readRequest" | "lowerCeiling">;
  /**
   * What tells this request from others of its agent, near-identical ones having the same: what was said after the model
   * spoke last, and the tools that it called then (SPEC 11). Null where nothing is said, as in embeddings. In linear time;
   * never throws, whatever the members hold.
   */
  fingerprint(request: Json): Fingerprint | null;
}

/** What has been read of a request. */
export interface RequestReading {
  readonly demand: Demand;
  /** What the body only names, and does not hold, is `Demand.hiddenInput`. */
  readonly input: InputEstimate;
}

/** What a request asks for that decides whether and how it may pass (SPEC 6.5, 7.2, 7.8). */
export interface Demand {
  /** Most output tokens of each choice, thinking included; null where the request sets no bound. */
  readonly ceiling: number | null;
  /** Answers that are generated for this one request, at least 1: each may fill the ceiling. */
  readonly choices: number;
  /** Whether the client can only read structured output or a tool call: a sentence would break it. */
  readonly demandsStructure: boolean;
  /** Thinking tokens that the ceiling must leave room for; 0 where none are asked for. */
  readonly thinkingBudget: number;
  /** Whether the model is asked to think, in whatever amount; null where the request leaves it to the model. */
  readonly thinks: boolean | null;
  /** Whether the answer is asked for in something else than text: images, sound, film. */
  readonly mediaOutput: boolean;
  /** Whether input comes from where the gateway cannot see it: ids, documents by URL, caches, the provider's own tools. */
  readonly hiddenInput: boolean;
  /** For how long input may be written to a cache, at the rate of that; `short` too where hosts do it unasked. */
  readonly cacheWrite: CacheWrite;
  /** Units in the price list that the request asks for and that decide at which rates it is charged: `flex_tier`, … */
  readonly surcharges: readonly string[];
  /** Whether the answer is made after the response: it is fetched later. */
  readonly background: boolean;
  /** Whether the client asked its stream for a chunk of usage (chat's `stream_options.include_usage`). */
  readonly usageChunk: boolean;
}

/** Input in the two measures in which it can be bounded. */
export interface InputEstimate {
  /** UTF-8 bytes that count as text: the body without the media in it. */
  readonly textBytes: Bytes;
  /** Tokens that are counted by the piece: images, pages, seconds, token ids. */
  readonly mediaTokens: number;
}

/** What a reply in a provider's place must look like. */
export interface ReplyTerms {
  readonly requestId: string;
  /** The answer's own id. */
  readonly id: string;
  /** As the client named it. */
  readonly model: string | null;
  /** The operation's name, as the provider's record has it: `chat`, `completions`, `generate_content`, … */
  readonly operation: string;
  readonly stream: boolean;
  /** What a stream of this operation is framed as; with Cohere it also tells the first version from the second. */
  readonly framing: Framing;
  readonly usageChunk: boolean;
  readonly now: Instant;
}

export interface Reply {
  readonly contentType: string;
  readonly body: string;
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
  /**
   * The text that ends the stream after the events read so far, as if the output ceiling had been reached: whole events
   * with framing, after which the official SDKs finish normally. Empty when the stream needs no more.
   */
  renderCut(terms: CutTerms): string;
  readonly reading: AnswerReading;
}

/** How a stream that the gateway ends on purpose is told its end. */
export interface CutTerms {
  readonly requestId: string;
  readonly framing: Framing;
  /** Whether nothing of the stream has been passed on. */
  readonly isFirst: boolean;
  /** Whether the client asked for a chunk of usage. */
  readonly usageChunk: boolean;
  /** What the call is charged for, told to the client; null tells zeros. */
  readonly usage: Usage | null;
  readonly now: Instant;
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
  /** Whether the provider last said that the answer is still being made; left out where it says nothing of that. */
  readonly isPending?: boolean;
}
