/** The conversation as `contents`. https://ai.google.dev/api/caching#Content */
import type { Json } from "../../json.ts";
import type { Feature, Part, ToolResultPart, Turn } from "../form.ts";
import { fitId } from "../ids.ts";
import { isThirdGeneration } from "./generation.ts";
import { FOREIGN_CALL } from "./signature.ts";
import { writeSpoken } from "./spoken.ts";
import { writeBlob, writeMedia } from "./write-media.ts";

interface Content {
  readonly role: "user" | "model";
  readonly parts: Json[];
}

/** The turns but for the system's; those of which nothing is left are not written. */
export function writeContents(
  turns: readonly Turn[],
  model: string,
  uncarried: Set<Feature>,
): readonly Content[] {
  const contents: Content[] = [];
  for (const turn of turns) {
    if (turn.role === "system") continue;
    const role = turn.role === "user" ? "user" : "model";
    const parts = turn.parts.flatMap((part) => writePart(part, model, uncarried));
    if (role === "model" && isThirdGeneration(model)) signFirstCall(parts);
    const last = contents.at(-1);
    if (last?.role === role) for (const part of parts) last.parts.push(part);
    else if (parts.length > 0) contents.push({ role, parts });
  }
  return contents;
}

function writePart(part: Part, model: string, uncarried: Set<Feature>): readonly Json[] {
  switch (part.kind) {
    case "image":
    case "document":
    case "audio":
      return [writeMedia(part)];
    case "tool-result":
      return [{ functionResponse: writeResult(part, model, uncarried) }];
    case "thinking":
      // Thoughts without a signature may be anybody's.
      return part.signature?.by === "gemini" ? [writeSpoken(part)] : [];
    case "tool-call":
      return [writeSpoken(own({ ...part, id: fitId(part.id) }))];
    case "text":
      return part.text === "" && part.signature?.by !== "gemini" ? [] : [writeSpoken(own(part))];
    case "refusal":
      return [writeSpoken(part)];
  }
}

/** Without the signature of another provider. */
function own<One extends Part & { readonly signature?: { readonly by: string } }>(part: One): One {
  return part.signature && part.signature.by !== "gemini" ? { ...part, signature: undefined } : part;
}

/** The first call of a step has to be signed; the others of the same step are not. */
function signFirstCall(parts: Json[]): void {
  const at = parts.findIndex((part) => part.functionCall !== undefined);
  const call = parts[at];
  if (call && call.thoughtSignature === undefined) parts[at] = { ...call, thoughtSignature: FOREIGN_CALL };
}

/** Media in results are for models of the third generation, and have to be there themselves. */
function writeResult(result: ToolResultPart, model: string, uncarried: Set<Feature>): Json {
  const { id, name, content, isError } = result;
  const texts = content.flatMap((part) => (part.kind === "text" ? [part.text] : []));
  const parts = content.flatMap((part) =>
    part.kind === "text" || part.source.kind === "url" ? [] : [{ inlineData: writeBlob(part.source) }],
  );
  const isCarried =
    texts.length + parts.length === content.length && (parts.length === 0 || isThirdGeneration(model));
  if (!isCarried) uncarried.add("tool-result");
  return {
    id: fitId(id),
    // Google demands a name, also of a result whose call is not in the conversation.
    name: name ?? "unknown",
    response: { [isError ? "error" : "output"]: texts.join("\n") },
    ...(isCarried && parts.length > 0 ? { parts } : {}),
  };
}
