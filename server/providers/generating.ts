/** Where a provider generates: which of its dialects serves a caller, and the path of it. */
import type { Dialect } from "../core/call.ts";
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
    .replace("{model}", () => encodeURIComponent(model))
    .replace("{action}", stream ? "streamGenerateContent" : "generateContent");
  // Without it the stream would be one JSON array.
  return { rest, query: stream && rest !== template ? "?alt=sse" : "" };
}
