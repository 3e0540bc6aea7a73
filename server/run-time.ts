/** What was set at run time, as it is kept in state.db: read once at the start, written whole with each change (SPEC 2.2, 5.4). */
import { holdsSecret } from "./config/edits.ts";
import { renderPath } from "./config/problem.ts";
import { compareValues, pathOf, type RunTimeValues } from "./config/run-time.ts";
import type { Sealer } from "./store/sealing.ts";
import type { KeptSetting, State } from "./store/store.ts";

export interface RunTime {
  values(): RunTimeValues;
  /** Puts these in the place of the present ones. Throws what storing them throws; then nothing has changed. */
  write(next: RunTimeValues): void;
  /** A sentence for each value that cannot be read any more. */
  warnings(): readonly string[];
}

/** Reads what is kept. A value that cannot be read counts as null, so that nothing else acts in its place. */
export function openRunTime(state: Pick<State, "readSettings" | "writeSettings">, sealer: Sealer): RunTime {
  let current: RunTimeValues = new Map(
    state
      .readSettings()
      .filter(({ path }) => pathOf(path) !== null)
      .map((kept) => [kept.path, read(kept)]),
  );
  let lost = describeAllLost(current);

  function read({ path, value, sealed }: KeptSetting): unknown {
    const text = sealed ? sealer.open(value, path) : value;
    try {
      return text === null ? null : JSON.parse(text);
    } catch {
      return null; // a row that was edited by hand
    }
  }

  function render(path: string, value: unknown): KeptSetting {
    const text = JSON.stringify(value);
    const sealed = holdsSecret(pathOf(path) ?? []);
    return { path, value: sealed ? sealer.seal(text, path) : text, sealed };
  }

  return {
    values: () => current,
    write(next) {
      const { set, cleared } = compareValues(current, next);
      state.writeSettings(
        set.map((path) => render(path, next.get(path))),
        cleared,
      );
      current = next;
      lost = describeAllLost(next);
    },
    warnings: () => lost,
  };
}

function describeAllLost(values: RunTimeValues): string[] {
  return [...values].flatMap(([key, value]) => (value === null ? [describeLost(pathOf(key) ?? [])] : []));
}

function describeLost(path: readonly string[]): string {
  const lost = `${renderPath(path)} was set at run time and cannot be read any more, so nothing acts in its place`;
  return holdsSecret(path)
    ? `${lost}: keys/secrets.key in the data folder or TOLLGATE_SECRET_KEY is another than it was. Set it anew, or start with the right key.`
    : `${lost}: its row in state.db is no JSON. Set it anew, or clear it.`;
}
