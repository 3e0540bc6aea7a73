/** A request for a provider in Anthropic's messages format. https://platform.claude.com/docs/en/api/messages */
import type { Json } from "../../json.ts";
import type { Feature, NeutralRequest, TextPart } from "../form.ts";
import type { WriteTarget, WrittenRequest } from "../speaker.ts";
import { traitsOf } from "./claude.ts";
import { writeWords } from "./write-blocks.ts";
import { writeSampling } from "./write-sampling.ts";
import { writeThinking } from "./write-thinking.ts";
import { writeToolChoice, writeTools } from "./write-tools.ts";
import { writeMessages } from "./write-turns.ts";

/** Writes the request (SPEC 12.3): no member that says nothing, and none that this model refuses. */
export function writeRequest(request: NeutralRequest, target: WriteTarget): WrittenRequest {
  const uncarried = new Set<Feature>();
  const traits = traitsOf(target.model);
  const maxTokens = request.maxTokens ?? target.maxOutput;
  const { thinking, effort, isLeftOff } = writeThinking(request, traits, maxTokens, uncarried);
  const thinks = thinking !== null && thinking.type !== traits.off;
  const format = writeFormat(request, uncarried);
  const { system, messages } = writeConversation(request, uncarried);
  const stop = request.stop.filter((sequence) => sequence.trim() !== "");
  if (stop.length < request.stop.length) uncarried.add("stop");
  if (request.seed !== null) uncarried.add("seed");
  if (request.frequencyPenalty !== null) uncarried.add("frequencyPenalty");
  if (request.presencePenalty !== null) uncarried.add("presencePenalty");
  const body: Json = {
    model: target.model,
    max_tokens: maxTokens,
    ...(request.stream ? { stream: true } : {}),
    ...(system.length > 0 ? { system } : {}),
    messages,
    ...(request.tools.length > 0 ? { tools: writeTools(request.tools) } : {}),
    ...writeToolChoice(request, traits, thinks, uncarried),
    ...writeSampling(request, traits, thinks, uncarried),
    ...(stop.length > 0 ? { stop_sequences: stop } : {}),
    ...(thinking ? { thinking } : {}),
    ...(effort || format ? { output_config: { ...effort, ...format } } : {}),
    ...(request.user === null ? {} : { metadata: { user_id: request.user } }),
  };
  return { body, uncarried: [...uncarried], ...(isLeftOff ? { leftOff: ["thinking"] } : {}) };
}

/** Instructions from the middle of the conversation follow those before it: not every model has a role for them. */
function writeConversation(
  request: NeutralRequest,
  uncarried: Set<Feature>,
): { readonly system: readonly Json[]; readonly messages: readonly Json[] } {
  const instructions = request.turns.flatMap(({ role, parts }) =>
    role === "system" ? parts.filter((part): part is TextPart => part.kind === "text") : [],
  );
  const system = [...request.system, ...instructions].map(writeWords).filter((block) => block !== null);
  const messages = writeMessages(request.turns, uncarried);
  // The format demands a message: who gives nothing but instructions asks by them.
  if (messages.length === 0) return { system: [], messages: [{ role: "user", content: system }] };
  return { system, messages };
}

/** The format knows schemas alone, always strict and without a name. */
function writeFormat({ format }: NeutralRequest, uncarried: Set<Feature>): Json | null {
  if (format?.kind === "json") uncarried.add("format");
  return format?.kind === "schema" ? { format: { type: "json_schema", schema: format.schema } } : null;
}
