/** Where a provider generates: which of its dialects serves a caller, and the path of it. */
import type { Dialect } from "../core/call.ts";
import { decodePath } from "./paths.ts";
import type { Provider, RequestLine } from "./provider.ts";

/** The dialect in which a provider serves callers of `dialect`: theirs where it has that, else its first. */
export function servingDialect({ id, serves }: Provider, dialect: Dialect): Dialect {
  const [own] = serves.keys();
  if (own === undefined) throw new Error(`the provider ${id} generates in no dialect`);
  return serves.has(dialect) ? dialect : own;
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
