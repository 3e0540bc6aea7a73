/** Gemini's content and interactions, written in the provider's place. */
import type { Usage } from "../core/usage.ts";
import { type Json, textOf } from "./json.ts";
import type { CutTerms, Reply, ReplyTerms } from "./protocol.ts";
import { fromLatin1, jsonReply, NO_MODEL, sseData, sseReply } from "./render.ts";

/** A whole answer that says `text`; a stream of content is one chunk. */
export function renderGeminiReply(text: string, terms: ReplyTerms): Reply {
  const id = terms.id;
  const model = terms.model ?? NO_MODEL;
  if (terms.operation === "interactions") return interactionReply(text, id, model, terms);
  const answer = content(text, "STOP", null, { modelVersion: model, responseId: id });
  if (!terms.stream) return jsonReply(answer);
  return terms.framing === "json-array" ? jsonReply([answer]) : sseReply(sseData(answer));
}

/** What a stream has said so far, as far as its end depends on it. */
export interface GeminiProgress {
  /** The latest chunk of content, or null. */
  readonly latest: Json | null;
  /** The interaction as last told, or null where the stream is none. */
  readonly interaction: Json | null;
  /** The interaction's step that has begun and not ended, or null. */
  readonly openStep: unknown;
  /** Whether a finish reason has been told. */
  readonly hasFinished: boolean;
}

/** The chunk that ends a stream for its length. A list is closed in any case. */
export function renderGeminiCut(progress: GeminiProgress, terms: CutTerms): string {
  const { latest, interaction, hasFinished } = progress;
  if (interaction) return hasFinished ? "" : interactionCut(interaction, progress.openStep, terms);
  const closing = terms.framing === "json-array" ? "\r\n]" : "";
  if (hasFinished) return closing;
  const chunk = content("", "MAX_TOKENS", terms.usage, {
    modelVersion: fromLatin1(textOf(latest?.modelVersion) ?? NO_MODEL),
    responseId: fromLatin1(textOf(latest?.responseId) ?? terms.requestId),
  });
  if (terms.framing !== "json-array") return sseData(chunk);
  return `${terms.isFirst ? "[" : ",\r\n"}${JSON.stringify(chunk)}${closing}`;
}

/** An empty text is a part all the same: the SDK's chats drop turns without one. */
function content(text: string, finishReason: string, usage: Usage | null, named: object): object {
  const { input, output, thoughts, total } = figures(usage);
  return {
    candidates: [{ content: { parts: [{ text }], role: "model" }, finishReason, index: 0 }],
    usageMetadata: {
      promptTokenCount: input,
      candidatesTokenCount: output - thoughts,
      ...(thoughts > 0 ? { thoughtsTokenCount: thoughts } : {}),
      totalTokenCount: total,
    },
    ...named,
  };
}

function figures(usage: Usage | null): { input: number; output: number; thoughts: number; total: number } {
  const input = Math.max(0, usage?.inputTokens ?? 0);
  const output = Math.max(0, usage?.outputTokens ?? 0);
  const thoughts = Math.min(output, Math.max(0, usage?.reasoningTokens ?? 0));
  return { input, output, thoughts, total: input + output };
}

/** https://ai.google.dev/api/interactions-api */
function interactionReply(text: string, id: string, model: string, terms: ReplyTerms): Reply {
  const time = new Date(terms.now).toISOString();
  const step = { type: "model_output", content: [{ type: "text", text }] };
  const usage = interactionUsage(null);
  const head = { id, object: "interaction", model, role: "model", created: time, updated: time };
  const whole = { ...head, status: "completed", steps: [step], usage };
  if (!terms.stream) return jsonReply(whole);
  const events = [
    { event_type: "interaction.created", interaction: { ...head, status: "in_progress" } },
    { event_type: "step.start", index: 0, step: { type: "model_output" } },
    { event_type: "step.delta", index: 0, delta: { type: "text", text } },
    { event_type: "step.stop", index: 0 },
    { event_type: "interaction.completed", interaction: { ...head, status: "completed", usage } },
  ];
  return sseReply(events.map(interactionEvent).join("") + DONE);
}

const DONE = "event: done\ndata: [DONE]\n\n";

function interactionCut(interaction: Json, openStep: unknown, terms: CutTerms): string {
  const ended = {
    id: fromLatin1(textOf(interaction.id) ?? terms.requestId),
    object: "interaction",
    model: fromLatin1(textOf(interaction.model) ?? NO_MODEL),
    status: "incomplete",
    usage: interactionUsage(terms.usage),
  };
  const events = [
    ...(openStep === null ? [] : [{ event_type: "step.stop", index: openStep }]),
    { event_type: "interaction.completed", interaction: ended },
  ];
  return events.map(interactionEvent).join("") + DONE;
}

function interactionEvent(event: { readonly event_type: string }): string {
  return `event: ${event.event_type}\n${sseData(event)}`;
}

function interactionUsage(usage: Usage | null): object {
  const { input, output, thoughts, total } = figures(usage);
  return {
    total_input_tokens: input,
    total_output_tokens: output - thoughts,
    total_thought_tokens: thoughts,
    total_tokens: total,
  };
}
