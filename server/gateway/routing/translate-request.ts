/** A client's request in the words of the provider that serves it (SPEC 12.3). Pure. */
import { type Refusal, refusal } from "../../core/refusal.ts";
import type { Json } from "../../protocols/json.ts";
import { isTooDeep } from "../../protocols/translation/nesting.ts";
import type { LineFacts, Speaker, WriteTarget } from "../../protocols/translation/speaker.ts";

export interface TranslatedRequest {
  readonly body: Json;
  /** What was left out, as the client calls it: only where the configuration says `drop`. */
  readonly dropped: readonly string[];
}

/** Names are listed up to so many: a body can have any number of unknown members. */
const MAX_NAMED = 8;
const MAX_NAME = 80;

/**
 * Reads in one format and writes in the other. What the other has no place for is refused by its name
 * (`unsupported_translation`), or left out where `unsupported` says so.
 */
export function translateRequest(
  request: Json,
  line: LineFacts,
  client: Speaker,
  serving: Speaker,
  target: WriteTarget,
  unsupported: "refuse" | "drop",
): TranslatedRequest | Refusal {
  if (isTooDeep(request)) {
    return refusal(
      "invalid_request",
      "The request's values stand too deep in each other. Send flatter ones.",
    );
  }
  const read = client.readRequest(request, line);
  if ("reason" in read) return read;
  // Usage is asked for where the provider's record says so; whether the client sees it, its own writer knows.
  const written = serving.writeRequest({ ...read.request, usageChunk: false }, target);
  const uncarried = [...read.uncarried, ...written.uncarried.map((feature) => client.memberOf(feature))];
  const dropped = [...new Set(uncarried)];
  if (dropped.length === 0 || unsupported === "drop") return { body: written.body, dropped };
  const named = dropped.slice(0, MAX_NAMED).map((name) => `\`${name.slice(0, MAX_NAME)}\``);
  const more = dropped.length > MAX_NAMED ? ` and ${dropped.length - MAX_NAMED} more` : "";
  return refusal(
    "unsupported_translation",
    `The provider that serves this call has no place for ${named.join(", ")}${more}. Leave it out, or set ` +
      "translation.unsupported to drop.",
  );
}
