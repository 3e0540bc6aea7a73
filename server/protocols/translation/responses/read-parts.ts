/** The contents of messages and of tools' results: texts, images, files, refusals. */
import { isGiven } from "../../demand.ts";
import { type Json, objectOf } from "../../json.ts";
import { parseDataUrl } from "../data-url.ts";
import { type Findings, memberPath, noteUncarried, noteWrong } from "../findings.ts";
import type { DocumentPart, ImagePart, RefusalPart, Source, TextPart } from "../form.ts";
import { readText } from "../read-members.ts";
import { noteRest } from "./note-rest.ts";

export type ContentPart = TextPart | ImagePart | DocumentPart | RefusalPart;

/** The parts of a content, which is a text or a list of parts. Parts of other kinds are noted; empty texts are no parts. */
export function readContent<Kind extends ContentPart["kind"]>(
  findings: Findings,
  content: unknown,
  path: string,
  kinds: readonly Kind[],
): readonly Extract<ContentPart, { kind: Kind }>[] {
  if (!isGiven(content)) return [];
  const parts = typeof content === "string" ? [{ type: "input_text", text: content }] : content;
  if (!Array.isArray(parts)) {
    noteWrong(findings, path, "a text or a list of parts");
    return [];
  }
  return parts.flatMap((value, at) => {
    const json = objectOf(value);
    const place = `${path}[${at}]`;
    if (!json) {
      noteWrong(findings, place, "an object");
      return [];
    }
    const part = readPart(findings, json, place);
    if (part && !isOf(part, kinds)) noteUncarried(findings, `${place}.type`, json.type);
    return part && isOf(part, kinds) ? [part] : [];
  });
}

function isOf<Kind extends ContentPart["kind"]>(
  part: ContentPart,
  kinds: readonly Kind[],
): part is Extract<ContentPart, { kind: Kind }> {
  return kinds.some((kind) => kind === part.kind);
}

function readPart(findings: Findings, json: Json, path: string): ContentPart | null {
  switch (json.type) {
    case "input_text":
    case "output_text":
      return readTextPart(findings, json, path);
    case "refusal":
      return readRefusal(findings, json, path);
    case "input_image":
      return readImage(findings, json, path);
    case "input_file":
      return readFile(findings, json, path);
    default:
      noteUncarried(findings, `${path}.type`, json.type);
      return null;
  }
}

/** Annotations and log probabilities tell of a text that is said already. */
const TEXT_MEMBERS = new Set(["type", "text", "annotations", "logprobs", "prompt_cache_breakpoint"]);

function readTextPart(findings: Findings, json: Json, path: string): TextPart | null {
  noteRest(findings, json, path, TEXT_MEMBERS);
  if (typeof json.text !== "string") noteWrong(findings, memberPath(path, "text"), "a string");
  const text = readText(findings, json, path, "text");
  return text === null ? null : { kind: "text", text, ...readMark(json) };
}

const REFUSAL_MEMBERS = new Set(["type", "refusal"]);

function readRefusal(findings: Findings, json: Json, path: string): RefusalPart | null {
  noteRest(findings, json, path, REFUSAL_MEMBERS);
  const text = readText(findings, json, path, "refusal");
  return text === null ? null : { kind: "refusal", text };
}

const IMAGE_MEMBERS = new Set(["type", "image_url", "detail", "prompt_cache_breakpoint"]);

function readImage(findings: Findings, json: Json, path: string): ImagePart | null {
  noteRest(findings, json, path, IMAGE_MEMBERS);
  const url = readText(findings, json, path, "image_url");
  if (url === null) {
    if (!isGiven(json.file_id)) noteWrong(findings, memberPath(path, "image_url"), "the URL of the image");
    return null;
  }
  const detail = readText(findings, json, path, "detail");
  const hint = detail === null || detail === "auto" ? {} : { detail };
  return { kind: "image", source: sourceOf(url), ...hint, ...readMark(json) };
}

const FILE_MEMBERS = new Set([
  "type",
  "file_data",
  "file_url",
  "filename",
  "detail",
  "prompt_cache_breakpoint",
]);

function readFile(findings: Findings, json: Json, path: string): DocumentPart | null {
  noteRest(findings, json, path, FILE_MEMBERS);
  const name = readText(findings, json, path, "filename");
  const data = readText(findings, json, path, "file_data");
  const url = readText(findings, json, path, "file_url");
  if (data !== null) {
    if (url !== null) noteUncarried(findings, memberPath(path, "file_url"));
    return { kind: "document", source: documentOf(data, name), name, ...readMark(json) };
  }
  if (url !== null) return { kind: "document", source: sourceOf(url), name, ...readMark(json) };
  if (!isGiven(json.file_id)) noteWrong(findings, memberPath(path, "file_data"), "the file as a `data:` URL");
  return null;
}

function sourceOf(url: string): Source {
  const media = parseDataUrl(url);
  return media ? { kind: "base64", ...media } : { kind: "url", url, mediaType: null };
}

/** Bare base64 is taken for what the file's name says, and for a PDF where that says nothing. */
function documentOf(text: string, name: string | null): Source {
  const isPlain = name !== null && /\.(?:txt|md|csv|json|html?|xml)$/i.test(name);
  const { mediaType, data } = parseDataUrl(text) ?? {
    mediaType: isPlain ? "text/plain" : "application/pdf",
    data: text,
  };
  if (!/^text\//i.test(mediaType)) return { kind: "base64", mediaType, data };
  return { kind: "text", text: Buffer.from(data, "base64").toString() };
}

/** Where a prompt that is to be cached ends: for half an hour, unless the client asks for half a day. */
function readMark(json: Json): { cache?: "short" | "hour" } {
  const mark = objectOf(json.prompt_cache_breakpoint);
  if (!mark) return {};
  return { cache: mark.ttl === "12h" ? "hour" : "short" };
}
