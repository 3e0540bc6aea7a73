/** The admin token at start: made once, or set by the operator; kept hashed, with a copy for the same user's command line. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import type { State } from "../store/store.ts";
import { writeWhole } from "../store/whole-file.ts";
import { createAdminToken, hashSecret } from "./secrets.ts";

const FILE = "admin.token";

export interface TokenRequest {
  /** `admin.token` or TOLLGATE_ADMIN_TOKEN; null when neither is set. */
  readonly configured: string | null;
  /** `admin.token_file`. */
  readonly keepFile: boolean;
  readonly dataDir: string;
  /** Whether somebody reads what is printed. */
  readonly isTerminal: boolean;
}

export type TokenAtStart =
  /** `file` is the copy's path, or null when none is kept; `token` is to be printed on a terminal and nowhere else. */
  | { readonly kind: "created"; readonly token: string; readonly file: string | null }
  /** As it was at the last start, or as the operator set it. */
  | { readonly kind: "known"; readonly file: string | null }
  /** Nobody could have been told a new one, so none was made and nobody can log in. */
  | { readonly kind: "withheld" };

/**
 * Brings the state and the copy in line with the settings. A token that differs from the last one first ends
 * every session and link. The copy is written before the state, so that a crash between the two locks nobody out. Throws when the copy cannot
 * be written.
 */
export function provisionAdminToken(
  { configured, keepFile, dataDir, isTerminal }: TokenRequest,
  state: State,
  random: (bytes: number) => Uint8Array,
): TokenAtStart {
  const path = join(dataDir, FILE);
  const file = keepFile ? path : null;
  const stored = state.readAdminToken();

  if (configured === null && stored !== null) {
    if (!keepFile) rmSync(path, { force: true });
    return { kind: "known", file };
  }
  if (configured === null && !keepFile && !isTerminal) return { kind: "withheld" };

  const token = configured ?? createAdminToken(random);
  if (keepFile) writeWhole(path, `${token}\n`);
  else rmSync(path, { force: true });
  const hash = hashSecret(token);
  if (hash !== stored) {
    state.removeLogins();
    state.writeAdminToken(hash);
  }
  return configured === null ? { kind: "created", token, file } : { kind: "known", file };
}

/** What to print at start, line by line. The token itself appears once, and only for somebody at a terminal. */
export function renderTokenAtStart(result: TokenAtStart, isTerminal: boolean): string[] {
  switch (result.kind) {
    case "created":
      if (isTerminal) return [`Admin token (shown this once): ${result.token}`];
      return result.file === null ? [] : [`The admin token is in ${result.file}`];
    case "known":
      return [];
    case "withheld":
      return [
        "No admin token was made: without a terminal and with `admin.token_file: false` nobody could learn it. Set `admin.token` or TOLLGATE_ADMIN_TOKEN.",
      ];
  }
}
