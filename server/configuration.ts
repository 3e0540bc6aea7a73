/** Keeps the configuration in force and swaps it for another one: whole, or not at all. */

import { findFixed, readEdits } from "./config/edits.ts";
import { startsWith } from "./config/named-lists.ts";
import { NO_FILE, type Problem, renderPath, renderProblem } from "./config/problem.ts";
import { keepFixed, listChanges } from "./config/reload.ts";
import { findWarnings } from "./config/rules.ts";
import { applyEdits, compareValues, type Path, pathOf, type RunTimeValues } from "./config/run-time.ts";
import { listValues, type SettingValue } from "./config/values.ts";
import type { Settings } from "./core/settings.ts";
import { createSetup, type Setup } from "./gateway/setup.ts";
import type { Loaded, LoadResult } from "./load.ts";
import type { ChangeResult, ReloadResult } from "./management/context.ts";
import type { RunTime } from "./run-time.ts";

/** The configuration in force, and the way to another one. */
export interface Configuration {
  setup(): Setup;
  /** Sentences about settings in force that work but deserve attention. */
  warnings(): readonly string[];
  /** Reads the files anew and swaps everything in at once, or refuses it whole. */
  reload(): Promise<ReloadResult>;
  /** Every value in force beneath this path, in the form of the file, and where it comes from. */
  values(at: Path): readonly SettingValue[];
  /** Paths at which the file says something that does not act, because of what was set at run time. */
  shadowed(): readonly string[];
  /** The names of the file's policies that were removed at run time. */
  removedPolicies(): readonly string[];
  /** The same of its alerts. */
  removedAlerts(): readonly string[];
  /**
   * Sets at run time what is given at this path, in the form of the file: null clears, `replace` clears whatever is not given
   * as well. Kept and in force when it returns, or refused whole.
   */
  change(at: Path, given: unknown, how: "merge" | "replace"): ChangeResult;
}

export interface ConfigurationParts {
  readonly first: Loaded;
  readonly runTime: RunTime;
  /** Reads the files as they are now, under what is set at run time. */
  load(values: RunTimeValues): LoadResult;
  /** The files as they were read then, under other values. */
  layAnew(read: Loaded, values: RunTimeValues): LoadResult;
  /**
   * Brings what is kept outside of the settings in line with the next ones, before they act. A sentence when it cannot:
   * then nothing is swapped.
   */
  provision(next: Settings, changed: readonly string[]): string | null;
  /** Told of every reload that changed something, with the paths that did. */
  onChange(changed: readonly string[]): void;
}

/** More would make every reload slow. A fleet of a thousand agents with ten values each has half of it. */
const MOST_VALUES = 20_000;

/** Begins with `first`. What is fixed at the start keeps its value until a restart, and counts as changed once. */
export function createConfiguration(parts: ConfigurationParts): Configuration {
  const { first, runTime, load, layAnew, provision, onChange } = parts;
  let read = first;
  let setup = createSetup(first.settings, first.priceList);
  let warnings = first.warnings;
  /** What was wrong with the file when it was read last; the settings in force are older then. */
  let refused: string | null = null;

  return {
    setup: () => setup,
    warnings: () => [...warnings, ...runTime.warnings(), ...(refused === null ? [] : [refused])],
    async reload() {
      const result = replace();
      refused = result.outcome === "refused" ? describeRefusal(result.problems) : null;
      return result;
    },
    values: (at) => listValues(setup.settings, read.tree, at),
    shadowed: () => read.shadowed.map(renderPath),
    removedPolicies: () => removedFrom(["policies"], setup.settings.policies),
    removedAlerts: () => removedFrom(["alerts", "rules"], setup.settings.alerts.rules),
    change,
  };

  /** The file has them, something else was said of them, and they are not there. */
  function removedFrom(list: Path, entries: readonly { readonly name: string }[]): string[] {
    const names = new Set(entries.map(({ name }) => name));
    return read.shadowed.flatMap((path) => {
      const name = path[list.length];
      return startsWith(path, list) && name !== undefined && !names.has(name) ? [name] : [];
    });
  }

  function replace(): ReloadResult {
    const next = load(runTime.values());
    if ("problems" in next) return { outcome: "refused", problems: next.problems };
    // Truncated in order to be written anew: the defaults would let in what the file keeps out.
    if (next.text.trim() === "" && read.text.trim() !== "") {
      return refuse(
        "",
        "The configuration file is empty. Write it whole, or start without -c to run on defaults.",
      );
    }
    const changed = findChanges(read, next);
    const swap = prepare(next, changed);
    if (changed.length > 0) {
      const message = provision(swap.settings, changed);
      if (message !== null) return refuse("admin", message);
    }
    swap.commit();
    if (changed.length > 0) onChange(changed);
    return {
      outcome: "applied",
      applied: true,
      needs_restart: listChanges(setup.settings, next.settings),
      warnings: [...next.warnings],
      shadowed: next.shadowed.map(renderPath),
    };
  }

  /** From the first line to the last in one turn of the loop: no other change comes between judging and swapping. */
  function change(at: Path, given: unknown, how: "merge" | "replace"): ChangeResult {
    const cleared = how === "replace" ? [{ kind: "clear", path: at } as const] : [];
    const edits = [...cleared, ...readEdits(at, given)];
    const fixed = findFixed(edits);
    if (fixed.length > 0) return { outcome: "fixed", paths: fixed };
    const values = applyEdits(runTime.values(), edits);
    if (values.size > MOST_VALUES) return { outcome: "unkept", message: TOO_MANY };
    const next = layAnew(read, values);
    if ("problems" in next) return { outcome: "refused", problems: next.problems };
    const { set, cleared: gone } = compareValues(runTime.values(), values);
    const swap = prepare(next, findChanges(read, next));
    try {
      runTime.write(values);
    } catch (cause) {
      return { outcome: "unkept", message: `It cannot be kept: ${sayWhy(cause)}.` };
    }
    swap.commit();
    return { outcome: "applied", set: renderKeys(set), cleared: renderKeys(gone) };
  }

  /** Makes everything that can fail of what was read; `commit` puts it in force. */
  function prepare(next: Loaded, changed: readonly string[]): { settings: Settings; commit(): void } {
    const settings = changed.length > 0 ? keepFixed(next.settings, setup.settings) : setup.settings;
    const nextSetup = changed.length > 0 ? createSetup(settings, next.priceList) : setup;
    return {
      settings,
      commit() {
        read = next;
        setup = nextSetup;
        warnings = findWarnings(settings);
      },
    };
  }
}

const TOO_MANY = `More than ${MOST_VALUES} values would be set at run time. Put them into the configuration file.`;

function renderKeys(keys: readonly string[]): string[] {
  return keys.map((key) => renderPath(pathOf(key) ?? []));
}

function sayWhy(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

function describeRefusal(problems: readonly Problem[]): string {
  const [first] = problems;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : "";
  return `The changed configuration is refused and an older one is in force: ${first ? renderProblem(first) : ""}${more}`;
}

/** A price list whose path stayed may still say something else. */
function findChanges(before: Loaded, after: Loaded): string[] {
  const changed = listChanges(before.settings, after.settings);
  const isListChanged = before.priceList !== after.priceList && !changed.includes("pricing.file");
  return isListChanged ? [...changed, "pricing.file"].sort() : changed;
}

function refuse(path: string, message: string): ReloadResult {
  return { outcome: "refused", problems: [{ file: NO_FILE, line: null, column: null, path, message }] };
}
