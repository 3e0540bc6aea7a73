/**
 * The tool loop that a conversation is in: the calls, and what they gave back, since somebody last spoke. To a provider
 * that thinks by a budget it is one turn, which it either began by thinking or goes on with without.
 * https://platform.claude.com/docs/en/build-with-claude/extended-thinking#extended-thinking-with-tool-use
 */
import type { Part, Turn } from "../form.ts";
import type { ModelTraits } from "./claude.ts";
import { isOwnThinking, writeWords } from "./write-blocks.ts";

/**
 * Whose calls a model goes on from. `own`: the model's, with the thinking that led to them. `others`: another provider
 * made some of them, so that there is no such thinking. `bare`: the client has lost it, or none was asked for.
 */
type ToolLoop = "own" | "others" | "bare";

/** The loop at the end of the conversation; null where the last message brings no results of tools. */
export function findToolLoop(turns: readonly Turn[], { callIds }: ModelTraits): ToolLoop | null {
  const messages = toMessages(turns);
  const last = messages.at(-1);
  if (!last || !bringsResults(last)) return null;
  const start = messages.findLastIndex((message) => message.role === "user" && !bringsResults(message));
  const led = messages.slice(start + 1).filter(({ role }) => role === "assistant");
  const first = led.at(-1)?.parts.find(isTold);
  if (first && isOwnThinking(first)) return "own";
  return led.some((message) => isOthers(message, callIds)) ? "others" : "bare";
}

/** The turns as the provider is told them: what nothing is left of parts no others. */
function toMessages(turns: readonly Turn[]): readonly Turn[] {
  const messages: { readonly role: Turn["role"]; readonly parts: Part[] }[] = [];
  for (const { role, parts } of turns) {
    if (role === "system" || !parts.some(isTold)) continue;
    const last = messages.at(-1);
    if (last?.role === role) for (const part of parts) last.parts.push(part);
    else messages.push({ role, parts: [...parts] });
  }
  return messages;
}

function isTold(part: Part): boolean {
  if (part.kind === "text" || part.kind === "refusal") return writeWords(part) !== null;
  return part.kind !== "thinking" || isOwnThinking(part);
}

function bringsResults({ parts }: Turn): boolean {
  return parts.some(({ kind }) => kind === "tool-result");
}

/** Ids tell it where they are known, because not every provider signs what it says. */
function isOthers({ parts }: Turn, callIds: string | null): boolean {
  if (callIds === null) return parts.some(isSignedElsewhere);
  return parts.some((part) => part.kind === "tool-call" && !part.id.startsWith(callIds));
}

function isSignedElsewhere(part: Part): boolean {
  const signature = "signature" in part ? part.signature : null;
  return signature ? signature.by !== "anthropic-messages" : false;
}
