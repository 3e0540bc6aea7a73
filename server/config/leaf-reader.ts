/** Reads one value of the file as what the schema wants there. Pure. */
import { type Millis, parseDuration, parseSize } from "../core/duration.ts";
import { toExact, toNano } from "../core/money.ts";
import type { Rate } from "../core/settings.ts";
import type { LeafFormat, LeafSchema } from "./leaves.ts";
import { TEXT_FORMS } from "./text-forms.ts";

/** The value as the settings hold it, or what should have stood there: `a port from 0 to 65535`. */
export type LeafReading = { readonly value: unknown } | { readonly expected: string };

type Scalar = string | number | boolean;

const WHOLE = "a whole number";
const BUDGET_WINDOWS: readonly Scalar[] = ["hour", "day", "total"];
/** The word for a limit that outdoes another layer's. */
export const UNLIMITED = "unlimited";
export const RATE_UNITS: ReadonlyMap<string, Millis> = new Map([
  ["s", 1_000],
  ["sec", 1_000],
  ["min", 60_000],
  ["hour", 3_600_000],
  ["day", 86_400_000],
]);
const MOST_PER_UNIT = 1_000_000_000;

const SECRET_FORMATS: ReadonlySet<LeafFormat> = new Set([
  "tollgate-secret",
  "tollgate-header-value",
  "tollgate-secret-url",
  "tollgate-password",
]);

/** Never shown in a message, whatever is wrong with it. */
export function isSecretLeaf(schema: LeafSchema): boolean {
  return schema.format !== undefined && SECRET_FORMATS.has(schema.format);
}

/** `loose`: the text came from a place where only text can stand, so it may spell a number or a switch. */
export function readLeaf(value: Scalar, schema: LeafSchema, loose: boolean): LeafReading {
  const types = [schema.type].flat();
  if (value === "" && types.includes("null")) return { value: null };
  if (schema.format === "tollgate-duration") return readDuration(value, schema);
  if (schema.format === "tollgate-alert-window") return readAlertWindow(value, schema);
  if (schema.format === "tollgate-size") return readSize(value, schema);
  if (schema.format === "tollgate-rate") return readRate(value);
  if (schema.format === "tollgate-limit") return orUnlimited(value, readNumber(value, schema, loose, WHOLE));
  if (schema.format === "tollgate-money") return orUnlimited(value, readMoney(value, schema, loose));
  if (types.includes("integer")) return readNumber(value, schema, loose, WHOLE);
  if (types.includes("number")) return readNumber(value, schema, loose, "a number");
  if (types.includes("boolean")) return readToggle(value, loose);
  return readText(value, schema);
}

function readDuration(value: Scalar, schema: LeafSchema): LeafReading {
  const parsed = typeof value === "boolean" ? null : parseDuration(value);
  const { minimum = 0, maximum = Number.MAX_SAFE_INTEGER } = schema;
  if (parsed !== null && parsed >= minimum && parsed <= maximum) return { value: parsed };
  return {
    expected: `a duration from ${renderMillis(minimum)} to ${renderMillis(maximum)} (units: ms s m h d)`,
  };
}

function readAlertWindow(value: Scalar, schema: LeafSchema): LeafReading {
  if (BUDGET_WINDOWS.includes(value)) return { value };
  const reading = readDuration(value, schema);
  return "value" in reading
    ? reading
    : { expected: `hour, day or total for a budget, else ${reading.expected}` };
}

function readSize(value: Scalar, schema: LeafSchema): LeafReading {
  const parsed = typeof value === "boolean" ? null : parseSize(value);
  const { minimum = 0, maximum = Number.MAX_SAFE_INTEGER } = schema;
  if (parsed !== null && parsed >= minimum && parsed <= maximum) return { value: parsed };
  return { expected: `a size from ${renderBytes(minimum)} to ${renderBytes(maximum)} (units: KiB MiB GiB)` };
}

function readNumber(value: Scalar, schema: LeafSchema, loose: boolean, what: string): LeafReading {
  const { minimum = 0, maximum = Number.MAX_SAFE_INTEGER } = schema;
  const number = loose && typeof value === "string" && /^\d+(?:\.\d+)?$/.test(value) ? Number(value) : value;
  const fits = typeof number === "number" && number >= minimum && number <= maximum;
  if (fits && (what !== WHOLE || Number.isInteger(number))) return { value: number };
  return { expected: `${what} from ${minimum} to ${maximum}` };
}

/** USD as nano-dollars. */
function readMoney(value: Scalar, schema: LeafSchema, loose: boolean): LeafReading {
  const reading = readNumber(value, schema, loose, "USD");
  return "value" in reading && typeof reading.value === "number"
    ? { value: toNano(toExact(reading.value)) }
    : reading;
}

function orUnlimited(value: Scalar, reading: LeafReading): LeafReading {
  if (value === UNLIMITED) return { value: Number.POSITIVE_INFINITY };
  return "value" in reading ? reading : { expected: `${reading.expected}, or ${UNLIMITED}` };
}

function readRate(value: Scalar): LeafReading {
  const rate = typeof value === "string" ? parseRate(value) : null;
  return rate ? { value: rate } : { expected: "a rate such as 100/min (s, sec, min, hour or day)" };
}

/** `100/min`; `unlimited` is an infinite count. Null when it is no rate. */
function parseRate(text: string): Rate | null {
  if (text === UNLIMITED) return { count: Number.POSITIVE_INFINITY, per: 1_000 };
  const [, digits = "", unit = ""] = /^(\d{1,10})\s*\/\s*([a-z]+)$/.exec(text.trim()) ?? [];
  const per = RATE_UNITS.get(unit);
  const count = Number(digits);
  return per !== undefined && count >= 1 && count <= MOST_PER_UNIT ? { count, per } : null;
}

function readToggle(value: Scalar, loose: boolean): LeafReading {
  if (typeof value === "boolean") return { value };
  if (loose && (value === "true" || value === "false")) return { value: value === "true" };
  return { expected: "true or false" };
}

function readText(value: Scalar, { enum: words, format }: LeafSchema): LeafReading {
  if (words) {
    return words.some((word) => word === value) ? { value } : { expected: `one of ${words.join(", ")}` };
  }
  const form = format === undefined ? undefined : TEXT_FORMS.get(format);
  const expected = form?.expected ?? "text";
  if (typeof value !== "string") return { expected: `${expected}, in quotes` };
  const read = form ? form.read(value) : value;
  return read === undefined ? { expected } : { value: read };
}

/** In the largest unit that divides it: `30s`. */
export function renderMillis(span: number): string {
  if (span === 0) return "0";
  return renderWith(span, [["d", 86_400_000], ["h", 3_600_000], ["m", 60_000], ["s", 1_000], ["ms", 1]]); // biome-ignore format: a table
}

/** In the largest unit that divides it: `64MiB`. */
export function renderBytes(size: number): string {
  return renderWith(size, [["GiB", 1024 ** 3], ["MiB", 1024 ** 2], ["KiB", 1024], [" bytes", 1]]); // biome-ignore format: a table
}

/** In the largest unit that divides it. */
function renderWith(quantity: number, units: readonly (readonly [string, number])[]): string {
  const [unit, length] = units.find(([, length]) => quantity >= length && quantity % length === 0) ?? ["", 1];
  return `${quantity / length}${unit}`;
}
