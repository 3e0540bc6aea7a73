/** The bodies of requests: JSON, of a bounded size and depth, read once the guards have let the request in. */
import type { Bytes } from "../core/duration.ts";
import { isObject } from "./json-object.ts";

const MOST_BYTES: Bytes = 64 * 1024;
/** No setting and no event is so deep. A parser takes a hundred times as long for brackets alone as for other text. */
const DEEPEST = 64;

interface JsonTaken {
  readonly most?: Bytes;
  /** What the schema judges in the place of what was given; if not given, a mapping as it is, and null for anything else. */
  readonly read?: (given: unknown, request: Request) => unknown;
}

/**
 * The hooks of a route that takes JSON. Elysia would parse a body before any guard has judged, so that whoever has no token
 * could keep the gateway busy: here it is read after them.
 */
export function takeJson({ most = MOST_BYTES, read = takeMapping }: JsonTaken = {}) {
  return {
    parse: () => null,
    // No method: of an `async` one Elysia reads the minified text amiss, and prints that it did.
    transform: async (context: { readonly request: Request; body: unknown }): Promise<void> => {
      context.body = read(await readSmallJson(context.request, most), context.request);
    },
  };
}

/** The mapping that was given, else null: Elysia takes a list, a text or a number for a mapping without members. */
export function takeMapping(given: unknown): object | null {
  return isObject(given) ? given : null;
}

/**
 * The request's body as JSON, whatever its Content-Type; null when it is not JSON, is longer than `most`, is nested too
 * deep or breaks off. Reads no further than that.
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
    const bytes = Buffer.concat(pieces);
    return isDeep(bytes) ? null : JSON.parse(bytes.toString("utf8"));
  } catch {
    // Not JSON, or the sender left: to the schema that follows both are no body.
    return null;
  }
}

const [QUOTE, ESCAPE] = [0x22, 0x5c];
const OPENING = [0x5b, 0x7b];
const CLOSING = [0x5d, 0x7d];

function isDeep(bytes: Uint8Array): boolean {
  let depth = 0;
  let inText = false;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === QUOTE) inText = !inText;
    else if (inText && byte === ESCAPE) at++;
    else if (!inText && OPENING.includes(byte) && ++depth > DEEPEST) return true;
    else if (!inText && CLOSING.includes(byte)) depth--;
  }
  return false;
}
