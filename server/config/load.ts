/** From the text of gateway.yaml to settings, or to everything that is wrong with it. Pure: the caller reads the file. */
import { dirname, isAbsolute, join, resolve } from "node:path";
import type { AuditSettings, ConditionFault, Settings } from "../core/settings.ts";
import { tellByName } from "./entry-names.ts";
import type { Environment } from "./env.ts";
import { layOver } from "./lay-over.ts";
import { NO_FILE, type Place, type Problem } from "./problem.ts";
import { type Reading, readTree } from "./reader.ts";
import { findContradictions, findWarnings } from "./rules.ts";
import { type Path, RUN_TIME, type RunTimeValues } from "./run-time.ts";
import { settingsSchema } from "./schema.ts";
import { restsOnReadValues } from "./sound.ts";
import { overlay, parseTree, type Tree } from "./tree.ts";

export interface ConfigContext extends LocationContext {
  /** What is wrong with a policy's condition; null when nothing is. */
  checkCondition(condition: string): ConditionFault | null;
  /** Whether a model's name alone says which provider serves it. */
  isKnownModel(model: string): boolean;
  /** What was set while the gateway ran, which wins over the file; absent where nothing was. */
  readonly runTime?: RunTimeValues;
}

/** The same without what only a whole reading needs. */
export interface LocationContext {
  /** The file's path as messages name it; relative paths in it start at its folder. Null: no file, only defaults. */
  readonly file: string | null;
  readonly env: Environment;
  /** The user's home folder: what `~` stands for. */
  readonly home: string;
  /** Where paths start that are given outside of the file. */
  readonly cwd: string;
  /** The machine's IANA time zone: what `local` stands for. */
  readonly zone: string;
  /** Names of the providers that need no protocol and base_url. */
  readonly providers: readonly string[];
  /** Values from the command line, which win over the file; null or absent leaves the file's. */
  readonly overrides?: Overrides;
}

/** As typed: they are checked like the file's. */
export interface Overrides {
  readonly port?: string | null | undefined;
  readonly host?: string | null | undefined;
  readonly "dashboard-port"?: string | null | undefined;
  readonly "data-dir"?: string | null | undefined;
}

export type ParsedConfig = ConfigRead | { readonly problems: readonly Problem[] };

export interface ConfigRead {
  readonly settings: Settings;
  readonly warnings: readonly string[];
  /** What was read, with all that was laid over the file: says of each value where it comes from. */
  readonly tree: Tree;
  /** The same without what was set at run time: what other values can be laid over. */
  readonly fileTree: Tree;
  /** Paths at which the file says something that does not act, because of what was set at run time. */
  readonly shadowed: readonly Path[];
}

/** Where a gateway keeps what other processes look for, and how its journal is to be read. */
export interface Locations {
  readonly dataDir: string;
  readonly timezone: string;
  readonly audit: AuditSettings;
}

/**
 * Settings with every default filled in and every path absolute, or all problems at once. An empty text gives the
 * defaults. `TOLLGATE_ADMIN_TOKEN` wins over the file's `admin.token`.
 */
export function parseConfig(text: string, context: ConfigContext): ParsedConfig {
  const file = readFileTree(text, context);
  if ("problems" in file) return { problems: inOrder(file.problems) };
  return layConfig(file.tree, context);
}

/** As `parseConfig`, of a file that was read before, under other values of run time. */
export function layConfig(fileTree: Tree, context: ConfigContext): ParsedConfig {
  const { tree, shadowed } = layOver(fileTree, context.runTime ?? NO_VALUES);
  const reading = readTree(tree, settingsSchema, context.env);
  const settings = anchor(settingsOf(reading), context);
  const contradictions = findContradictions(settings, context)
    .filter(({ path, isLack }) => !(isLack && reading.places.get(path) === RUN_TIME))
    .filter(({ path }) => restsOnReadValues(path, reading.problems))
    .map(({ path, message }) => ({ ...placeOf(path, reading.places, context), path, message }));
  const problems = [...reading.problems, ...contradictions].map((problem) => tellByName(problem, tree));
  if (problems.length > 0) return { problems: inOrder(problems) };
  return { settings, warnings: findWarnings(settings), tree, fileTree, shadowed };
}

const NO_VALUES: RunTimeValues = new Map();

/**
 * Only where the files lie. Whatever else is wrong, or refers to variables that this process does not have, does not
 * matter: the command line must find a gateway that runs with another environment.
 */
export function parseLocations(
  text: string,
  context: LocationContext,
): Locations | { readonly problems: readonly Problem[] } {
  const file = readFileTree(text, context);
  if ("problems" in file) return { problems: inOrder(file.problems) };
  const reading = readTree(file.tree, settingsSchema, context.env);
  const problems = reading.problems.filter(({ path }) =>
    /^(?:$|gateway$|gateway\.(?:data_dir|timezone)$|audit)/.test(path),
  );
  if (problems.length > 0) return { problems: inOrder(problems) };
  const { gateway, audit } = anchor(settingsOf(reading), context);
  return { dataDir: gateway.data_dir, timezone: gateway.timezone, audit };
}

/** The file's tree with what the command line and the environment lay over it. */
function readFileTree(
  text: string,
  context: LocationContext,
): { readonly tree: Tree } | { readonly problems: readonly Problem[] } {
  const parsed = parseTree(text, context.file ?? NO_FILE);
  return "problems" in parsed ? parsed : { tree: overlayAll(parsed.tree, context) };
}

/** The one place where what was read gets its type: the schema's type is asserted to be Settings. */
function settingsOf(reading: Reading): Settings {
  return reading.value as Settings;
}

const OVERRIDDEN: readonly (readonly [keyof Overrides, readonly string[]])[] = [
  ["port", ["gateway", "port"]],
  ["host", ["gateway", "host"]],
  ["dashboard-port", ["dashboard", "port"]],
  ["data-dir", ["gateway", "data_dir"]],
];

function overlayAll(tree: Tree, { overrides = {}, env }: LocationContext): Tree {
  const given = OVERRIDDEN.map(([option, path]) => ({
    source: `--${option}`,
    path,
    value: overrides[option],
  }));
  const token = {
    source: "TOLLGATE_ADMIN_TOKEN",
    path: ["admin", "token"],
    value: env.TOLLGATE_ADMIN_TOKEN || null,
  };
  return [...given, token].reduce<Tree>((result, { source, path, value }) => {
    if (value === null || value === undefined) return result;
    const at = { file: source, line: null, column: null };
    // Escaped, so that what was typed is not taken for a reference.
    const literal = value.replaceAll("${", () => "$${");
    return overlay(result, path, { kind: "scalar", at, value: literal, loose: true });
  }, tree);
}

/** Makes paths absolute and names the zone, so that nothing later depends on where or for whom the process runs. */
function anchor(settings: Settings, { file, cwd, home, zone, overrides }: LocationContext): Settings {
  const folder = file === null ? cwd : dirname(resolve(cwd, file));
  const { gateway, audit, pricing } = settings;
  const dataFolder = overrides?.["data-dir"] ? cwd : folder;
  const dataDir = absolute(gateway.data_dir, dataFolder, home);
  const timezone = gateway.timezone === "local" ? zone : gateway.timezone;
  return {
    ...settings,
    gateway: { ...gateway, data_dir: dataDir, timezone },
    audit: { ...audit, log_file: absolute(audit.log_file.replace(/^\{data_dir\}/, dataDir), folder, home) },
    pricing: { ...pricing, file: pricing.file === null ? null : absolute(pricing.file, folder, home) },
  };
}

function absolute(path: string, folder: string, home: string): string {
  const expanded = path === "~" || path.startsWith("~/") ? join(home, path.slice(1)) : path;
  return isAbsolute(expanded) ? expanded : resolve(folder, expanded);
}

/** Where this path stands, or the nearest mapping above it that the file holds. */
function placeOf(path: string, places: ReadonlyMap<string, Place>, { file }: LocationContext): Place {
  const parts = path.split(".");
  for (let length = parts.length; length > 0; length--) {
    const place = places.get(parts.slice(0, length).join("."));
    if (place) return place;
  }
  return { file: file ?? NO_FILE, line: null, column: null };
}

/** As they stand in the file; what stands in none comes first. */
function inOrder(problems: readonly Problem[]): Problem[] {
  return problems.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
}
