/** The conversation of a client's request. */
import { type Json, objectOf } from "../../json.ts";
import { type Findings, noteOthers, noteWrong } from "../findings.ts";
import type { NeutralRequest, Part, TextPart, Turn } from "../form.ts";
import { readList } from "../read-members.ts";
import { putResultsFirst } from "../turns.ts";
import { type BlockReaders, INSTRUCTIONS, readBlocks, SAID_BY_AGENT, SAID_BY_MODEL } from "./read-blocks.ts";

/** Claude Code's own label for what it sends, new with every request: no instruction, and it would spoil every cache. */
const BILLING_LABEL = "x-anthropic-billing-header:";

/** The system prompt. */
export function readSystem(findings: Findings, request: Json): NeutralRequest["system"] {
  const parts: Part[] = [];
  readBlocks(findings, request.system, "system", INSTRUCTIONS, parts);
  return parts.filter(isText).filter(({ text }) => !text.startsWith(BILLING_LABEL));
}

const ROLES = new Map<unknown, { readonly role: Turn["role"]; readonly readers: BlockReaders }>([
  ["user", { role: "user", readers: SAID_BY_AGENT }],
  ["assistant", { role: "assistant", readers: SAID_BY_MODEL }],
  ["system", { role: "system", readers: INSTRUCTIONS }],
]);

interface Draft {
  readonly role: Turn["role"];
  readonly parts: Part[];
}

/** The turns: messages of the same role that follow each other are one. */
export function readTurns(findings: Findings, request: Json): readonly Turn[] {
  const messages = readList(findings, request, "", "messages");
  if (!messages || messages.length === 0) noteWrong(findings, "messages", "a list of at least one message");
  const drafts: Draft[] = [];
  for (const [at, value] of (messages ?? []).entries()) {
    const path = `messages[${at}]`;
    const message = objectOf(value);
    const speaker = ROLES.get(message?.role);
    if (!message) noteWrong(findings, path, "an object with `role` and `content`");
    else if (!speaker) noteWrong(findings, `${path}.role`, "`user`, `assistant` or `system`");
    else {
      noteOthers(findings, message, path, new Set(["role", "content"]));
      const last = drafts.at(-1);
      const parts = last?.role === speaker.role ? last.parts : [];
      readBlocks(findings, message.content, `${path}.content`, speaker.readers, parts);
      if (parts !== last?.parts && parts.length > 0) drafts.push({ role: speaker.role, parts });
    }
  }
  return nameResults(drafts).map(putResultsFirst);
}

/** The names of the tools, which results leave out. */
function nameResults(drafts: readonly Draft[]): readonly Turn[] {
  const names = new Map<string, string>();
  return drafts.map(({ role, parts }) => ({
    role,
    parts: parts.map((part) => {
      if (part.kind === "tool-call") names.set(part.id, part.name);
      return part.kind === "tool-result" ? { ...part, name: names.get(part.id) ?? null } : part;
    }),
  }));
}

function isText(part: Part): part is TextPart {
  return part.kind === "text";
}
