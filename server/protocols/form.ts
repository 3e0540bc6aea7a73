/** What a form says, as uploads of sound and images send it (RFC 7578). Its files are not looked at. */
import type { Bytes } from "../core/duration.ts";

export interface Form {
  /** Null where it names no model. */
  readonly model: string | null;
  /** How many answers it asks for, as it is written. */
  readonly n: string | null;
  readonly files: number;
  /** Bytes of all that is no file. */
  readonly textBytes: Bytes;
}

/** Most parts of a form that is read. */
const MAX_PARTS = 64;
/** Longest head of a part, and longest value that is read. */
const MAX_HEAD: Bytes = 1_024;
const MAX_VALUE: Bytes = 256;

/**
 * Reads a form. Null for what is none, and wherever readers could disagree: a field that is read stands twice, a head
 * cannot be read, a name is written in another way. One search through the body; never throws.
 */
export function readForm(body: Uint8Array, contentType: string | null): Form | null {
  const boundary = boundaryOf(contentType);
  if (boundary === null) return null;
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const delimiter = Buffer.from(`--${boundary}`);
  const next = Buffer.from(`\r\n--${boundary}`);
  const values = new Map<string, string>();
  let at = bytes.indexOf(delimiter);
  let files = 0;
  let textBytes = 0;
  for (let part = 0; at >= 0; part++) {
    const head = bytes.toString("latin1", at + delimiter.length, at + delimiter.length + MAX_HEAD);
    if (head.startsWith("--")) {
      return { model: values.get("model") ?? null, n: values.get("n") ?? null, files, textBytes };
    }
    const headEnd = head.indexOf("\r\n\r\n");
    const field = headEnd < 0 || !head.startsWith("\r\n") ? null : fieldOf(head.slice(0, headEnd));
    if (field === null || part === MAX_PARTS) return null;
    const start = at + delimiter.length + headEnd + 4;
    const end = bytes.indexOf(next, start - 2);
    if (READ.has(field.name)) {
      if (values.has(field.name) || end <= start || end - start > MAX_VALUE) return null;
      values.set(field.name, bytes.toString("utf8", start, end));
    }
    if (field.isFile) files++;
    else textBytes += Math.max(0, end - start);
    at = end < 0 ? -1 : end + 2;
  }
  // The form does not end.
  return null;
}

/** The fields that decide. */
const READ: ReadonlySet<string> = new Set(["model", "n"]);

function boundaryOf(contentType: string | null): string | null {
  const [, quoted, plain] =
    /^multipart\/form-data\s*;\s*boundary=(?:"([^"]{1,200})"|([^\s;"]{1,200}))\s*$/i.exec(
      contentType ?? "",
    ) ?? [];
  return quoted ?? plain ?? null;
}

/** The field that a part's head names; null where it names none, or readers could take it for another one. */
function fieldOf(head: string): { readonly name: string; readonly isFile: boolean } | null {
  const [line, ...others] = head.matchAll(/^content-disposition:\s*form-data\b(.*)$/gim);
  if (!line || others.length > 0) return null;
  const [named, ...further] = (line[1] ?? "").matchAll(/;\s*name\s*(\*?)\s*=\s*"?([^";\\]*)/gi);
  if (!named || further.length > 0 || named[1] !== "") return null;
  return { name: named[2] ?? "", isFile: /;\s*filename\s*\*?\s*=/i.test(line[1] ?? "") };
}
