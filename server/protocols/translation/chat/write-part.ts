/** What a user says as a content part for a provider. */
import type { Json } from "../../json.ts";
import { writeDataUrl } from "../data-url.ts";
import type { AudioPart, DocumentPart, Feature, ImagePart, Part } from "../form.ts";

/** A file is demanded to have a name. */
const FILE_NAME = "document.pdf";
/** The sounds that are taken, by their media types. */
const AUDIO_FORMATS = new Map([
  ["audio/wav", "wav"],
  ["audio/x-wav", "wav"],
  ["audio/mpeg", "mp3"],
  ["audio/mp3", "mp3"],
]);

/** One part of text is the text itself; all else is a list. */
export function contentOf(parts: readonly Json[]): unknown {
  const [only] = parts;
  if (!only) return "";
  return parts.length === 1 && only.type === "text" ? only.text : parts;
}

/** The content part; none for what stands elsewhere, or has no place, which is added to `uncarried`. */
export function writePart(part: Part, uncarried: Set<Feature>): readonly Json[] {
  switch (part.kind) {
    case "text":
      return [{ type: "text", text: part.text }];
    case "image":
      return orUncarried(writeImage(part), "image", uncarried);
    case "document":
      return orUncarried(writeDocument(part), "document", uncarried);
    case "audio":
      return orUncarried(writeAudio(part), "audio", uncarried);
    default:
      return [];
  }
}

function orUncarried(part: Json | null, feature: Feature, uncarried: Set<Feature>): readonly Json[] {
  if (part === null) uncarried.add(feature);
  return part === null ? [] : [part];
}

function writeImage({ source, detail }: ImagePart): Json | null {
  if (source.kind === "text") return null;
  const url = source.kind === "base64" ? writeDataUrl(source) : source.url;
  return { type: "image_url", image_url: { url, ...(detail === undefined ? {} : { detail }) } };
}

/** Files are PDFs that stand in the request; a text file is as well said as text. */
function writeDocument({ source, name }: DocumentPart): Json | null {
  switch (source.kind) {
    case "base64":
      return { type: "file", file: { filename: name ?? FILE_NAME, file_data: writeDataUrl(source) } };
    case "text":
      return { type: "text", text: name === null ? source.text : `${name}:\n${source.text}` };
    case "url":
      return null;
  }
}

function writeAudio({ source }: AudioPart): Json | null {
  const format = source.kind === "base64" ? AUDIO_FORMATS.get(source.mediaType) : undefined;
  if (source.kind !== "base64" || format === undefined) return null;
  return { type: "input_audio", input_audio: { data: source.data, format } };
}
