/** The conversation of a request. https://ai.google.dev/api/caching#Content */

import { type Findings, noteWrong } from "../findings.ts";
import type { AnswerPart, Part, TextPart, Turn } from "../form.ts";
import { putResultsFirst } from "../turns.ts";
import { type CallBook, createCallBook } from "./call-book.ts";
import {
  type Members,
  nameRest,
  passOver,
  readMembers,
  takeFlag,
  takeList,
  takeMembers,
  takeText,
  type Written,
} from "./members.ts";
import { readMedia } from "./read-media.ts";
import { readResult } from "./read-result.ts";
import { joinSpoken, readSpoken } from "./spoken.ts";

/** Turns as they are gathered: neighbours of one role are one. */
type Draft =
  | { readonly role: "user"; readonly parts: Part[] }
  | { readonly role: "assistant"; readonly parts: AnswerPart[] };

/** The turns; a problem where there is nothing that the model could answer. */
export function readContents(request: Members): readonly Turn[] {
  const { findings } = request;
  const calls = createCallBook();
  const drafts: Draft[] = [];
  for (const written of takeList(request, "contents")) {
    const content = readMembers(written, findings);
    const draft = content && readContent(content, calls);
    if (draft) gather(drafts, draft);
  }
  const turns = drafts.map(settle);
  if (turns.length === 0) noteWrong(findings, "contents", "a list of contents with something in it");
  return turns;
}

/** Texts of the instructions, which stand in a content without a role that matters. */
export function readInstructions(written: Written | null, findings: Findings): readonly TextPart[] {
  const content = written && readMembers(written, findings);
  if (!content) return [];
  const texts = readEach(content, (part) => {
    const text = takeText(part, "text");
    nameRest(part);
    return text ? { kind: "text" as const, text } : null;
  });
  passOver(content, "role");
  nameRest(content);
  return texts;
}

function readContent(content: Members, calls: CallBook): Draft | null {
  const path = content.left.get("role")?.path ?? content.path;
  const role = takeText(content, "role") || "user";
  const draft: Draft | null =
    role === "model"
      ? { role: "assistant", parts: readEach(content, (part) => readSpoken(part, calls.call)) }
      : role === "user" || role === "function"
        ? { role: "user", parts: readEach(content, (part) => readSaid(part, calls)) }
        : null;
  if (!draft) noteWrong(content.findings, path, '"user" or "model"');
  nameRest(content);
  return draft;
}

/** Adds what is said to the turn of who said it. */
function gather(drafts: Draft[], next: Draft): void {
  const last = drafts.at(-1);
  if (next.parts.length === 0) return;
  if (last?.role === "assistant" && next.role === "assistant") append(last.parts, next.parts);
  else if (last?.role === "user" && next.role === "user") append(last.parts, next.parts);
  else drafts.push(next);
}

function append<One>(ones: One[], others: readonly One[]): void {
  for (const other of others) ones.push(other);
}

/** A part of the user's content; null for what says nothing. */
function readSaid(part: Members, calls: CallBook): Part | null {
  const answer = takeMembers(part, "functionResponse");
  const said = answer ? readResult(answer, calls) : (readMedia(part) ?? readText(part));
  // How closely a medium is to be looked at is a hint, and what the user says is no thought.
  passOver(part, "partMetadata", "mediaResolution", "thoughtSignature");
  takeFlag(part, "thought");
  nameRest(part);
  return said;
}

function readText(part: Members): TextPart | null {
  const text = takeText(part, "text");
  return text ? { kind: "text", text } : null;
}

function readEach<One>(content: Members, read: (part: Members) => One | null): One[] {
  return takeList(content, "parts").flatMap((written) => {
    const part = readMembers(written, content.findings);
    const one = part && read(part);
    return one === null ? [] : [one];
  });
}

function settle(draft: Draft): Turn {
  return draft.role === "user" ? putResultsFirst(draft) : { ...draft, parts: joinSpoken(draft.parts) };
}
