/** What comes to light while a client's request is read: what cannot be carried over, and what makes no sense. Bounded. */
import { refusal } from "../../core/refusal.ts";
import { isGiven } from "../demand.ts";
import type { Json } from "../json.ts";
import type { NeutralRequest } from "./form.ts";
import type { Speaker } from "./speaker.ts";

/** Grows while one request is read. */
export interface Findings {
  /** Members without a place in the neutral form, by their paths as the client wrote them. */
  readonly uncarried: string[];
  /** The first thing that makes no sense, as a sentence; null while there is none. */
  wrong: string | null;
}

/** Most paths that are named, and most characters of each: both are the client's. Who wrote more learns of these first. */
const MOST_PATHS = 32;
const LONGEST_PATH = 120;
const LONGEST_KIND = 40;

/** Nothing found yet. */
export function createFindings(): Findings {
  return { uncarried: [], wrong: null };
}

/** Notes that a member cannot be carried over; of `kind`, where only that kind cannot: `tools[0].type=web_search`. */
export function noteUncarried({ uncarried }: Findings, path: string, kind?: unknown): void {
  if (uncarried.length >= MOST_PATHS) return;
  const said = typeof kind === "string" ? `=${shorten(kind, LONGEST_KIND)}` : "";
  uncarried.push(`${shorten(path, LONGEST_PATH)}${said}`);
}

/** Notes that a member has to be something else: `expected` continues "must be". The first one is told. */
export function noteWrong(findings: Findings, path: string, expected: string): void {
  findings.wrong ??= `\`${shorten(path, LONGEST_PATH)}\` must be ${expected}. Correct it and send the request again.`;
}

/** Values that ask for nothing, by the names of their members: documented defaults. */
export type Defaults = ReadonlyMap<string, readonly unknown[]>;

/** Notes every member that is not among those that are understood. Null and an empty list ask for nothing. */
export function noteOthers(
  findings: Findings,
  object: Json,
  path: string,
  understood: ReadonlySet<string>,
  defaults: Defaults = NO_DEFAULTS,
): void {
  for (const [name, value] of Object.entries(object)) {
    if (understood.has(name) || !isGiven(value) || defaults.get(name)?.includes(value)) continue;
    if (!Array.isArray(value) || value.length > 0) noteUncarried(findings, memberPath(path, name));
  }
}

const NO_DEFAULTS: Defaults = new Map();

/** Where a member stands; the request itself is the empty path. */
export function memberPath(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}

/** What reading came to: the request, or an `invalid_request` for what makes no sense. */
export function conclude(
  { uncarried, wrong }: Findings,
  request: NeutralRequest,
): ReturnType<Speaker["readRequest"]> {
  return wrong === null ? { request, uncarried } : refusal("invalid_request", wrong);
}

function shorten(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most)}…`;
}
