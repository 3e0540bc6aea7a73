/** The last turn of a request in Anthropic's messages format, or the prompt of the legacy text completions. */
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

const CALL = /tool_use$/;

const MESSAGES: Script = {
  speakerOf: ({ role }) => (role === "assistant" ? "model" : role === "system" ? null : "agent"),
  readSaid: (turn, message) => noteContent(turn, message.content, noteBlock),
  readCalls(turn, message) {
    for (const value of listOf(message.content)) {
      const block = objectOf(value);
      if (typeof block?.type === "string" && CALL.test(block.type)) noteCall(turn, block.name, block.input);
    }
  },
};

/** The fingerprint of the last message, results of tools included. */
export function fingerprintMessages(request: Json): Fingerprint | null {
  const turn = createTurn();
  noteLastTurn(turn, listOf(request.messages), MESSAGES);
  noteText(turn, request.prompt);
  return fingerprintNotes(turn);
}

/** Results are told by their content: their ids differ each time. */
function noteBlock(turn: TurnNotes, block: Json): void {
  if (block.type === "tool_result") noteContent(turn, block.content);
  else noteMedia(turn, block);
}
