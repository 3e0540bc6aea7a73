import type { Bytes } from "../core/duration.ts";

const MOST_BYTES: Bytes = 64 * 1024;

/**
 * The request's body as JSON, whatever its Content-Type; null when it is not JSON, is longer than `most` or breaks off.
 * Reads no further than that: this runs before anybody has shown a token.
 */
export async function readSmallJson(request: Request, most = MOST_BYTES): Promise<unknown> {
  if (!request.body) return null;
  const pieces: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const piece of request.body) {
      length += piece.length;
      if (length > most) return null;
      pieces.push(piece);
    }
    return JSON.parse(Buffer.concat(pieces).toString("utf8"));
  } catch {
    // Not JSON, or the sender left: to the schema that follows both are no body.
    return null;
  }
}
