/** TypeBox's and Elysia's schemas as OpenAPI 3.1 has them: each that has a name once, and referred to. Pure. */
import { isObject, memberOf } from "./json-object.ts";

/** By their names, as far as they have been met. */
export type NamedSchemas = Map<string, object>;

/** JSON Schema alone; `nullable` is one of OpenAPI 3.0. What has a title is put into `named` under it. */
export function renderSchema(schema: unknown, named: NamedSchemas): unknown {
  if (Array.isArray(schema)) return schema.map((part) => renderSchema(part, named));
  if (!isObject(schema)) return schema;
  const { nullable: _, ...kept } = schema;
  const words = listWords(kept.anyOf);
  if (words !== null) return { type: "string", enum: words };
  const { title: name } = kept;
  if (typeof name === "string" && named.has(name)) return refer(name);
  const parts = Object.entries(kept).map(([key, part]) => [key, renderSchema(part, named)]);
  const rendered: object = Object.fromEntries(parts);
  if (typeof name !== "string") return rendered;
  named.set(name, rendered);
  return refer(name);
}

function refer(name: string): object {
  return { $ref: `#/components/schemas/${name}` };
}

/** A choice of words is told as one list of them; null where it is none. */
function listWords(choices: unknown): string[] | null {
  if (!Array.isArray(choices)) return null;
  const words = choices.map((one) => memberOf(one, "const")).filter((word) => typeof word === "string");
  return words.length > 0 && words.length === choices.length ? words : null;
}
