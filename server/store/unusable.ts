/** Folders that a store cannot be kept in, and what to do about it. */
import { mkdirSync } from "node:fs";
import { sayWhy } from "./append-file.ts";

/** Makes the folder where it is not there yet, for its user alone; or says why it cannot be used, with what else to choose. */
export function makeFolder(folder: string, choose: string): string | null {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return null;
  } catch (error) {
    return explainUnusable(folder, choose, error);
  }
}

/** A sentence about the folder and the system's reason, and one about what to do. Pure. */
export function explainUnusable(folder: string, choose: string, error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const [why, remedy] = REASONS.find(([codes]) => codes.test(code))?.slice(1) ?? [sayWhy(error)];
  const advice =
    remedy === undefined ? `Choose another with ${choose}` : `${remedy}, or choose another with ${choose}`;
  return `The folder ${folder} cannot be used: ${why}. ${advice}.`;
}

const REASONS: readonly (readonly [codes: RegExp, why: string, remedy?: string])[] = [
  [/^(?:EEXIST|ENOTDIR)$/, "it is a file, or lies beneath one"],
  [
    /^(?:EACCES|EPERM|SQLITE_READONLY|SQLITE_CANTOPEN|SQLITE_PERM)/,
    "this user may not write there",
    "Give it to the user that the gateway runs as",
  ],
  [/^EROFS$/, "its file system is read-only"],
  [/^ENOENT$/, "the folder above it does not exist", "Make the folder above it"],
];
