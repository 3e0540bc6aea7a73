/** A request for a provider that speaks Gemini's format. https://ai.google.dev/api/generate-content */
import type { Feature, NeutralRequest, Part } from "../form.ts";
import type { WriteTarget, WrittenRequest } from "../speaker.ts";
import { writeConfig } from "./write-config.ts";
import { writeContents } from "./write-contents.ts";
import { writeTools } from "./write-tools.ts";

/**
 * The body; model and streaming stand in the line. Instructions in the middle of the conversation join those before it:
 * there is no role for them (SPEC 12.3).
 */
export function writeRequest(request: NeutralRequest, { model }: WriteTarget): WrittenRequest {
  const uncarried = new Set<Feature>();
  const later = request.turns.flatMap(({ role, parts }) => (role === "system" ? parts : []));
  const system = [...request.system, ...later].flatMap(textOf);
  const generationConfig = writeConfig(request, model, uncarried);
  const contents = writeContents(request.turns, model, uncarried);
  // Google demands a content: who gives nothing but instructions asks by them.
  const isAsked = contents.length > 0;
  const body = {
    ...(isAsked && system.length > 0 ? { systemInstruction: { parts: system } } : {}),
    contents: isAsked ? contents : [{ role: "user", parts: system }],
    ...writeTools(request, uncarried),
    ...(generationConfig ? { generationConfig } : {}),
  };
  return { body, uncarried: [...uncarried] };
}

function textOf(part: Part): readonly { readonly text: string }[] {
  return part.kind === "text" && part.text !== "" ? [{ text: part.text }] : [];
}
