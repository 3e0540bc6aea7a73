/** Images and documents of a request as content blocks for a provider. */
import type { Json } from "../../json.ts";
import type { DocumentPart, ImagePart, Source } from "../form.ts";
import { registeredType } from "../media-types.ts";
import { writeCache } from "./write-cache.ts";

/** The block; null where the format has none for such a medium. */
export function writeMedium(part: ImagePart | DocumentPart): Json | null {
  const source = part.kind === "image" ? writeImageSource(part.source) : writeDocumentSource(part.source);
  const title = part.kind === "document" && part.name !== null ? { title: part.name } : {};
  return source && { type: part.kind, source, ...title, ...writeCache(part) };
}

function writeImageSource(source: Source): Json | null {
  if (source.kind === "text") return null;
  if (source.kind === "url") return { type: "url", url: source.url };
  return { type: "base64", media_type: registeredType(source.mediaType), data: source.data };
}

const PDF = "application/pdf";

/** PDFs, and what is text. */
function writeDocumentSource(source: Source): Json | null {
  switch (source.kind) {
    case "text":
      return writeText(source.text);
    case "url":
      return source.mediaType === null || source.mediaType === PDF ? { type: "url", url: source.url } : null;
    case "base64":
      if (source.mediaType === PDF) return { type: "base64", media_type: PDF, data: source.data };
      return source.mediaType.startsWith("text/")
        ? writeText(Buffer.from(source.data, "base64").toString())
        : null;
  }
}

function writeText(data: string): Json {
  return { type: "text", media_type: "text/plain", data };
}
