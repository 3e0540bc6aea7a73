/** Data URLs (RFC 2397), in which this format carries media. */

/** Types are short: what stands before the comma of a data URL is not searched further. */
const LONGEST_HEAD = 200;

export interface Data {
  /** Lower-case. */
  readonly mediaType: string;
  /** Base64. */
  readonly data: string;
}

/** What a data URL holds; null where it is none, names no type, or is not base64. */
export function parseDataUrl(url: string): Data | null {
  const [head, mediaType] = /^data:([^;,]+)(?:;[^;,]+)*;base64,/i.exec(url.slice(0, LONGEST_HEAD)) ?? [];
  if (head === undefined || mediaType === undefined) return null;
  return { mediaType: mediaType.toLowerCase(), data: url.slice(head.length) };
}

/** The data URL of base64. */
export function writeDataUrl({ mediaType, data }: Data): string {
  return `data:${mediaType};base64,${data}`;
}
