/** The last turn of a request in the format of chat completions, the legacy completions and compatible hosts included. */
import type { Fingerprint } from "../core/loop-detector.ts";
import { type Json, listOf, objectOf } from "./json.ts";
import {
  createTurn,
  fingerprintNotes,
  noteCall,
  noteContent,
  noteLastTurn,
  noteMedia,
  noteText,
  type Script,
  type TurnNotes,
} from "./turn.ts";

const CHAT: Script = {
  speakerOf: ({ role }) => {
    if (role === "assistant") return "model";
    return role === "system" || role === "developer" ? null : "agent";
  },
  readSaid(turn, message) {
    noteContent(turn, message.content);
    // Ollama's own API has images beside the text.
    for (const image of listOf(message.images)) noteMedia(turn, image);
  },
  readCalls: readChatCalls,
};

/** The fingerprint of the last messages, or of a legacy prompt. Embeddings and the like have none. */
export function fingerprintChat(request: Json): Fingerprint | null {
  const turn = createTurn();
  noteLastTurn(turn, listOf(request.messages), CHAT);
  notePrompt(turn, request.prompt);
  noteText(turn, request.suffix);
  for (const image of listOf(request.images)) noteMedia(turn, image);
  return fingerprintNotes(turn);
}

/** Notes the calls in an assistant's message, those of the legacy functions included. */
export function readChatCalls(turn: TurnNotes, message: Json): void {
  for (const value of listOf(message.tool_calls)) {
    const call = objectOf(value);
    const called = objectOf(call?.function) ?? objectOf(call?.custom);
    if (called) noteCall(turn, called.name, called.arguments ?? called.input);
  }
  const called = objectOf(message.function_call);
  if (called) noteCall(turn, called.name, called.arguments);
}

/** A text, several of them, or token ids. */
function notePrompt(turn: TurnNotes, prompt: unknown): void {
  const isTokens = listOf(prompt).some((one) => typeof one !== "string");
  if (isTokens) noteMedia(turn, prompt);
  else noteContent(turn, prompt);
}
