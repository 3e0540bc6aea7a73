/** From one configuration to the next: what changed, and what of it waits for a restart. Pure. */
import type { Settings } from "../core/settings.ts";
import { renderPath } from "./problem.ts";

/** Every setting that differs, sorted: `agents.researcher.owner`. Paths only, never values: some are secrets. */
export function listChanges(before: Settings, after: Settings): string[] {
  const old = flatten(before);
  const current = flatten(after);
  const paths = new Set([...old.keys(), ...current.keys()]);
  return [...paths].filter((path) => old.get(path) !== current.get(path)).sort();
}

/**
 * The next settings as far as they can act now. Sockets are bound, the data folder is locked, and the journal and its
 * sums are opened, once: at the start. What differs from `next` acts after a restart only.
 */
export function keepFixed(next: Settings, current: Settings): Settings {
  const { port, host, data_dir, timezone } = current.gateway;
  return {
    ...next,
    gateway: { ...next.gateway, port, host, data_dir, timezone },
    dashboard: current.dashboard,
    audit: current.audit,
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
