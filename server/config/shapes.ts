/**
 * The shapes that the configuration is made of: sections with known keys, entries named by the user, lists, leaves. Each is
 * plain JSON Schema and at the same time a TypeBox schema that knows the type of what is read by it.
 */
import { type Static, type TProperties, type TSchema, type TUnsafe, Type } from "@sinclair/typebox";
import type { LeafFormat, LeafSchema } from "./leaves.ts";

export type SettingSchema = SectionSchema | NamedSchema | ListSchema | LeafSchema;

/** A mapping with known keys. */
export interface SectionSchema {
  readonly type: "object";
  readonly properties: Readonly<Record<string, SettingSchema>>;
  readonly required: readonly string[];
  readonly additionalProperties: false;
}

/** A mapping whose keys the user chooses: providers, agents, models. */
export interface NamedSchema {
  readonly type: "object";
  readonly description: string;
  readonly default: Readonly<Record<string, never>>;
  readonly propertyNames: { readonly format: NameFormat };
  readonly additionalProperties: SettingSchema;
}

export type NameFormat = Extract<
  LeafFormat,
  "tollgate-provider-name" | "tollgate-agent-name-or-all" | "tollgate-glob"
>;

/** Texts of one form. */
export interface ListSchema {
  readonly type: "array";
  readonly description: string;
  readonly default: readonly never[];
  readonly items: LeafSchema;
}

/** A schema together with the type of what it reads. */
export type Typed<Value, Schema extends SettingSchema> = TUnsafe<Value> & Schema;

export function typed<Value, Schema extends SettingSchema>(schema: Schema): Typed<Value, Schema> {
  return Object.assign(Type.Unsafe<Value>(), schema);
}

type SectionProperties = Readonly<Record<string, TSchema & SettingSchema>>;
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

/** Entries named by the user; none by default. */
export function named<Entry extends TSchema & SettingSchema>(
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

/** Texts of one form; empty by default. */
export function list(format: LeafFormat, description: string): Typed<readonly string[], ListSchema> {
  const items: LeafSchema = { type: "string", format, description };
  return typed({ type: "array", description, default: [], items });
}

function needsValue(schema: SettingSchema | undefined): boolean {
  return schema !== undefined && !("properties" in schema) && schema.default === undefined;
}
