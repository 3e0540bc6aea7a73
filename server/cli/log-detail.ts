/** What a log entry's `detail` says, in a few words for people who read along. Pure. */
import type { LogEntry } from "../store/store.ts";
import { renderForeign, renderTime } from "./figures.ts";

/** Figures of the machinery, which `--json` has: they say nothing to somebody who reads along. */
const UNSAID: ReadonlySet<string> = new Set(["least", "cost_nano"]);
/** Of a long list, what tells what it is a list of. */
const MOST_LISTED = 4;
const INSTANT = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;

/**
 * `by budget, window day, until 2026-01-31 12:00:00Z`: each member that says something, under the name that the journal
 * gives it (docs/api.md). Empty where there is nothing to tell.
 */
export function renderDetail(detail: LogEntry["detail"]): string {
  return Object.entries(detail ?? {})
    .filter(([name]) => !UNSAID.has(name))
    .map(([name, value]) => [name, renderValue(value)] as const)
    .filter(([, text]) => text !== "")
    .map(([name, text]) => `${renderForeign(name)} ${text}`)
    .join(", ");
}

function renderValue(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (Array.isArray(value)) return renderList(value);
  if (typeof value === "string") return renderForeign(INSTANT.test(value) ? renderTime(value) : value);
  return renderForeign(typeof value === "object" ? JSON.stringify(value) : String(value));
}

function renderList(values: readonly unknown[]): string {
  const shown = values.slice(0, MOST_LISTED).map(renderValue).join(" ");
  const rest = values.length - MOST_LISTED;
  return rest > 0 ? `${shown} and ${rest} more` : shown;
}
