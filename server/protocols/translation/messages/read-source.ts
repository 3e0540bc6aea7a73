/** Where the bytes of images and documents are, in a client's request. */
import { type Json, listOf, objectOf } from "../../json.ts";
import { type Findings, noteUncarried, noteWrong } from "../findings.ts";
import type { Source } from "../form.ts";
import { needText } from "../read-members.ts";

/** The source of an image; null where there is none that can be carried, which is noted. */
export function readImageSource(findings: Findings, block: Json, path: string): Source | null {
  return readSource(findings, block, path, new Map([BASE64, URL_]));
}

/** The source of a document: text is one as well. */
export function readDocumentSource(findings: Findings, block: Json, path: string): Source | null {
  return readSource(findings, block, path, new Map([BASE64, URL_, TEXT, CONTENT]));
}

type SourceReader = (findings: Findings, source: Json, path: string) => Source | null;

const BASE64: readonly [string, SourceReader] = ["base64", readBase64];
const URL_: readonly [string, SourceReader] = ["url", readUrl];
const TEXT: readonly [string, SourceReader] = ["text", readTextSource];
const CONTENT: readonly [string, SourceReader] = ["content", readContent];

function readSource(
  findings: Findings,
  block: Json,
  path: string,
  readers: ReadonlyMap<string, SourceReader>,
): Source | null {
  const at = `${path}.source`;
  const source = objectOf(block.source);
  if (typeof source?.type !== "string") {
    noteWrong(findings, at, "an object with a `type`");
    return null;
  }
  const read = readers.get(source.type);
  // Files lie with the provider, under ids that mean something to it alone.
  if (!read) noteUncarried(findings, `${at}.type`, source.type);
  return read?.(findings, source, at) ?? null;
}

function readBase64(findings: Findings, source: Json, path: string): Source | null {
  const mediaType = needText(findings, source, path, "media_type");
  const data = needText(findings, source, path, "data");
  return mediaType === null || data === null ? null : { kind: "base64", mediaType, data };
}

function readUrl(findings: Findings, source: Json, path: string): Source | null {
  const url = needText(findings, source, path, "url");
  return url === null ? null : { kind: "url", url, mediaType: null };
}

function readTextSource(findings: Findings, source: Json, path: string): Source | null {
  const text = needText(findings, source, path, "data");
  return text === null ? null : { kind: "text", text };
}

/** A document made of blocks: the texts among them, each a paragraph. */
function readContent(findings: Findings, source: Json, path: string): Source | null {
  if (typeof source.content === "string") return { kind: "text", text: source.content };
  const texts: string[] = [];
  for (const [at, value] of listOf(source.content).entries()) {
    const block = objectOf(value);
    if (block?.type === "text" && typeof block.text === "string") texts.push(block.text);
    else noteUncarried(findings, `${path}.content[${at}]`);
  }
  return { kind: "text", text: texts.join("\n\n") };
}
