/** The framings of answers: how each is cut into events, and which one an answer has. */
import { createElementScanner, readElement } from "./json-array.ts";
import { createLineScanner, readLine } from "./ndjson.ts";
import type { EventSign, Framing } from "./protocol.ts";
import type { Scanner } from "./scanner.ts";
import { createSseScanner, readSseEvent } from "./sse.ts";

export interface EventFraming {
  createScanner(): Scanner;
  /** Hands an event's name and data to `read`; null for what carries no data. */
  readEvent(text: string, read: (name: string | null, data: string) => EventSign): EventSign | null;
}

/** Framings that consist of events; the others come whole or are not read. */
export const EVENT_FRAMINGS: Readonly<Record<"sse" | "ndjson" | "json-array", EventFraming>> = {
  sse: { createScanner: createSseScanner, readEvent: readSseEvent },
  ndjson: { createScanner: createLineScanner, readEvent: readLine },
  "json-array": { createScanner: createElementScanner, readEvent: readElement },
};

/** What a response and its request say about the answer's framing. */
export interface AnswerHead {
  readonly status: number;
  /** The Content-Type header. */
  readonly contentType: string | null;
  /** Whether a stream was asked for. */
  readonly stream: boolean;
  /** What a streamed answer of this operation usually is. */
  readonly streamFraming: Framing;
}

/** The framing of an answer. Errors and redirects come whole whatever they declare; audio and files are not read. */
export function chooseFraming({ status, contentType, stream, streamFraming }: AnswerHead): Framing {
  const type = (contentType ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";
  if (status >= 300) return "whole";
  if (type === "text/event-stream") return "sse";
  if (/^application\/(?:x-)?(?:ndjson|jsonl|stream\+json)$/.test(type)) return "ndjson";
  if (/^application\/(?:[\w.+-]+\+)?json$/.test(type)) {
    return stream && streamFraming === "json-array" ? "json-array" : "whole";
  }
  if (type === "" || type.startsWith("text/") || type === "application/octet-stream") {
    return stream ? streamFraming : "whole";
  }
  return "opaque";
}
