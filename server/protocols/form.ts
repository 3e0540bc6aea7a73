/** The model that a form names, as uploads of sound and images send it (RFC 7578). Its files are not looked at. */
import type { Bytes } from "../core/duration.ts";

/** Most parts of a form that is read. */
const MAX_PARTS = 64;
/** Longest head of a part, and longest name of a model. */
const MAX_HEAD: Bytes = 1_024;
const MAX_MODEL = 256;

/**
 * What the form's field `model` says. Null for what is no form, and wherever readers could disagree: the field stands
 * twice, a head cannot be read, a name is written in another way. One search through the body; never throws.
 */
export function readFormModel(body: Uint8Array, contentType: string | null): string | null {
  const boundary = boundaryOf(contentType);
  if (boundary === null) return null;
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const delimiter = Buffer.from(`--${boundary}`);
  const next = Buffer.from(`\r\n--${boundary}`);
  let at = bytes.indexOf(delimiter);
  let model: string | null = null;
  for (let part = 0; at >= 0; part++) {
    const head = bytes.toString("latin1", at + delimiter.length, at + delimiter.length + MAX_HEAD);
    if (head.startsWith("--")) return model;
    const headEnd = head.indexOf("\r\n\r\n");
    const name = headEnd < 0 || !head.startsWith("\r\n") ? null : fieldName(head.slice(0, headEnd));
    if (name === null || part === MAX_PARTS) return null;
    const start = at + delimiter.length + headEnd + 4;
    const end = bytes.indexOf(next, start - 2);
    if (name === "model") {
      if (model !== null || end < start || end - start > MAX_MODEL) return null;
      model = bytes.toString("utf8", start, end);
      if (model === "") return null;
    }
    at = end < 0 ? -1 : end + 2;
  }
  // The form does not end.
  return null;
}

function boundaryOf(contentType: string | null): string | null {
  const [, quoted, plain] =
    /^multipart\/form-data\s*;\s*boundary=(?:"([^"]{1,200})"|([^\s;"]{1,200}))\s*$/i.exec(
      contentType ?? "",
    ) ?? [];
  return quoted ?? plain ?? null;
}

/** The field that a part's head names; null where it names none, or readers could take it for another one. */
function fieldName(head: string): string | null {
  const [line, ...others] = head.matchAll(/^content-disposition:\s*form-data\b(.*)$/gim);
  if (!line || others.length > 0) return null;
  const [named, ...further] = (line[1] ?? "").matchAll(/;\s*name\s*(\*?)\s*=\s*"?([^";\\]*)/gi);
  return named && further.length === 0 && named[1] === "" ? (named[2] ?? null) : null;
}
