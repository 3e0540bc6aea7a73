/**
 * The shapes that the configuration is made of: sections with known keys, entries named by the user, lists, choices between
 * shapes, leaves. Each is plain JSON Schema and at the same time a TypeBox schema that knows the type of what is read by it.
 */
import { type Static, type TProperties, type TSchema, type TUnsafe, Type } from "@sinclair/typebox";
import type { Templated } from "../core/settings.ts";
import type { LeafFormat, LeafSchema } from "./leaves.ts";

export type SettingSchema = SectionSchema | NamedSchema | ListSchema | AnyOfSchema | LeafSchema;

/** A mapping with known keys. */
export interface SectionSchema {
  readonly type: "object" | readonly ["object", "null"];
  readonly properties: Readonly<Record<string, SettingSchema>>;
  readonly required: readonly string[];
  readonly additionalProperties: false;
  /** Only where the whole section may be absent; else its absence gives the defaults of its keys. */
  readonly default?: null;
  readonly description?: string;
}

/** A mapping whose keys the user chooses: providers, agents, models. */
export interface NamedSchema {
  readonly type: "object";
  readonly description: string;
  readonly default: Readonly<Record<string, never>>;
  readonly propertyNames: { readonly format: NameFormat };
  readonly additionalProperties: SettingSchema;
  /** The entry `*`, where it is the template of the others. It alone has defaults then. */
  readonly properties?: { readonly "*": SettingSchema };
}

export type NameFormat = Extract<
  LeafFormat,
  | "tollgate-provider-name"
  | "tollgate-agent-name-or-all"
  | "tollgate-provider-name-or-all"
  | "tollgate-policy-name"
  | "tollgate-header-name"
  | "tollgate-glob"
  | "tollgate-label"
>;

/** Values of one shape. */
export interface ListSchema {
  readonly type: "array" | readonly ["array", "null"];
  readonly description: string;
  readonly default: readonly never[] | null;
  readonly items: SettingSchema;
}

/** A choice between a single value, a mapping and a list: what stands in the file decides. At most one of each. */
export interface AnyOfSchema {
  readonly anyOf: readonly SettingSchema[];
  readonly description: string;
  readonly default: string | null;
}

/** A schema together with the type of what it reads. */
export type Typed<Value, Schema extends SettingSchema> = TUnsafe<Value> & Schema;

export function typed<Value, Schema extends SettingSchema>(schema: Schema): Typed<Value, Schema> {
  return Object.assign(Type.Unsafe<Value>(), schema);
}

type Shape = TSchema & SettingSchema;
type SectionProperties = Readonly<Record<string, Shape>>;
type SectionValue<Properties extends SectionProperties> = {
  readonly [Key in keyof Properties]: Static<Properties[Key]>;
};

/** A mapping with exactly these keys; in the file each may be left out unless it is a leaf without default. */
export function section<Properties extends SectionProperties & TProperties>(
  properties: Properties,
): Typed<SectionValue<Properties>, SectionSchema> {
  const required = Object.keys(properties).filter((key) => needsValue(properties[key]));
  return typed({ type: "object", properties, required, additionalProperties: false });
}

/** A section that is null when it is left out: it says something as a whole or not at all. */
export function sectionOrNone<Properties extends SectionProperties & TProperties>(
  properties: Properties,
  description: string,
): Typed<SectionValue<Properties> | null, SectionSchema> {
  const { required } = section(properties);
  const type = ["object", "null"] as const;
  return typed({ type, description, default: null, properties, required, additionalProperties: false });
}

/** Entries named by the user; none by default. */
export function named<Entry extends Shape>(
  format: NameFormat,
  entry: Entry,
  description: string,
): Typed<Readonly<Record<string, Static<Entry>>>, NamedSchema> {
  return typed({
    type: "object",
    description,
    default: {},
    propertyNames: { format },
    additionalProperties: entry,
  });
}

/** Entries named by the user over a template `*`, which has every default and is always there. */
export function templated<Entry extends Shape>(
  format: NameFormat,
  entry: Entry,
  description: string,
): Typed<Templated<Static<Entry>>, NamedSchema> {
  return typed({
    type: "object",
    description,
    default: {},
    propertyNames: { format },
    properties: { "*": entry },
    additionalProperties: inherited(entry),
  });
}

/** Texts of one form; empty by default. */
export function list(format: LeafFormat, description: string): Typed<readonly string[], ListSchema> {
  const items: LeafSchema = { type: "string", format, description };
  return typed({ type: "array", description, default: [], items });
}

/** Values of one shape; empty by default. */
export function listOf<Item extends Shape>(
  items: Item,
  description: string,
): Typed<readonly Static<Item>[], ListSchema> {
  return typed({ type: "array", description, default: [], items });
}

/** One value or a list of them; null by default. */
export function oneOrMore<Item extends Shape, Other extends Shape>(
  item: Item,
  other: Other,
  description: string,
): Typed<Static<Item> | Static<Other> | readonly (Static<Item> | Static<Other>)[] | null, AnyOfSchema> {
  const items: AnyOfSchema = { anyOf: [item, other], description, default: null };
  const several: ListSchema = { type: "array", description, default: [], items };
  return typed({ anyOf: [item, other, several], description, default: null });
}

/** One of two shapes, a leaf and a mapping; `preset` is the leaf's. */
export function either<Leaf extends Shape, Section extends Shape>(
  leaf: Leaf,
  mapping: Section,
  preset: string,
  description: string,
): Typed<Static<Leaf> | Static<Section>, AnyOfSchema> {
  return typed({ anyOf: [leaf, mapping], description, default: preset });
}

/** The same schema, in which null stands for what is left to the template. */
function inherited(schema: SettingSchema): SettingSchema {
  if ("propertyNames" in schema || "anyOf" in schema) return schema;
  if ("items" in schema) return { ...schema, type: ["array", "null"], default: null };
  if (!("properties" in schema)) {
    const types = [schema.type].flat();
    return { ...schema, type: types.includes("null") ? types : [...types, "null"], default: null };
  }
  if (schema.default === null) return schema;
  const entries = Object.entries(schema.properties).map(([key, part]) => [key, inherited(part)] as const);
  return { ...schema, properties: Object.fromEntries(entries), required: [] };
}

function needsValue(schema: SettingSchema | undefined): boolean {
  return schema !== undefined && !("properties" in schema) && schema.default === undefined;
}
