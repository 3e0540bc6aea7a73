/** What changed from one configuration to the next. Pure; paths only, never values: some are secrets. */
import type { Settings } from "../core/settings.ts";
import { renderPath } from "./problem.ts";

export interface Changes {
  /** Every changed setting, sorted: `agents.researcher.owner`. */
  readonly changed: readonly string[];
  /** Those of them that act only after a restart. */
  readonly needsRestart: readonly string[];
}

/** Sockets are bound, the data folder is locked, and the journal and its sums are opened, once: at the start. */
const FIXED_AT_START = [
  "gateway.port",
  "gateway.host",
  "gateway.data_dir",
  "gateway.timezone",
  "dashboard.port",
  "dashboard.host",
];

export function compareSettings(before: Settings, after: Settings): Changes {
  const old = flatten(before);
  const current = flatten(after);
  const paths = new Set([...old.keys(), ...current.keys()]);
  const changed = [...paths].filter((path) => old.get(path) !== current.get(path)).sort();
  return {
    changed,
    needsRestart: changed.filter((path) => FIXED_AT_START.includes(path) || path.startsWith("audit.")),
  };
}

/** Every leaf by its path, as JSON; lists count as one leaf. */
function flatten(settings: Settings): Map<string, string> {
  const leaves = new Map<string, string>();
  const walk = (value: unknown, path: readonly string[]) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      leaves.set(renderPath(path), renderLeaf(value));
      return;
    }
    const entries = Object.entries(value);
    // An agent or provider that says nothing is still there.
    if (entries.length === 0) leaves.set(renderPath(path), "{}");
    for (const [key, part] of entries) walk(part, [...path, key]);
  };
  walk(settings, []);
  return leaves;
}

/** JSON, which has no word for an unlimited number. */
function renderLeaf(value: unknown): string {
  return value === Number.POSITIVE_INFINITY ? "unlimited" : JSON.stringify(value);
}
