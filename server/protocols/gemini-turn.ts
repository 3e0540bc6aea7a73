/** The last turn of a request in Gemini's formats: of its contents, or of an interaction's input. */
import type { Fingerprint } from "../core/loop-detector.ts";
import { type Json, listOf, objectOf } from "./json.ts";
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
  type Speaker,
  type TurnNotes,
} from "./turn.ts";

const CONTENTS: Script = {
  speakerOf: ({ role }) => (role === "model" ? "model" : role === "system" ? null : "agent"),
  readSaid: (turn, content) => noteContent(turn, partsOf(content), notePart),
  readCalls(turn, content) {
    for (const value of partsOf(content)) {
      const call = objectOf(member(value, "functionCall", "function_call"));
      if (call) noteCall(turn, call.name, call.args);
    }
  },
};

/** What the client says in an interaction: contents by themselves, and these steps. */
const SAID = new Set<unknown>([
  "text",
  "image",
  "audio",
  "video",
  "document",
  "user_input",
  "function_result",
]);

const INTERACTION: Script = {
  speakerOf: ({ role, type }): Speaker => {
    if (typeof role === "string") return role === "model" ? "model" : "agent";
    return type === undefined || SAID.has(type) ? "agent" : "model";
  },
  readSaid(turn, step) {
    if (step.type === "function_result") noteResult(turn, step.result);
    else noteContent(turn, step.content ?? [step]);
  },
  readCalls(turn, step) {
    for (const value of [step, ...listOf(step.content)]) {
      const call = objectOf(value);
      if (call?.type === "function_call") noteCall(turn, call.name, call.arguments);
    }
  },
};

/** The fingerprint of the last content or step. What is only embedded or counted has none. */
export function fingerprintGemini(request: Json): Fingerprint | null {
  const turn = createTurn();
  noteText(turn, request.contents);
  noteText(turn, request.input);
  noteLastTurn(turn, entriesOf(request.contents), CONTENTS);
  noteLastTurn(turn, entriesOf(request.input), INTERACTION);
  return fingerprintNotes(turn);
}

/** One entry may stand without a list around it. */
function entriesOf(value: unknown): readonly unknown[] {
  return objectOf(value) ? [value] : listOf(value);
}

function partsOf({ parts }: Json): readonly unknown[] {
  return entriesOf(parts);
}

function notePart(turn: TurnNotes, part: Json): void {
  const answer = objectOf(member(part, "functionResponse", "function_response"));
  if (!answer) noteMedia(turn, part);
  noteData(turn, answer?.response);
  for (const inner of listOf(answer?.parts)) noteMedia(turn, inner);
}

function noteResult(turn: TurnNotes, result: unknown): void {
  if (Array.isArray(result)) noteContent(turn, result);
  else noteData(turn, result);
}

/** A member of a part, in either spelling. */
function member(value: unknown, camel: string, snake: string): unknown {
  const part = objectOf(value);
  return part?.[camel] ?? part?.[snake];
}
