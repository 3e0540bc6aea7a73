/** A client's request in the words of the provider that serves it (SPEC 12.3). Pure. */
import { type Refusal, refusal } from "../../core/refusal.ts";
import type { Json } from "../../protocols/json.ts";
import { hasManyValues } from "../../protocols/json-values.ts";
import type { Feature, NeutralRequest } from "../../protocols/translation/form.ts";
import { isTooDeep } from "../../protocols/translation/nesting.ts";
import type { LineFacts, Speaker, WriteTarget } from "../../protocols/translation/speaker.ts";
import { fitNames, type ToolNames } from "../../protocols/translation/tool-names.ts";
import { tooManyValues } from "./too-many-values.ts";

export interface TranslatedRequest {
  readonly body: Json;
  /** What was left out, as the client calls it: where the configuration says `drop`, and what is no fault of the client's. */
  readonly dropped: readonly string[];
  /** What the client calls tools whose names the provider would not take. */
  readonly names: ToolNames;
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
  if (hasManyValues(textsWithin(read.request))) return tooManyValues();
  // Usage is asked for where the provider's record says so; whether the client sees it, its own writer knows.
  const { request: fitted, names } = fitNames(read.request);
  const written = serving.writeRequest({ ...fitted, usageChunk: false }, target);
  const nameOf = (feature: Feature) => client.memberOf(feature);
  const refused = new Set([...read.uncarried, ...written.uncarried.map(nameOf)]);
  const dropped = [...new Set([...refused, ...(written.leftOff ?? []).map(nameOf)])];
  if (refused.size === 0 || unsupported === "drop") return { body: written.body, dropped, names };
  const named = [...refused].slice(0, MAX_NAMED).map((name) => `\`${name.slice(0, MAX_NAME)}\``);
  const more = refused.size > MAX_NAMED ? ` and ${refused.size - MAX_NAMED} more` : "";
  return refusal(
    "unsupported_translation",
    `The provider that serves this call has no place for ${named.join(", ")}${more}. Leave it out, or set ` +
      "translation.unsupported to drop.",
  );
}

/** Texts that are read as JSON on the other side: what stands in them is not among the values of the request. */
function textsWithin({ turns }: NeutralRequest): readonly string[] {
  const parts = turns.flatMap((turn) => turn.parts);
  return parts.flatMap((part) => {
    if (part.kind === "tool-call") return [part.arguments];
    return part.kind === "thinking" && part.signature ? [part.signature.value] : [];
  });
}
