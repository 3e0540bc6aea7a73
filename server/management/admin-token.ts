/** The admin token at start: made once, or set by the operator; kept hashed, with a copy for the same user's command line. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import type { AdminToken, State } from "../store/store.ts";
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

/** Where the token is kept besides the state. */
type Place = Pick<TokenRequest, "keepFile" | "dataDir">;

/**
 * Brings the state and the copy in line with the settings. A token that was set and is set no longer has ended: a new one is
 * made, as at the first start. One that differs from the last first ends every session and link. Throws when the copy or
 * the state cannot be written.
 */
export function provisionAdminToken(
  request: TokenRequest,
  state: State,
  random: (bytes: number) => Uint8Array,
): TokenAtStart {
  const { configured, keepFile, isTerminal } = request;
  if (configured !== null) {
    return { kind: "known", file: keep(configured, "configured", request, state) };
  }
  if (state.readAdminToken()?.origin === "made") {
    if (!keepFile) dropCopy(request);
    return { kind: "known", file: keepFile ? pathOf(request) : null };
  }
  if (keepFile || isTerminal) {
    const token = createAdminToken(random);
    return { kind: "created", token, file: keep(token, "made", request, state) };
  }
  dropCopy(request);
  state.removeLogins();
  state.removeAdminToken();
  return { kind: "withheld" };
}

/** Makes a new token in the place of whichever there is; `file` is its copy, or null when none is kept. Throws like the above. */
export function resetAdminToken(
  place: Place,
  state: State,
  random: (bytes: number) => Uint8Array,
): { readonly token: string; readonly file: string | null } {
  const token = createAdminToken(random);
  return { token, file: keep(token, "made", place, state) };
}

/** The copy is written before the state, so that a crash between the two locks nobody out. Returns where the copy is. */
function keep(token: string, origin: AdminToken["origin"], place: Place, state: State): string | null {
  if (place.keepFile) writeWhole(pathOf(place), `${token}\n`);
  else dropCopy(place);
  const hash = hashSecret(token);
  const stored = state.readAdminToken();
  if (hash !== stored?.hash) state.removeLogins();
  if (hash !== stored?.hash || origin !== stored.origin) state.writeAdminToken({ hash, origin });
  return place.keepFile ? pathOf(place) : null;
}

function dropCopy(place: Place): void {
  rmSync(pathOf(place), { force: true });
}

function pathOf({ dataDir }: Place): string {
  return join(dataDir, FILE);
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
