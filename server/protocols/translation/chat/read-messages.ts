/** What a request's messages mean: the instructions before the conversation, and its turns. */
import { type Json, textOf } from "../../json.ts";
import { type Findings, noteOthers, noteUncarried, noteWrong } from "../findings.ts";
import type { Part, TextPart, ToolResultPart, Turn } from "../form.ts";
import { type Located, readObjects, readText } from "../read-members.ts";
import { putResultsFirst } from "../turns.ts";
import { readAssistant } from "./read-assistant.ts";
import { readCacheMark } from "./read-cache.ts";
import { INSTRUCTION_PARTS, RESULT_PARTS, readContent, USER_PARTS } from "./read-part.ts";

export interface Conversation {
  readonly system: readonly TextPart[];
  readonly turns: readonly Turn[];
}

/** A turn while messages are added to it. */
interface OpenTurn {
  readonly role: Turn["role"];
  readonly parts: Part[];
}

const SAID: ReadonlySet<string> = new Set(["role", "content", "cache_control"]);
const RETURNED: ReadonlySet<string> = new Set(["role", "content", "cache_control", "tool_call_id", "name"]);

/** Reads the messages. Messages of one role are one turn; a tool's result stands in the user's. */
export function readMessages(findings: Findings, request: Json): Conversation {
  const system: TextPart[] = [];
  const turns: OpenTurn[] = [];
  /** The names of the tools that were called, by the id of the call. */
  const called = new Map<string, string>();

  if (!Array.isArray(request.messages)) noteWrong(findings, "messages", "a list of messages");
  for (const located of readObjects(findings, request, "", "messages")) readMessage(located);
  return { system, turns: turns.map(putResultsFirst) };

  function readMessage(located: Located): void {
    const { object: message, path } = located;
    switch (message.role) {
      case "system":
      case "developer": {
        noteOthers(findings, message, path, SAID);
        const texts = readContent(findings, message, path, INSTRUCTION_PARTS);
        if (turns.length > 0) add("system", texts);
        else for (const text of texts) system.push(text);
        break;
      }
      case "user":
        noteOthers(findings, message, path, SAID);
        add("user", readContent(findings, message, path, USER_PARTS));
        break;
      case "assistant": {
        const parts = readAssistant(findings, located);
        for (const part of parts) if (part.kind === "tool-call") called.set(part.id, part.name);
        add("assistant", parts);
        break;
      }
      case "tool":
        add("user", [readResult(located)]);
        break;
      default:
        if (message.role === "function") noteUncarried(findings, `${path}.role=function`);
        else noteWrong(findings, `${path}.role`, "system, developer, user, assistant or tool");
    }
  }

  function readResult({ object: message, path }: Located): ToolResultPart {
    noteOthers(findings, message, path, RETURNED);
    const id = readText(findings, message, path, "tool_call_id");
    if (id === null) noteWrong(findings, `${path}.tool_call_id`, "the id of a tool call");
    const content = readContent(findings, message, path, RESULT_PARTS);
    // A mark on the message stands on its text already where that is all there is.
    const mark = typeof message.content === "string" ? {} : readCacheMark(message);
    const name = called.get(id ?? "") ?? textOf(message.name);
    return { kind: "tool-result", id: id ?? "", name, content, isError: false, ...mark };
  }

  function add(role: Turn["role"], parts: readonly Part[]): void {
    if (parts.length === 0) return;
    const last = turns.at(-1);
    const turn: OpenTurn = last?.role === role ? last : { role, parts: [] };
    if (turn !== last) turns.push(turn);
    for (const part of parts) turn.parts.push(part);
  }
}
