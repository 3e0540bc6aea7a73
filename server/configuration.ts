/** Keeps the configuration in force and swaps it for another one: whole, or not at all. */
import { keepFixed, listChanges } from "./config/reload.ts";
import { findWarnings } from "./config/rules.ts";
import type { Settings } from "./core/settings.ts";
import { createSetup, type Setup } from "./gateway/setup.ts";
import type { Loaded, LoadResult } from "./load.ts";
import type { ReloadResult } from "./management/context.ts";

/** The configuration in force, and the way to another one. */
export interface Configuration {
  setup(): Setup;
  /** Sentences about settings in force that work but deserve attention. */
  warnings(): readonly string[];
  /** Reads the files anew and swaps everything in at once, or refuses it whole. */
  reload(): Promise<ReloadResult>;
}

export interface ConfigurationParts {
  readonly first: Loaded;
  /** Reads the files as they are now. */
  load(): LoadResult;
  /**
   * Brings what is kept outside of the settings in line with the next ones, before they act. A sentence when it cannot:
   * then nothing is swapped.
   */
  provision(next: Settings, changed: readonly string[]): string | null;
  /** Told of every swap, with the paths that changed. */
  onChange(changed: readonly string[]): void;
}

/** Begins with `first`. What is fixed at the start keeps its value until a restart, and counts as changed once. */
export function createConfiguration({ first, load, provision, onChange }: ConfigurationParts): Configuration {
  let read = first;
  let setup = createSetup(first.settings, first.priceList);
  let warnings = first.warnings;
  return {
    setup: () => setup,
    warnings: () => warnings,
    async reload() {
      const next = load();
      if ("problems" in next) return { outcome: "refused", problems: next.problems };
      const changed = findChanges(read, next);
      if (changed.length > 0) {
        const settings = keepFixed(next.settings, setup.settings);
        const nextSetup = createSetup(settings, next.priceList);
        const message = provision(settings, changed);
        if (message !== null) return refuse(message);
        read = next;
        setup = nextSetup;
        warnings = findWarnings(settings);
        onChange(changed);
      }
      return {
        outcome: "applied",
        applied: true,
        needs_restart: listChanges(setup.settings, next.settings),
        warnings: [...next.warnings],
      };
    },
  };
}

/** A price list whose path stayed may still say something else. */
function findChanges(before: Loaded, after: Loaded): string[] {
  const changed = listChanges(before.settings, after.settings);
  const isListChanged = before.priceList !== after.priceList && !changed.includes("pricing.file");
  return isListChanged ? [...changed, "pricing.file"].sort() : changed;
}

function refuse(message: string): ReloadResult {
  return {
    outcome: "refused",
    problems: [{ file: "(no file)", line: null, column: null, path: "admin", message }],
  };
}
