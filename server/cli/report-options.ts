/** The options of `tollgate report` that say what it sums up. Pure. */
import type { ArgsDef } from "citty";
import { type Instant, parseInstant } from "../core/duration.ts";
import type { ReportBy } from "../management/wire/records.ts";
import { guess } from "./guess.ts";

const BY = ["agent", "owner", "purpose", "model", "provider", "day"] as const satisfies readonly ReportBy[];

const FORMATS = ["table", "json", "csv"];

export const REPORT_ARGS = {
  by: {
    type: "string",
    valueHint: "WHAT",
    default: "agent",
    description: "agent, owner, purpose, model, provider or day",
  },
  from: { type: "string", valueHint: "TIME", description: "Not before: ISO 8601, or a span back (30d)" },
  to: { type: "string", valueHint: "TIME", description: "Only before: ISO 8601, or a span back (1d)" },
  agent: { type: "string", valueHint: "NAME", description: "Only this agent" },
  owner: { type: "string", valueHint: "NAME", description: "Only agents of this owner" },
  purpose: { type: "string", valueHint: "NAME", description: "Only this purpose" },
  format: { type: "string", valueHint: "FORMAT", description: "table (if not given), json or csv" },
} as const satisfies ArgsDef;

/** What was given of them. */
export type ReportOptions = {
  readonly [Name in Exclude<keyof typeof REPORT_ARGS, "by">]?: string | undefined;
} & {
  readonly by: string;
};

/** What `GET /api/reports` takes for them; its form is left to the caller. */
export function toReportQuery({ by, from, to, agent, owner, purpose }: ReportOptions) {
  const texts = Object.entries({ from, to, agent, owner, purpose }).filter(
    ([, value]) => value !== undefined,
  );
  return { ...Object.fromEntries(texts), by: BY.find((one) => one === by) };
}

const TIME_FORM = "expected a time such as 2026-01-31 or a span back such as 30d";

/** The first option that makes no sense, as a sentence; null when all do. */
export function checkReportOptions(
  { by, from, to, format, html }: ReportOptions & { readonly html?: string | undefined },
  now: Instant,
): string | null {
  if (!BY.some((one) => one === by)) return mistake("--by", by, BY);
  if (format !== undefined && !FORMATS.includes(format)) return mistake("--format", format, FORMATS);
  if (format !== undefined && html !== undefined) return "--format does not go with --html.";
  const [first, last] = [from, to].map((time) => (time === undefined ? undefined : parseInstant(time, now)));
  if (first === null) return `--from is ${JSON.stringify(from)}; ${TIME_FORM}.`;
  if (last === null) return `--to is ${JSON.stringify(to)}; ${TIME_FORM}.`;
  return first !== undefined && first >= (last ?? now) ? "--from is not before --to." : null;
}

function mistake(option: string, value: string, known: readonly string[]): string {
  const near = guess(value, known);
  const wanted = near ? `did you mean ${near}?` : `expected one of ${known.join(", ")}.`;
  return `${option} is ${JSON.stringify(value)}; ${wanted}`;
}
