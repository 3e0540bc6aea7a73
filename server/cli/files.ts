/** Files that a gateway left behind, and why they cannot be read. */
import { accessSync, constants, readFileSync, statSync } from "node:fs";
import { type Failure, failure } from "./failure.ts";

/** What is in the file, null when it is not there; or why it cannot be read though it may well be. */
export function readText(file: string): { readonly text: string | null } | Failure {
  try {
    return { text: readFileSync(file, "utf8") };
  } catch (error) {
    return isMissing(error) ? { text: null } : explainUnreadable(file, error);
  }
}

/** Why nothing can be read in this folder, or null when it can. */
export function checkFolder(folder: string): Failure | null {
  try {
    if (!statSync(folder).isDirectory()) return failure(`${folder} is no folder.`, "Check --data-dir or -c.");
    accessSync(folder, constants.R_OK | constants.X_OK);
    return null;
  } catch (error) {
    if (!isMissing(error)) return explainUnreadable(folder, error);
    return failure(`There is no folder ${folder}.`, "Check --data-dir or -c.");
  }
}

/** Why this file cannot be read, or null when it can or is not there. */
export function checkFile(file: string): Failure | null {
  try {
    if (statSync(file).isDirectory()) return failure(`${file} cannot be read: it is a folder.`);
    accessSync(file, constants.R_OK);
    return null;
  } catch (error) {
    return isMissing(error) ? null : explainUnreadable(file, error);
  }
}

const REASONS: ReadonlyMap<unknown, readonly [why: string, hint: string]> = new Map([
  ["EACCES", ["permission is denied", "Run the command as the user that the gateway runs as."]],
  ["EPERM", ["permission is denied", "Run the command as the user that the gateway runs as."]],
  ["EISDIR", ["it is a folder", "Name a file."]],
  ["ENOTDIR", ["what should be its folder is a file", "Check --data-dir or -c."]],
]);

function explainUnreadable(path: string, error: unknown): Failure {
  const [why, hint] = REASONS.get(codeOf(error)) ?? [sayWhy(error), null];
  return failure(`${path} cannot be read: ${why}.`, hint);
}

/** What the system says about an error, in one line. */
export function sayWhy(error: unknown): string {
  const message = error instanceof Error ? error.message || error.name : String(error);
  return message.split("\n", 1)[0] ?? message;
}

function isMissing(error: unknown): boolean {
  return codeOf(error) === "ENOENT";
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : null;
}
