/** Reads what tools around agents report, event by event: one that is wrong does not spoil the others (SPEC 14.4, 19). Pure. */
import { isAgentName } from "../core/agent.ts";
import { parseTime } from "../core/duration.ts";
import type { ExternalLine } from "../core/event.ts";
import { EVENT_TYPES } from "../core/reported-event.ts";
import { isObject, type JsonObject, memberOf } from "./json-object.ts";

/** Everything of a line but when it was taken. */
export type Reported = Omit<ExternalLine, "time">;

export type ReadEvents = {
  readonly accepted: readonly Reported[];
  readonly rejected: readonly { readonly index: number; readonly error: string }[];
};

const MOST_EVENTS = 1_000;
const MOST_TAGS = 32;
const LABEL = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]{1,256}$/u;
/** What is longer is cut: it is the text of somebody else's error. */
const LONGEST_ERROR = 512;
/** More than any call has: such a number is a mistake. */
const LARGEST = 1e12;

/** One event, `{events:[…]}` or a list of them; null when it is none of these, or too long a list. */
export function readEvents(body: unknown): ReadEvents | null {
  const given = listEvents(body);
  if (given === null || given.length > MOST_EVENTS) return null;
  const accepted: Reported[] = [];
  const rejected: { index: number; error: string }[] = [];
  for (const [index, event] of given.entries()) {
    const read = readEvent(event);
    if (typeof read === "string") rejected.push({ index, error: read });
    else accepted.push(read);
  }
  return { accepted, rejected };
}

function listEvents(body: unknown): readonly unknown[] | null {
  if (Array.isArray(body)) return body;
  if (!isObject(body)) return null;
  if (!("events" in body)) return [body];
  return Array.isArray(body.events) ? body.events : null;
}

/** The event, or what is wrong with it as a sentence. */
function readEvent(event: unknown): Reported | string {
  if (!isObject(event)) return "An event must be an object.";
  const wrong: string[] = [];
  const { agent_id, event_type } = event;
  const type = EVENT_TYPES.find((known) => known === event_type);
  if (typeof agent_id !== "string" || !isAgentName(agent_id)) {
    wrong.push("`agent_id` must be 1 to 128 of A-Z a-z 0-9 . _ -");
  }
  if (!type) wrong.push(`\`event_type\` must be one of ${EVENT_TYPES.join(", ")}`);

  function take<Value>(name: string, form: string, read: (value: unknown) => Value | null) {
    const value = memberOf(event, name) ?? null;
    if (value === null) return null;
    const taken = read(value);
    if (taken === null) wrong.push(`\`${name}\` must be ${form}`);
    return taken;
  }
  const members = {
    provider: take("provider", "1 to 256 printable characters", readLabel),
    model: take("model", "1 to 256 printable characters", readLabel),
    tokens_in: take("tokens_in", "a whole number", readWhole),
    tokens_out: take("tokens_out", "a whole number", readWhole),
    cost: take("cost_usd", "a number of USD, not below 0", readAmount),
    latency_ms: take("latency_ms", "a number of milliseconds, not below 0", readAmount),
    status: take("status_code", "an HTTP status", readStatus),
    error: take("error_message", "a text", readError),
  };
  const detail = {
    timestamp: take("timestamp", "ISO 8601", readTime),
    tags: take("tags", `a list of texts, or an object of plain values, at most ${MOST_TAGS}`, readTags),
  };
  if (wrong.length > 0 || typeof agent_id !== "string" || !type) return `${wrong.join("; ")}.`;
  const told = dropNull(detail);
  return {
    type: "external",
    agent: agent_id,
    event: type,
    ...dropNull(members),
    ...(Object.keys(told).length > 0 && { detail: told }),
  };
}

function readLabel(value: unknown): string | null {
  return typeof value === "string" && LABEL.test(value) ? value : null;
}

function readError(value: unknown): string | null {
  return typeof value === "string" ? value.replaceAll(/\p{C}+/gu, " ").slice(0, LONGEST_ERROR) : null;
}

function readAmount(value: unknown): number | null {
  return typeof value === "number" && value >= 0 && value <= LARGEST ? value : null;
}

function readWhole(value: unknown): number | null {
  return Number.isSafeInteger(value) ? readAmount(value) : null;
}

function readStatus(value: unknown): number | null {
  return typeof value === "number" && Number.isInteger(value) && value >= 100 && value <= 599 ? value : null;
}

function readTime(value: unknown): string | null {
  const instant = typeof value === "string" ? parseTime(value) : null;
  return instant === null ? null : new Date(instant).toISOString();
}

function readTags(value: unknown): JsonObject | readonly unknown[] | null {
  if (typeof value !== "object" || value === null) return null;
  const entries = Object.entries(value);
  const fits = entries.every(([key, tag]) => LABEL.test(key) && isTag(tag)) && entries.length <= MOST_TAGS;
  return fits ? (value as JsonObject | readonly unknown[]) : null;
}

function isTag(tag: unknown): boolean {
  return typeof tag === "string" ? LABEL.test(tag) : typeof tag === "number" || typeof tag === "boolean";
}

function dropNull<Given extends object>(given: Given) {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null)) as {
    [Key in keyof Given]?: NonNullable<Given[Key]>;
  };
}
