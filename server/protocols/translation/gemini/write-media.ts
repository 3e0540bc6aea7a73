/** Images, documents and recordings as parts of a request. https://ai.google.dev/api/caching#Part */
import type { Json } from "../../json.ts";
import type { AudioPart, DocumentPart, ImagePart, Source } from "../form.ts";
import { registeredType } from "../media-types.ts";
import { mediaTypeOf } from "./media-type.ts";

/** What stands behind a URL whose type nobody says. */
const USUAL = { image: "image/jpeg", document: "application/pdf", audio: "audio/mp3" } as const;

/** The part that holds or names the medium. */
export function writeMedia({ kind, source }: ImagePart | DocumentPart | AudioPart): Json {
  if (source.kind !== "url") return { inlineData: writeBlob(source) };
  const mimeType = source.mediaType ?? mediaTypeOf(source.url) ?? USUAL[kind];
  return { fileData: { mimeType, fileUri: source.url } };
}

/** The medium itself; a text as the file that it was. */
export function writeBlob(source: Exclude<Source, { readonly kind: "url" }>): Json {
  if (source.kind === "base64") return { mimeType: registeredType(source.mediaType), data: source.data };
  return { mimeType: "text/plain", data: Buffer.from(source.text).toString("base64") };
}
