/** The conversation in a client's request: instructions, and items that become turns. */
import { isGiven } from "../../demand.ts";
import { type Json, objectOf } from "../../json.ts";
import { type Findings, memberPath, noteUncarried, noteWrong } from "../findings.ts";
import type { Part, TextPart, Turn } from "../form.ts";
import { readList, readText } from "../read-members.ts";
import { putResultsFirst } from "../turns.ts";
import { noteRest } from "./note-rest.ts";
import { readContent } from "./read-parts.ts";
import { type Reasoning, readReasoning } from "./reasoning-item.ts";

/** What has been read of a conversation. */
interface Conversation {
  readonly system: TextPart[];
  readonly turns: Draft[];
  /** Every call by its id: which tool it called, and where it stands. */
  readonly calls: Map<string, { readonly name: string; readonly turn: Draft; readonly at: number }>;
}

interface Draft {
  readonly role: Turn["role"];
  readonly parts: Part[];
}

/** What comes before the conversation, and the conversation. Items that cannot be carried are noted. */
export function readInput(findings: Findings, json: Json): Pick<Conversation, "system"> & { turns: Turn[] } {
  const conversation: Conversation = { system: [], turns: [], calls: new Map() };
  const instructions = readText(findings, json, "", "instructions");
  if (instructions !== null) conversation.system.push({ kind: "text", text: instructions });
  if (typeof json.input === "string") {
    addParts(conversation, "user", readContent(findings, json.input, "input", ["text"]));
  } else {
    for (const [at, value] of readList(findings, json, "", "input").entries()) {
      const item = objectOf(value);
      if (item) readItem(findings, conversation, item, `input[${at}]`);
      else noteWrong(findings, `input[${at}]`, "an object");
    }
  }
  return { system: conversation.system, turns: conversation.turns.map(putResultsFirst) };
}

function readItem(findings: Findings, conversation: Conversation, item: Json, path: string): void {
  const type = item.type ?? (isGiven(item.role) ? "message" : "item_reference");
  if (type === "message") readMessage(findings, conversation, item, path);
  else if (type === "function_call") readCall(findings, conversation, item, path);
  else if (type === "function_call_output") readResult(findings, conversation, item, path);
  else if (type === "reasoning") addReasoning(conversation, readReasoning(item));
  else noteUncarried(findings, `${path}.type`, type);
}

/** The phase of an answer is a label: providers' own texts carry none. */
const MESSAGE_MEMBERS = new Set(["type", "role", "content", "id", "status", "phase"]);

function readMessage(findings: Findings, conversation: Conversation, item: Json, path: string): void {
  noteRest(findings, item, path, MESSAGE_MEMBERS);
  const place = memberPath(path, "content");
  switch (item.role) {
    case "user":
      addParts(conversation, "user", readContent(findings, item.content, place, SHOWN));
      break;
    case "assistant":
      addParts(conversation, "assistant", readContent(findings, item.content, place, ["text", "refusal"]));
      break;
    case "system":
    case "developer":
      addInstructions(conversation, readContent(findings, item.content, place, ["text"]));
      break;
    default:
      noteWrong(findings, memberPath(path, "role"), "`user`, `assistant`, `system` or `developer`");
  }
}

/** What a user and a tool can show. */
const SHOWN = ["text", "image", "document"] as const;

const CALL_MEMBERS = new Set([
  "type",
  "id",
  "call_id",
  "name",
  "arguments",
  "status",
  "caller",
  "created_by",
]);

function readCall(findings: Findings, conversation: Conversation, item: Json, path: string): void {
  noteRest(findings, item, path, CALL_MEMBERS);
  noteCaller(findings, item, path);
  const id = readText(findings, item, path, "call_id");
  const name = readText(findings, item, path, "name");
  const args = readText(findings, item, path, "arguments") ?? "{}";
  if (id === null) noteWrong(findings, memberPath(path, "call_id"), "the id of the call");
  if (name === null) noteWrong(findings, memberPath(path, "name"), "the name of the function");
  if (id === null || name === null) return;
  const turn = addParts(conversation, "assistant", [{ kind: "tool-call", id, name, arguments: args }]);
  if (turn) conversation.calls.set(id, { name, turn, at: turn.parts.length - 1 });
}

const RESULT_MEMBERS = new Set(["type", "id", "call_id", "output", "status", "name", "caller", "created_by"]);

function readResult(findings: Findings, conversation: Conversation, item: Json, path: string): void {
  noteRest(findings, item, path, RESULT_MEMBERS);
  noteCaller(findings, item, path);
  const id = readText(findings, item, path, "call_id");
  const content = readContent(findings, item.output, memberPath(path, "output"), SHOWN);
  if (id === null) noteWrong(findings, memberPath(path, "call_id"), "the id of the call");
  else {
    const name = conversation.calls.get(id)?.name ?? null;
    addParts(conversation, "user", [{ kind: "tool-result", id, name, content, isError: false }]);
  }
}

/** Code that runs at OpenAI calls tools too. */
function noteCaller(findings: Findings, item: Json, path: string): void {
  const type = objectOf(item.caller)?.type;
  if (isGiven(type) && type !== "direct") noteUncarried(findings, memberPath(path, "caller"));
}

function addReasoning(conversation: Conversation, reasoning: Reasoning | null): void {
  if (reasoning?.kind === "thinking") addParts(conversation, "assistant", [reasoning]);
  else if (reasoning) sign(conversation, reasoning);
}

/** Gives a call, or the text right before, its signature back. What it belonged to may be gone: then nobody needs it. */
function sign(
  { turns, calls }: Conversation,
  { signature, call }: Exclude<Reasoning, { kind: "thinking" }>,
): void {
  const last = turns.at(-1);
  const before = last?.role === "assistant" ? { turn: last, at: last.parts.length - 1 } : undefined;
  const place = call === null ? before : calls.get(call);
  const part = place?.turn.parts[place.at];
  if (!place || part?.kind !== (call === null ? "text" : "tool-call")) return;
  place.turn.parts[place.at] = { ...part, signature };
}

/** Instructions stand before the conversation until it begins. */
function addInstructions(conversation: Conversation, texts: readonly TextPart[]): void {
  if (conversation.turns.length > 0) addParts(conversation, "system", texts);
  else for (const text of texts) conversation.system.push(text);
}

/** Adds to the turn at hand where it has the same role, else begins one; the turn, or null where there was nothing to add. */
function addParts({ turns }: Conversation, role: Turn["role"], parts: readonly Part[]): Draft | null {
  if (parts.length === 0) return null;
  const last = turns.at(-1);
  const turn = last?.role === role ? last : { role, parts: [] };
  if (turn !== last) turns.push(turn);
  for (const part of parts) turn.parts.push(part);
  return turn;
}
