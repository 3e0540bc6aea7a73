/** The members of a client's request by their types. Null is what is not given; anything of another type is wrong. */
import { isGiven } from "../demand.ts";
import { roundRaw } from "../exact-json.ts";
import { type Json, objectOf, textOf } from "../json.ts";
import { type Findings, memberPath, noteWrong } from "./findings.ts";

/** An object, and where in the request it stands. */
export interface Located {
  readonly object: Json;
  readonly path: string;
}

/** A text; null also where it is empty and so says nothing. */
export function readText(findings: Findings, object: Json, path: string, name: string): string | null {
  return textOf(read(findings, object, path, name, isText, "a string"));
}

/** A text that has to be there, if only an empty one. Null, and something wrong, where it is not. */
export function needText(findings: Findings, object: Json, path: string, name: string): string | null {
  const value = object[name];
  if (typeof value === "string") return value;
  noteWrong(findings, memberPath(path, name), "a string");
  return null;
}

/** True or false. */
export function readFlag(findings: Findings, object: Json, path: string, name: string): boolean | null {
  return read(findings, object, path, name, isFlag, "true or false");
}

/** A number. */
export function readNumber(findings: Findings, object: Json, path: string, name: string): number | null {
  return read(findings, object, path, name, isNumber, "a number");
}

/** A whole number, `least` or more. */
export function readWhole(
  findings: Findings,
  object: Json,
  path: string,
  name: string,
  least = Number.NEGATIVE_INFINITY,
): number | null {
  const isWhole = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= least;
  const bound = least === Number.NEGATIVE_INFINITY ? "" : `, ${least} or more`;
  return read(findings, object, path, name, isWhole, `a whole number${bound}`);
}

/** An object. */
export function readObject(findings: Findings, object: Json, path: string, name: string): Json | null {
  return read(findings, object, path, name, isObject, "an object");
}

/** The elements of a list; none where it is not given. */
export function readList(findings: Findings, object: Json, path: string, name: string): readonly unknown[] {
  return read(findings, object, path, name, isList, "a list") ?? [];
}

/** The objects of a list, each with its path. Elements of other types are wrong. */
export function readObjects(
  findings: Findings,
  object: Json,
  path: string,
  name: string,
): readonly Located[] {
  return readList(findings, object, path, name).flatMap((value, at) => {
    const place = `${memberPath(path, name)}[${at}]`;
    const one = objectOf(roundRaw(value));
    if (!one) noteWrong(findings, place, "an object");
    return one ? [{ object: one, path: place }] : [];
  });
}

function read<Value>(
  findings: Findings,
  object: Json,
  path: string,
  name: string,
  isOf: (value: unknown) => value is Value,
  expected: string,
): Value | null {
  const value = roundRaw(object[name]);
  if (!isGiven(value)) return null;
  if (isOf(value)) return value;
  noteWrong(findings, memberPath(path, name), expected);
  return null;
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isFlag(value: unknown): value is boolean {
  return typeof value === "boolean";
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function isObject(value: unknown): value is Json {
  return objectOf(value) !== null;
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}
