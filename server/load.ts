/** Reads what a configuration is made of: gateway.yaml, the environment, and the price list that it names. */
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import {
  type ConfigContext,
  type ConfigRead,
  type Locations,
  layConfig,
  type Overrides,
  parseConfig,
  parseLocations,
} from "./config/load.ts";
import { NO_FILE, type Problem } from "./config/problem.ts";
import type { RunTimeValues } from "./config/run-time.ts";
import { checkCondition } from "./gateway/condition.ts";
import { KNOWN_PROVIDERS, ownerOfModel } from "./providers/index.ts";
import { checkPriceList } from "./providers/price-list.ts";

/** Where the configuration of this process comes from. */
export interface Source {
  /** Absolute path of the configuration, or null for the defaults. */
  readonly file: string | null;
  /** The configuration itself, where no file holds it. */
  readonly text?: string;
  readonly overrides: Overrides;
}

/** A configuration that was read and found good. */
export interface Loaded extends ConfigRead {
  /** The configuration file as it was read; empty without one. */
  readonly text: string;
  /** The price list as it was read; null when the bundled one serves. */
  readonly priceList: string | null;
}

export type LoadResult = Loaded | { readonly problems: readonly Problem[] };

const UNREADABLE = "The configuration file cannot be read. Check its path and permissions.";

/**
 * Reads each file once, so that what was checked is what is used, and lays over it what was set at run time. Gives all
 * problems at once; never throws.
 */
export function loadConfiguration(source: Source, runTime: RunTimeValues = new Map()): LoadResult {
  const { file } = source;
  const text = readSource(source);
  if (text === null) return refuse(file, "", UNREADABLE);
  const parsed = parseConfig(text, { ...contextOf(source), runTime });
  if ("problems" in parsed) return parsed;
  const path = parsed.settings.pricing.file;
  const priceList = path === null ? null : readText(path);
  if (path !== null) {
    const wrong = priceList === null ? `${path} cannot be read` : checkPriceList(priceList);
    if (wrong !== null) return refuse(file, "pricing.file", `pricing.file cannot be used: ${wrong}.`);
  }
  return { ...parsed, text, priceList };
}

/** The same files as they were read then, under other values of run time. The price list is the file's alone. */
export function layAnew(read: Loaded, source: Source, runTime: RunTimeValues): LoadResult {
  const laid = layConfig(read.fileTree, { ...contextOf(source), runTime });
  return "problems" in laid ? laid : { ...laid, text: read.text, priceList: read.priceList };
}

/** Where the data folder and the journal are, whatever else is wrong: what was set at run time lies there. */
export function loadLocations(source: Source): Locations | { readonly problems: readonly Problem[] } {
  const text = readSource(source);
  return text === null ? refuse(source.file, "", UNREADABLE) : parseLocations(text, contextOf(source));
}

function contextOf({ file, overrides }: Source): ConfigContext {
  return {
    file,
    env: process.env,
    home: homedir(),
    cwd: process.cwd(),
    zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    providers: KNOWN_PROVIDERS,
    checkCondition,
    isKnownModel: (model) => ownerOfModel(model) !== null,
    overrides,
  };
}

function readSource({ file, text = "" }: Source): string | null {
  return file === null ? text : readText(file);
}

function refuse(
  file: string | null,
  path: string,
  message: string,
): { readonly problems: readonly Problem[] } {
  return { problems: [{ file: file ?? NO_FILE, line: null, column: null, path, message }] };
}

function readText(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch {
    // Missing, a folder, or not ours to read: told by the caller with the file's name.
    return null;
  }
}
