/** Media of a request: `inlineData`, which holds it, and `fileData`, which names it. */

import { noteUncarried, noteWrong } from "../findings.ts";
import type { AudioPart, DocumentPart, ImagePart, Source } from "../form.ts";
import { mediaTypeOf } from "./media-type.ts";
import { type Members, nameRest, takeMembers, takeText } from "./members.ts";

/** The image, document or recording of a part; null where it holds none, or one that cannot be carried over. */
export function readMedia(part: Members): ImagePart | DocumentPart | AudioPart | null {
  const inline = takeMembers(part, "inlineData");
  if (inline) return readInline(inline);
  const file = takeMembers(part, "fileData");
  return file && readFile(file);
}

function readInline(inline: Members): ImagePart | DocumentPart | AudioPart | null {
  const typePath = inline.left.get("mimeType")?.path ?? `${inline.path}.mimeType`;
  const mediaType = takeText(inline, "mimeType");
  const data = takeText(inline, "data");
  const name = takeText(inline, "displayName");
  nameRest(inline);
  if (!mediaType) noteWrong(inline.findings, typePath, "the media type of the data, as `image/png`");
  if (data === null) noteWrong(inline.findings, `${inline.path}.data`, "the data in base64");
  if (!mediaType || data === null) return null;
  const part = partOf(mediaType, name, { kind: "base64", mediaType, data });
  if (!part) noteUncarried(inline.findings, typePath, mediaType);
  return part?.kind === "document" && isText(mediaType) ? { ...part, source: textOf(data) } : part;
}

function readFile(file: Members): ImagePart | DocumentPart | AudioPart | null {
  const typePath = file.left.get("mimeType")?.path ?? `${file.path}.mimeType`;
  const urlPath = file.left.get("fileUri")?.path ?? `${file.path}.fileUri`;
  const url = takeText(file, "fileUri");
  const mediaType = takeText(file, "mimeType") || mediaTypeOf(url ?? "");
  const name = takeText(file, "displayName");
  nameRest(file);
  if (!url) noteWrong(file.findings, urlPath, "the file's URL");
  else if (!isPublic(url)) noteUncarried(file.findings, urlPath);
  else {
    const part = mediaType ? partOf(mediaType, name, { kind: "url", url, mediaType }) : null;
    if (!part) noteUncarried(file.findings, mediaType ? typePath : urlPath, mediaType ?? undefined);
    return part;
  }
  return null;
}

/** Files that were uploaded to Google are seen by nobody else. */
function isPublic(url: string): boolean {
  return /^https?:\/\//i.test(url) && !/^https?:\/\/generativelanguage\.googleapis\.com\//i.test(url);
}

function partOf(
  mediaType: string,
  name: string | null,
  source: Source,
): ImagePart | DocumentPart | AudioPart | null {
  const type = mediaType.toLowerCase();
  if (type.startsWith("image/")) return { kind: "image", source };
  if (type.startsWith("audio/")) return { kind: "audio", source };
  return type === "application/pdf" || isText(type) ? { kind: "document", source, name } : null;
}

function isText(mediaType: string): boolean {
  return /^(?:text\/|application\/(?:json|xml|javascript|x-javascript|x-python)\b)/i.test(mediaType);
}

function textOf(data: string): Source {
  return { kind: "text", text: Buffer.from(data, "base64").toString() };
}
