/** The content blocks of a client's request, each as a part. */
import { type Json, objectOf } from "../../json.ts";
import { argumentsText } from "../arguments.ts";
import { type Findings, noteOthers, noteUncarried, noteWrong } from "../findings.ts";
import type { Part, TextPart, ToolResultPart } from "../form.ts";
import { needText, readFlag, readObject, readText } from "../read-members.ts";
import { readKeepsake } from "./keepsake.ts";
import { readSignature } from "./read-answer.ts";
import { readDocumentSource, readImageSource } from "./read-source.ts";

type BlockReader = (findings: Findings, block: Json, path: string) => Part | null;

/** The blocks that may stand in a place, by their type. */
export type BlockReaders = ReadonlyMap<string, BlockReader>;

const TEXT: readonly [string, BlockReader] = ["text", readTextBlock];
const MEDIA: readonly (readonly [string, BlockReader])[] = [
  ["image", readImage],
  ["document", readDocument],
];

/** Instructions: text alone. */
export const INSTRUCTIONS: BlockReaders = new Map([TEXT]);
/** What the agent says, results of its tools included. */
export const SAID_BY_AGENT: BlockReaders = new Map([TEXT, ...MEDIA, ["tool_result", readToolResult]]);
/** What the model said. */
export const SAID_BY_MODEL: BlockReaders = new Map<string, BlockReader>([
  TEXT,
  ["thinking", readThought],
  ["redacted_thinking", readRedacted],
  ["tool_use", readToolUse],
]);
/** What a tool gave back. A tool that was found is one that the model has been told of at once. */
const GIVEN_BACK: BlockReaders = new Map([TEXT, ...MEDIA, ["tool_reference", readToolReference]]);

/** Adds the parts of a content to `parts`: a text, or blocks. Blocks that cannot stand there are named. */
export function readBlocks(
  findings: Findings,
  content: unknown,
  path: string,
  readers: BlockReaders,
  parts: Part[],
): void {
  if (content === undefined || content === null || content === "") return;
  if (typeof content === "string") parts.push({ kind: "text", text: content });
  else if (!Array.isArray(content)) noteWrong(findings, path, "a string or a list of content blocks");
  else
    for (const [at, value] of content.entries()) readBlock(findings, value, `${path}[${at}]`, readers, parts);
}

function readBlock(
  findings: Findings,
  value: unknown,
  path: string,
  readers: BlockReaders,
  parts: Part[],
): void {
  const block = objectOf(value);
  if (typeof block?.type !== "string") {
    noteWrong(findings, path, "a content block with a `type`");
    return;
  }
  const before = parts.at(-1);
  const signature = readKeepsake(block);
  if (signature) {
    if (before?.kind === "text" || before?.kind === "tool-call")
      parts[parts.length - 1] = { ...before, signature };
    return;
  }
  const read = readers.get(block.type);
  const part = read?.(findings, block, path);
  if (part) parts.push(part);
  if (!read) noteUncarried(findings, `${path}.type`, block.type);
}

/** Whether a prompt that is to be cached ends here. */
export function readCache(block: Json): Pick<TextPart, "cache"> {
  const mark = objectOf(block.cache_control);
  return mark ? { cache: mark.ttl === "1h" ? "hour" : "short" } : {};
}

/** Citations of a text are notes on what was said. */
function readTextBlock(findings: Findings, block: Json, path: string): Part | null {
  noteOthers(findings, block, path, new Set(["type", "text", "cache_control", "citations"]));
  const text = needText(findings, block, path, "text");
  return text ? { kind: "text", text, ...readCache(block) } : null;
}

/** How an image is scaled before it is looked at is a hint. */
function readImage(findings: Findings, block: Json, path: string): Part | null {
  noteOthers(findings, block, path, new Set(["type", "source", "cache_control", "transformations"]));
  const source = readImageSource(findings, block, path);
  return source && { kind: "image", source, ...readCache(block) };
}

function readDocument(findings: Findings, block: Json, path: string): Part | null {
  noteOthers(findings, block, path, new Set(["type", "source", "title", "cache_control", "citations"]));
  if (objectOf(block.citations)?.enabled === true) noteUncarried(findings, `${path}.citations`);
  const source = readDocumentSource(findings, block, path);
  const name = readText(findings, block, path, "title");
  return source && { kind: "document", source, name, ...readCache(block) };
}

function readThought(findings: Findings, block: Json, path: string): Part | null {
  noteOthers(findings, block, path, new Set(["type", "thinking", "signature"]));
  const text = needText(findings, block, path, "thinking") ?? "";
  const signature = readSignature(readText(findings, block, path, "signature"));
  return text === "" && signature === null ? null : { kind: "thinking", text, signature };
}

function readRedacted(findings: Findings, block: Json, path: string): Part | null {
  noteOthers(findings, block, path, new Set(["type", "data"]));
  const data = needText(findings, block, path, "data");
  const signature = readSignature(data);
  return signature && { kind: "thinking", text: "", signature, isRedacted: true };
}

/** Who called, and from which set of tools, are labels: tools that others call are named where they are declared. */
function readToolUse(findings: Findings, block: Json, path: string): Part | null {
  const understood = new Set(["type", "id", "name", "input", "cache_control", "caller", "toolset_name"]);
  noteOthers(findings, block, path, understood);
  const id = needText(findings, block, path, "id");
  const name = needText(findings, block, path, "name");
  const input = readObject(findings, block, path, "input") ?? {};
  if (id === null || name === null) return null;
  return { kind: "tool-call", id, name, arguments: argumentsText(input), ...readCache(block) };
}

function readToolResult(findings: Findings, block: Json, path: string): Part | null {
  const understood = new Set(["type", "tool_use_id", "content", "is_error", "cache_control", "toolset_name"]);
  noteOthers(findings, block, path, understood);
  const id = needText(findings, block, path, "tool_use_id");
  if (id === null) return null;
  const content: Part[] = [];
  readBlocks(findings, block.content, `${path}.content`, GIVEN_BACK, content);
  const isError = readFlag(findings, block, path, "is_error") ?? false;
  return {
    kind: "tool-result",
    id,
    name: null,
    content: content.filter(isGivenBack),
    isError,
    ...readCache(block),
  };
}

function isGivenBack(part: Part): part is ToolResultPart["content"][number] {
  return part.kind === "text" || part.kind === "image" || part.kind === "document";
}

function readToolReference(findings: Findings, block: Json, path: string): Part | null {
  noteOthers(findings, block, path, new Set(["type", "tool_name", "cache_control"]));
  const text = needText(findings, block, path, "tool_name");
  return text ? { kind: "text", text, ...readCache(block) } : null;
}
