/** What the answers that the gateway writes itself have in common, in all dialects. */
import type { Refusal } from "../core/refusal.ts";
import type { Usage } from "../core/usage.ts";
import type { Reply } from "./protocol.ts";

/** How long to wait, as a member of an error body: whole seconds, rounded up; nothing where waiting does not help. */
export function retryAfterSeconds(refusal: Refusal): { retry_after_seconds?: number } {
  return refusal.retryAfter === null ? {} : { retry_after_seconds: Math.ceil(refusal.retryAfter / 1000) };
}

/** The id by which a reply in a provider's place can be told (SPEC 6.3). */
export function blockedId(requestId: string): string {
  return `blocked-${requestId}`;
}

/** A model's name where the client gave none: official SDKs expect a string. */
export const NO_MODEL = "tollgate";

/** One server-sent event without a name. Text goes as it is, anything else as JSON. */
export function sseData(data: unknown): string {
  return `data: ${typeof data === "string" ? data : JSON.stringify(data)}\n\n`;
}

/** Server-sent events that are named after their `type`. */
export function sseTyped(events: readonly { readonly type: string }[]): string {
  return events.map((event) => `event: ${event.type}\n${sseData(event)}`).join("");
}

/** Lines of JSON. */
export function jsonLines(documents: readonly unknown[]): string {
  return documents.map((one) => `${JSON.stringify(one)}\n`).join("");
}

/** A reply that is one JSON document. */
export function jsonReply(document: unknown): Reply {
  return { contentType: "application/json", body: JSON.stringify(document) };
}

/** A reply that is a stream of server-sent events. */
export function sseReply(body: string): Reply {
  return { contentType: "text/event-stream; charset=utf-8", body };
}

/** Input and output as a cut tells them: what is unknown, or below zero, is told as none. */
export function toldUsage(usage: Usage | null): { readonly input: number; readonly output: number } {
  return {
    input: Math.max(0, usage?.inputTokens ?? 0),
    output: Math.max(0, usage?.outputTokens ?? 0),
  };
}

/**
 * A string of an event that was decoded as Latin-1, as its sender meant it. Characters that were escaped in the JSON are
 * whole already: only what reads as UTF-8 is put together.
 */
export function fromLatin1(text: string): string {
  return text.replace(HIGH_BYTES, (bytes) => {
    try {
      return utf8.decode(Buffer.from(bytes, "latin1"));
    } catch {
      // Not UTF-8: these were escaped characters.
      return bytes;
    }
  });
}

const HIGH_BYTES = /[\u0080-\u00ff]+/g;
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
