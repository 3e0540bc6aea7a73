/** Where a provider generates: which of its dialects serves a caller, and the path of it. */
import type { Dialect } from "../core/call.ts";
import type { Json } from "../protocols/json.ts";
import { bareModel } from "../protocols/model-name.ts";
import { decodePath } from "./paths.ts";
import type { ModelHome, Provider, RequestLine } from "./provider.ts";

/** What decides about the dialect of a request, besides its model. */
export interface Asking {
  /** The body; null where it was passed on unread. */
  readonly document: Json | null;
  readonly hasTools: boolean;
}

/**
 * The dialect in which a provider serves callers of `dialect` who ask for `model` (SPEC 12.3). Theirs, where it has that and
 * serves there what this request asks of the model; else the model's home, or its first where the model has none.
 */
export function servingDialect(
  { id, serves, homes = [] }: Provider,
  dialect: Dialect,
  model: string | null,
  asking: Asking,
): Dialect {
  const [first] = serves.keys();
  if (first === undefined) throw new Error(`the provider ${id} generates in no dialect`);
  const name = bareModel(model);
  const home = homes.find(({ models }) => models.test(name));
  if (serves.has(dialect) && (home === undefined || isTaken(home.elsewhere, asking))) return dialect;
  return home?.dialect ?? first;
}

function isTaken(elsewhere: ModelHome["elsewhere"], { document, hasTools }: Asking): boolean {
  const effort = document?.reasoning_effort ?? null;
  switch (elsewhere) {
    case "nothing":
      return false;
    case "without-tools":
      return !hasTools;
    case "tools-without-effort":
      return !hasTools || effort === null;
    case "tools-at-effort-none":
      return !hasTools || effort === "none";
  }
}

/** What follows the provider in the path of a generating request in one of the dialects that it serves. */
export function generatingLine(
  { serves }: Provider,
  dialect: Dialect,
  model: string,
  stream: boolean,
): Pick<RequestLine, "rest" | "query"> {
  const template = serves.get(dialect) ?? "";
  const rest = template
    .replace("{model}", () => encodeURIComponent(model.toWellFormed()))
    .replace("{action}", stream ? "streamGenerateContent" : "generateContent");
  // Without it the stream would be one JSON array.
  return { rest, query: stream && rest !== template ? "?alt=sse" : "" };
}

/** A path that names a model and what it is to do (`v1beta/models/m:embedContent`), for another model. */
export function renameModel(rest: string, model: string): string {
  const path = decodePath(rest);
  const version = /^v\d\w*\//.exec(path)?.[0] ?? "";
  const action = path.slice(path.lastIndexOf(":"));
  return `${version}models/${encodeURIComponent(model.toWellFormed())}${action}`;
}
