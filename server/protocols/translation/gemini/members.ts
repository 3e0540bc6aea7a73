/**
 * The members of an object as its reader takes them. Google's JSON takes each name in camelCase and in snake_case; here it
 * has the first, and its path tells how it was written. What nobody takes is named in the end.
 */
import { roundRaw } from "../../exact-json.ts";
import { type Json, objectOf } from "../../json.ts";
import { type Findings, memberPath, noteUncarried, noteWrong } from "../findings.ts";

export interface Members {
  readonly path: string;
  readonly findings: Findings;
  /** What has not been taken yet, by its name in camelCase. */
  readonly left: Map<string, Written>;
}

/** A value and where it stands. */
export interface Written {
  readonly path: string;
  readonly value: unknown;
}

/** The members of what is written there; null, and something wrong, where it is no object. */
export function readMembers({ path, value }: Written, findings: Findings): Members | null {
  const object = objectOf(roundRaw(value));
  if (!object) noteWrong(findings, path, "an object");
  return object && membersOf(object, path, findings);
}

/** The members of an object. */
export function membersOf(object: Json, path: string, findings: Findings): Members {
  const left = new Map<string, Written>();
  for (const [written, one] of Object.entries(object)) {
    if (one === null || one === undefined) continue;
    const name = toCamel(written);
    const place = { path: memberPath(path, written), value: one };
    // Twice, in both spellings: readers would differ in which one counts.
    if (left.has(name)) noteUncarried(findings, place.path);
    else left.set(name, place);
  }
  return { path, findings, left };
}

/** Takes a member of any type; null where it is not written. */
export function take({ left }: Members, name: string): Written | null {
  const written = left.get(name);
  left.delete(name);
  return written ? { ...written, value: roundRaw(written.value) } : null;
}

/** Takes members that change no answer. */
export function passOver(members: Members, ...names: readonly string[]): void {
  for (const name of names) members.left.delete(name);
}

/** Names what nobody has taken. `false` and an empty list ask for nothing. */
export function nameRest({ left, findings }: Members): void {
  for (const { path, value } of left.values()) {
    if (value !== false && !(Array.isArray(value) && value.length === 0)) noteUncarried(findings, path);
  }
  left.clear();
}

/** Takes a string, an empty one included. */
export function takeText(members: Members, name: string): string | null {
  const written = take(members, name);
  if (written && typeof written.value !== "string") noteWrong(members.findings, written.path, "a string");
  return typeof written?.value === "string" ? written.value : null;
}

/** Takes a number; Google reads one in quotes too. */
export function takeNumber(members: Members, name: string): number | null {
  const written = take(members, name);
  if (!written) return null;
  const { value } = written;
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  if (typeof number === "number" && Number.isFinite(number)) return number;
  noteWrong(members.findings, written.path, "a number");
  return null;
}

/** Takes a whole number, `least` or more. */
export function takeWhole(members: Members, name: string, least: number): number | null {
  const path = members.left.get(name)?.path ?? name;
  const number = takeNumber(members, name);
  if (number === null || (Number.isSafeInteger(number) && number >= least)) return number;
  noteWrong(
    members.findings,
    path,
    least > -Infinity ? `a whole number, ${least} or more` : "a whole number",
  );
  return null;
}

/** Takes a boolean. */
export function takeFlag(members: Members, name: string): boolean | null {
  const written = take(members, name);
  if (written && typeof written.value !== "boolean") {
    noteWrong(members.findings, written.path, "true or false");
  }
  return typeof written?.value === "boolean" ? written.value : null;
}

/** Takes an object. */
export function takeMembers(members: Members, name: string): Members | null {
  const written = take(members, name);
  return written && readMembers(written, members.findings);
}

/** Takes an object as it is: its names are the client's own. */
export function takeJson(members: Members, name: string): Json | null {
  const written = take(members, name);
  const object = objectOf(written?.value);
  if (written && !object) noteWrong(members.findings, written.path, "an object");
  return object;
}

/** Takes a list's elements; Google reads a single object as a list of one. None where it is not written. */
export function takeList(members: Members, name: string): readonly Written[] {
  const written = take(members, name);
  if (!written) return [];
  const { path, value } = written;
  if (Array.isArray(value)) return value.map((one, at) => ({ path: `${path}[${at}]`, value: one }));
  if (objectOf(value)) return [written];
  noteWrong(members.findings, path, "a list");
  return [];
}

/** Takes a list of strings. */
export function takeTexts(members: Members, name: string): readonly string[] {
  return takeList(members, name).flatMap(({ path, value }) => {
    if (typeof value === "string") return [value];
    noteWrong(members.findings, path, "a string");
    return [];
  });
}

function toCamel(name: string): string {
  return name.includes("_") ? name.replace(/_([a-z0-9])/g, (_, letter) => letter.toUpperCase()) : name;
}
