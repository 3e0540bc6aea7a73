/** Repairs paths: SDKs differ in whether the version belongs to the base URL, so it may be missing or stand twice. */

/** Origin and path, the latter without trailing slash and empty for the root. */
export interface Base {
  readonly origin: string;
  readonly path: string;
}

/** `v1`, `v1beta`, `v2alpha1`: a segment that names a version of an API. */
export function isVersion(segment: string | undefined): segment is string {
  return segment !== undefined && /^v\d+(?:alpha|beta)?\d*$/.test(segment);
}

/** What is wrong with a provider's base URL, as a sentence for its owner; null when it can be used. */
export function checkBaseUrl(text: string): string | null {
  const url = URL.parse(text);
  if (!url) return "it must be an absolute URL such as https://host/v1";
  if (url.protocol !== "https:" && url.protocol !== "http:") return "only http and https are possible";
  if (url.username !== "" || url.password !== "") return "it must not hold credentials: use api_key";
  if (url.hash !== "") return "it must not hold a fragment";
  return null;
}

/** Cuts a base URL into origin and path; its query, if any, is left to `manner.ts`. It must have passed `checkBaseUrl`. */
export function parseBase(text: string): Base {
  const { origin, pathname } = new URL(text);
  return { origin, path: pathname.replace(/\/+$/, "") };
}

/** `.` and `..`, escaped or not: what a URL parser resolves before anything is sent. */
const DOTS = /^(?:\.|%2e){1,2}$/i;
const HAS_DOTS = /(?:^|\/)(?:\.|%2e){1,2}(?:\/|$)/i;

/**
 * The segments of a path. Empty ones at its beginning, left by a doubled slash, are dropped; dot segments are resolved,
 * so that what is sent is what was classified, and nothing climbs above the base.
 */
export function splitPath(path: string): string[] {
  const segments = HAS_DOTS.test(path) ? resolveDots(path.split("/")) : path.split("/");
  const first = segments.findIndex((segment) => segment !== "");
  return first === -1 ? [] : segments.slice(first);
}

function resolveDots(segments: readonly string[]): string[] {
  const resolved: string[] = [];
  for (const segment of segments) {
    if (!DOTS.test(segment)) resolved.push(segment);
    else if (segment.replace(/%2e/gi, ".") === "..") resolved.pop();
  }
  return resolved;
}

/** A path with its escapes resolved, as a server may read it; as it is where they are not UTF-8. */
export function decodePath(path: string): string {
  if (!path.includes("%")) return path;
  try {
    return decodeURIComponent(path);
  } catch {
    // Not UTF-8 percent-encoding: no official path is written so.
    return path;
  }
}

/** Drops what `segments` repeat of the base at their beginning, as often as they do. Longer heads are tried first. */
export function stripHeads(segments: readonly string[], heads: readonly (readonly string[])[]): string[] {
  let at = 0;
  for (let head = findHead(segments, at, heads); head; head = findHead(segments, at, heads))
    at += head.length;
  return segments.slice(at);
}

/** Every tail of a path that a caller may have repeated: of `api/paas/v4` also `paas/v4` and `v4`. Longest first. */
export function tailsOf(path: string): string[][] {
  const segments = splitPath(path);
  return segments.map((_, index) => segments.slice(index));
}

function findHead(
  segments: readonly string[],
  at: number,
  heads: readonly (readonly string[])[],
): readonly string[] | undefined {
  return heads.find(
    (head) => head.length > 0 && head.every((segment, index) => segments[at + index] === segment),
  );
}
