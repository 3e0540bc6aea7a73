/** The run that a call belongs to, as its headers say (SPEC 4.5). Pure. */
import { NANO_PER_USD, type NanoUsd } from "../core/money.ts";
import { type Refusal, refusal } from "../core/refusal.ts";

/** Calls that belong together. Declared by the agent: a label, and caps that only tighten. */
export interface Run {
  readonly id: string;
  /** Id of the run that started this one. */
  readonly parent: string | null;
  /** What the run's calls may cost together; null: no cap of its own. */
  readonly budget: NanoUsd | null;
}

const RUN = "x-tollgate-run";
const PARENT = "x-tollgate-parent-run";
const BUDGET = "x-tollgate-run-budget";

const ID = /^[\x21-\x7e]{1,128}$/;
const ID_FORM = "1 to 128 printable ASCII characters without spaces";
/** Whole dollars of up to six digits: their nano-dollars are exact as a number. */
const USD = /^(\d{1,6})(?:\.(\d+))?$/;
const USD_FORM = "USD as a plain number from 0 to 999999, such as 0.50";
const NANO_DIGITS = 9;

/**
 * The call's run, or null where it names none. A header that cannot be read is a refusal, as is one that needs a run and
 * comes without: a cap that somebody set and that does not hold would be worse than none.
 */
export function readRun(headers: Headers): Run | Refusal | null {
  const id = headers.get(RUN);
  const parent = headers.get(PARENT);
  const usd = headers.get(BUDGET);
  if (id === null) {
    if (parent !== null) return homeless(PARENT);
    return usd === null ? null : homeless(BUDGET);
  }
  if (!ID.test(id)) return unreadable(RUN, ID_FORM);
  if (parent !== null && !ID.test(parent)) return unreadable(PARENT, ID_FORM);
  const budget = usd === null ? null : parseBudget(usd);
  if (usd !== null && budget === null) return unreadable(BUDGET, USD_FORM);
  return { id, parent, budget };
}

/** Rounded down to whole nano-dollars: never more than was written. Null when it is no such number. */
function parseBudget(text: string): NanoUsd | null {
  const [, whole, fraction = ""] = USD.exec(text) ?? [];
  if (whole === undefined) return null;
  return Number(whole) * NANO_PER_USD + Number(fraction.slice(0, NANO_DIGITS).padEnd(NANO_DIGITS, "0"));
}

function unreadable(header: string, form: string): Refusal {
  return refusal("invalid_run", `The header ${header} cannot be read: it must be ${form}.`);
}

function homeless(header: string): Refusal {
  return refusal(
    "invalid_run",
    `The header ${header} needs a run: name it in ${RUN}, or leave ${header} out.`,
  );
}
