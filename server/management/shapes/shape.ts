/**
 * JSON Schemas of what the API answers, for its description alone: nothing is judged by them at run time. Each is bound to the
 * type of its values, and one that says more or less than the type does not compile.
 */
import { type TSchema, Type } from "@sinclair/typebox";

declare const VALUE: unique symbol;

/** A schema of exactly these values. */
export type Shape<Value> = TSchema & { readonly [VALUE]?: (value: Value) => Value };

/** The shape of each member; what may be left out is marked with `optional`. */
export type Members<Value> = { readonly [Key in keyof Value]-?: Shape<Value[Key]> };

export const text: Shape<string> = Type.String();
/** ISO 8601. */
export const time: Shape<string> = Type.String({ format: "date-time" });
export const number: Shape<number> = Type.Number();
export const whole: Shape<number> = Type.Integer();
export const flag: Shape<boolean> = Type.Boolean();
/** Any JSON. */
export const anything: Shape<unknown> = Type.Unknown();

/** One of these words. */
export function choice<Word extends string>(...words: readonly Word[]): Shape<Word> {
  return Type.Union(words.map((word) => Type.Literal(word)));
}

export function orNull<Value>(shape: Shape<Value>): Shape<Value | null> {
  return Type.Union([shape, Type.Null()]);
}

export function listOf<Value>(shape: Shape<Value>): Shape<readonly Value[]> {
  return Type.Array(shape);
}

/** Values under names that are not known beforehand. */
export function mapOf<Value>(shape: Shape<Value>): Shape<Readonly<Record<string, Value>>> {
  return Type.Record(Type.String(), shape);
}

/** For a member that is left out where it says nothing. */
export function optional<Value>(shape: Shape<Value>): Shape<Value | undefined> {
  const schema: TSchema = shape;
  return Type.Optional(schema);
}

/** An object of a type of its own: in the description it stands once, under its name. */
export function record<Value>(name: string, members: Members<Value>): Shape<Value> {
  return Type.Object(members, { title: name });
}

/** An object that stands where it is used. */
export function members<Value>(given: Members<Value>): Shape<Value> {
  return Type.Object(given);
}
