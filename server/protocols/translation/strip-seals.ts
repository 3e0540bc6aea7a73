/**
 * Sealed thinking in a conversation that goes out as it came. A client that was served by a provider of another format has
 * kept what was thought there; a provider of the client's own format would refuse it, as it knows no such signature.
 */
import type { Dialect } from "../../core/call.ts";
import { type Json, listOf, objectOf } from "../json.ts";
import { type Edit, type Edits, editInside } from "../json-cut.ts";
import { stripChatMessage } from "./chat/strip-seals.ts";
import { GEMINI_SEAL, stripContent } from "./gemini/strip-seals.ts";
import { stripMessage } from "./messages/strip-seals.ts";
import { stripItem } from "./responses/strip-seals.ts";
import { SEAL } from "./seal.ts";

/** The edit that takes the seals out of a message, an item or a content; null where there are none. */
type Strip = (entry: Json) => Edit | null;

interface Place {
  /** The member that holds the conversation. */
  readonly member: string;
  /** What stands in the body if there is a seal in it. */
  readonly mark: Buffer;
  readonly strip: Strip;
}

const PLACES: ReadonlyMap<Dialect, Place> = new Map<Dialect, Place>([
  ["openai-chat", { member: "messages", mark: Buffer.from(SEAL), strip: stripChatMessage }],
  ["openai-responses", { member: "input", mark: Buffer.from(SEAL), strip: stripItem }],
  ["anthropic-messages", { member: "messages", mark: Buffer.from(SEAL), strip: stripMessage }],
  ["gemini", { member: "contents", mark: Buffer.from(GEMINI_SEAL), strip: stripContent }],
]);

/** Whether a seal may stand in a request's conversation: searched for in the bytes, so that nothing has to be gone through. */
export function mayBeSealed(body: Uint8Array, dialect: Dialect): boolean {
  const place = PLACES.get(dialect);
  return place !== undefined && includes.call(body, place.mark);
}

/** The edits that take the sealed thinking out of a request's conversation (SPEC 12.4); null where it carries no seal. */
export function stripSeals(document: Json, dialect: Dialect): Edits | null {
  const place = PLACES.get(dialect);
  if (!place) return null;
  const stripped = listOf(document[place.member]).map((entry) => stripEntry(entry, place.strip));
  // The mark may stand in a text.
  const conversation = editInside(stripped.entries());
  return conversation && new Map([[place.member, conversation]]);
}

function stripEntry(entry: unknown, strip: Strip): Edit | null {
  const object = objectOf(entry);
  return object && strip(object);
}

/** `Buffer`'s own, which takes any Uint8Array. */
const { includes } = Buffer.prototype as Buffer & { includes(this: Uint8Array, mark: Buffer): boolean };
