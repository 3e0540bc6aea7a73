/** The last turn of a request of the responses API: of the items in its input, or of the text that stands for them. */
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

/** What the client answers to a call, whatever the tool. */
const ANSWER = /_(?:output|response)$/;
const CALL = /_call$/;

const RESPONSES: Script = { speakerOf, readSaid, readCalls };

/** The fingerprint of the last items, with the variables of a stored prompt. */
export function fingerprintResponses(request: Json): Fingerprint | null {
  const turn = createTurn();
  noteText(turn, request.input);
  noteLastTurn(turn, listOf(request.input), RESPONSES);
  const variables = objectOf(request.prompt)?.variables;
  if (objectOf(variables)) noteData(turn, variables);
  return fingerprintNotes(turn);
}

/** Messages have a role; of other items the type tells. What an item only refers to, nobody says here. */
function speakerOf({ role, type }: Json): Speaker {
  if (role === "assistant") return "model";
  if (role === "system" || role === "developer" || type === "item_reference") return null;
  if (typeof role === "string" || typeof type !== "string") return "agent";
  return ANSWER.test(type) ? "agent" : "model";
}

function readSaid(turn: TurnNotes, item: Json): void {
  noteContent(turn, item.content);
  noteContent(turn, item.output);
  // A screenshot is a part by itself.
  noteMedia(turn, objectOf(item.output));
  if (typeof item.approve === "boolean") noteText(turn, item.approve ? "approved" : "denied");
}

/** Functions have arguments, custom tools an input, shells and computers an action, patches an operation. */
function readCalls(turn: TurnNotes, item: Json): void {
  if (typeof item.type !== "string" || !CALL.test(item.type)) return;
  noteCall(turn, item.name ?? item.type, item.arguments ?? item.input ?? item.action ?? item.operation);
}
