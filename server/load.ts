/** Reads what a configuration is made of: gateway.yaml, the environment, and the price list that it names. */
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { type ConfigContext, type Overrides, parseConfig } from "./config/load.ts";
import type { Problem } from "./config/problem.ts";
import { findUnenforced } from "./config/unenforced.ts";
import type { Settings } from "./core/settings.ts";
import { checkCondition } from "./gateway/condition.ts";
import { KNOWN_PROVIDERS } from "./providers/index.ts";
import { checkPriceList } from "./providers/price-list.ts";

/** Where the configuration of this process comes from. */
export interface Source {
  /** Absolute path of the configuration, or null for the defaults. */
  readonly file: string | null;
  readonly overrides: Overrides;
}

/** A configuration that was read and found good. */
export interface Loaded {
  readonly settings: Settings;
  /** Sentences about what is allowed and probably not meant. */
  readonly warnings: readonly string[];
  /** The configuration file as it was read; empty without one. */
  readonly text: string;
  /** The price list as it was read; null when the bundled one serves. */
  readonly priceList: string | null;
}

export type LoadResult = Loaded | { readonly problems: readonly Problem[] };

/** Reads each file once, so that what was checked is what is used. Gives all problems at once; never throws. */
export function loadConfiguration({ file, overrides }: Source): LoadResult {
  const text = file === null ? "" : readText(file);
  if (text === null) {
    return refuse(file, "", "The configuration file cannot be read. Check its path and permissions.");
  }
  const context: ConfigContext = {
    file,
    env: process.env,
    home: homedir(),
    cwd: process.cwd(),
    zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    providers: KNOWN_PROVIDERS,
    checkCondition,
    overrides,
  };
  const parsed = parseConfig(text, context);
  if ("problems" in parsed) return parsed;
  const unenforced = findUnenforced(parsed.settings);
  if (unenforced.length > 0) {
    const message = `This version reads these settings but does not enforce them: ${unenforced.join(", ")}. Remove them, so that nobody relies on them.`;
    return refuse(file, unenforced[0] ?? "", message);
  }
  const path = parsed.settings.pricing.file;
  const priceList = path === null ? null : readText(path);
  if (path !== null) {
    const wrong = priceList === null ? `${path} cannot be read` : checkPriceList(priceList);
    if (wrong !== null) return refuse(file, "pricing.file", `pricing.file cannot be used: ${wrong}.`);
  }
  return { ...parsed, text, priceList };
}

function refuse(file: string | null, path: string, message: string): LoadResult {
  return { problems: [{ file: file ?? "(no file)", line: null, column: null, path, message }] };
}

function readText(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch {
    // Missing, a folder, or not ours to read: told by the caller with the file's name.
    return null;
  }
}
