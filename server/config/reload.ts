/** From one configuration to the next: what changed, and what of it waits for a restart. Pure. */
import type { Settings } from "../core/settings.ts";
import { renderPath } from "./problem.ts";

/** Every setting that differs, sorted: `agents.researcher.owner`. Paths only, never values: some are secrets. */
export function listChanges(before: Settings, after: Settings): string[] {
  return [...new Set(compare(before, after, []))].sort();
}

/** Goes down only where both sides are mappings, so that what is the same costs no path. */
function* compare(before: unknown, after: unknown, path: readonly string[]): Generator<string> {
  if (before === after) return;
  if (isFull(before) && isFull(after)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
      yield* compare(valueUnder(before, key), valueUnder(after, key), [...path, key]);
    }
    return;
  }
  const old = flatten(before, path);
  const current = flatten(after, path);
  for (const leaf of new Set([...old.keys(), ...current.keys()])) {
    if (old.get(leaf) !== current.get(leaf)) yield leaf;
  }
}

function isFull(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    typeof value === "object" && value !== null && !Array.isArray(value) && Object.keys(value).length > 0
  );
}

function valueUnder(section: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.hasOwn(section, key) ? section[key] : undefined;
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

/** Every leaf by its path, as JSON; lists count as one leaf, and what is not there has none. */
function flatten(whole: unknown, at: readonly string[]): Map<string, string> {
  const leaves = new Map<string, string>();
  const walk = (value: unknown, path: readonly string[]) => {
    if (value === undefined) return;
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      leaves.set(renderPath(path), renderLeaf(value));
      return;
    }
    const entries = Object.entries(value);
    // An agent or provider that says nothing is still there.
    if (entries.length === 0) leaves.set(renderPath(path), "{}");
    for (const [key, part] of entries) walk(part, [...path, key]);
  };
  walk(whole, at);
  return leaves;
}

/** JSON, which has no word for an unlimited number. */
function renderLeaf(value: unknown): string {
  return value === Number.POSITIVE_INFINITY ? "unlimited" : JSON.stringify(value);
}
