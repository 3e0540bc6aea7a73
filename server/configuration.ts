/** Keeps the configuration in force and swaps it for another one: whole, or not at all. */

import type { Problem } from "./config/problem.ts";
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
  /** What was wrong with the file when it was read last; the settings in force are older then. */
  let refused: string | null = null;

  return {
    setup: () => setup,
    warnings: () => (refused === null ? warnings : [...warnings, refused]),
    async reload() {
      const result = replace();
      refused = result.outcome === "refused" ? describeRefusal(result.problems) : null;
      return result;
    },
  };

  function replace(): ReloadResult {
    const next = load();
    if ("problems" in next) return { outcome: "refused", problems: next.problems };
    // Truncated in order to be written anew: the defaults would let in what the file keeps out.
    if (next.text.trim() === "" && read.text.trim() !== "") {
      return refuse(
        "",
        "The configuration file is empty. Write it whole, or start without -c to run on defaults.",
      );
    }
    const changed = findChanges(read, next);
    if (changed.length > 0) {
      const settings = keepFixed(next.settings, setup.settings);
      const nextSetup = createSetup(settings, next.priceList);
      const message = provision(settings, changed);
      if (message !== null) return refuse("admin", message);
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
  }
}

function describeRefusal(problems: readonly Problem[]): string {
  const [first] = problems;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : "";
  return `The changed configuration is refused and an older one is in force: ${first?.message ?? ""}${more}`;
}

/** A price list whose path stayed may still say something else. */
function findChanges(before: Loaded, after: Loaded): string[] {
  const changed = listChanges(before.settings, after.settings);
  const isListChanged = before.priceList !== after.priceList && !changed.includes("pricing.file");
  return isListChanged ? [...changed, "pricing.file"].sort() : changed;
}

function refuse(path: string, message: string): ReloadResult {
  return { outcome: "refused", problems: [{ file: "(no file)", line: null, column: null, path, message }] };
}
