/** The last turn of a request in Cohere's formats: the second version's messages, the first one's message or prompt. */
import type { Fingerprint } from "../core/loop-detector.ts";
import { type Json, listOf, objectOf } from "./json.ts";
import { readChatCalls } from "./openai-chat-turn.ts";
import {
  createTurn,
  fingerprintNotes,
  noteCall,
  noteContent,
  noteData,
  noteLastTurn,
  noteMedia,
  noteText,
  type Script,
  type TurnNotes,
} from "./turn.ts";

const CHAT: Script = {
  speakerOf: ({ role }) => (role === "assistant" ? "model" : role === "system" ? null : "agent"),
  readSaid: (turn, message) => noteContent(turn, message.content, notePart),
  readCalls: readChatCalls,
};

/** The fingerprint of the last messages; of the first version, of what stands beside the history. */
export function fingerprintCohere(request: Json): Fingerprint | null {
  const turn = createTurn();
  noteLastTurn(turn, listOf(request.messages), CHAT);
  noteText(turn, request.message);
  noteText(turn, request.prompt);
  noteText(turn, request.text);
  for (const value of listOf(request.tool_results)) {
    const result = objectOf(value);
    const call = objectOf(result?.call);
    if (call) noteCall(turn, call.name, call.parameters);
    noteData(turn, result?.outputs);
  }
  return fingerprintNotes(turn);
}

/** What a tool gave back comes as documents. */
function notePart(turn: TurnNotes, part: Json): void {
  if (part.type === "document") noteData(turn, objectOf(part.document)?.data ?? part.document);
  else noteMedia(turn, part);
}
