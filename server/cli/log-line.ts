/** One line per event, for people who read along. Pure. */
import type { LogEntry, LogField } from "../store/store.ts";
import { renderCount, renderForeign, renderMoney, renderSpan, renderTime, UNKNOWN } from "./figures.ts";
import { renderDetail } from "./log-detail.ts";
import type { Style } from "./style.ts";
import { fit } from "./table.ts";

/** What is shown where so many columns fit. */
interface Shape {
  readonly agent: number;
  readonly target: number;
  readonly year: boolean;
  readonly latency: boolean;
  readonly tokens: boolean;
}

const WIDE: Shape = { agent: 20, target: 36, year: true, latency: true, tokens: true };
const MEDIUM: Shape = { agent: 18, target: 28, year: true, latency: true, tokens: false };
const NARROW: Shape = { agent: 16, target: 26, year: false, latency: false, tokens: false };

/** The blanks behind the time and behind the agent. */
const GAPS = 4;
const STAMP = "2026-01-31 12:00:00Z".length;
const SHORT_STAMP = STAMP - "2026-".length;

/**
 * `2026-01-31 12:00:00Z  researcher  openai/gpt-4o  200  1.2s  120→340  $0.001234`, with what went wrong at the end.
 * Lines follow one another, so columns have fixed widths, and fewer where `columns` is small. Where there is room a long
 * name pushes the rest of its own line, else it is cut. What an event says beside its name is cut at the line's end.
 */
export function renderLogLine(
  entry: LogEntry,
  style: Style,
  columns: number = Number.POSITIVE_INFINITY,
): string {
  const shape = columns >= 125 ? WIDE : columns >= 96 ? MEDIUM : NARROW;
  const stamp = renderTime(textOf(entry, "time") ?? UNKNOWN);
  const time = style.dim(shape.year ? stamp : stamp.replace(/^\d{4}-/, ""));
  const agent = place(textOf(entry, "agent") ?? UNKNOWN, shape.agent, shape);
  const room = columns - (shape.year ? STAMP : SHORT_STAMP) - GAPS - Bun.stringWidth(agent);
  return `${time}  ${agent}  ${renderWhat(entry, style, shape, room)}`.trimEnd();
}

function place(name: string, width: number, shape: Shape): string {
  return shape === WIDE ? name.padEnd(width) : fit(name, width, "left");
}

function renderWhat(entry: LogEntry, style: Style, shape: Shape, room: number): string {
  switch (entry.type) {
    case "call":
      return renderCall(entry, style, shape);
    case "blocked":
      return renderBlocked(entry, style, shape);
    default:
      return style.dim(renderEvent(entry, room));
  }
}

function renderEvent(entry: LogEntry, room: number): string {
  const name = textOf(entry, "event") ?? textOf(entry, "type") ?? UNKNOWN;
  const text = `${name}  ${renderDetail(entry.detail)}`.trimEnd();
  return Bun.stringWidth(text) > room ? fit(text, room, "left") : text;
}

function renderCall(entry: LogEntry, style: Style, shape: Shape): string {
  const status = numberOf(entry, "status");
  const latency = numberOf(entry, "latency_ms");
  const ending = textOf(entry, "ending");
  const failed = ending !== "complete" || (status !== null && status >= 400);
  const remarks = [ending === "complete" ? null : ending, textOf(entry, "error")].filter(
    (part) => part !== null,
  );
  return [
    place(renderTarget(entry), shape.target, shape),
    (failed ? style.bad : style.good)(renderStatus(status)),
    ...(shape.latency ? [(latency === null ? UNKNOWN : renderSpan(latency)).padStart(6)] : []),
    ...(shape.tokens ? [renderTokens(entry).padStart(13)] : []),
    renderMoney(numberOf(entry, "cost")).padStart(10),
    style.bad(remarks.join(": ")),
  ].join("  ");
}

/** Where it is narrow the reason stands in the target's place: it says more, and behind the columns it would not fit. */
function renderBlocked(entry: LogEntry, style: Style, shape: Shape): string {
  const status = renderStatus(numberOf(entry, "status"));
  const reason = textOf(entry, "reason") ?? UNKNOWN;
  const count = numberOf(entry, "count");
  const times = count === null ? "" : ` ×${renderCount(count)}`;
  const [first, last] =
    shape === NARROW ? [reason, `refused${times}`] : [renderTarget(entry), `refused: ${reason}${times}`];
  return [place(first, shape.target, shape), style.warning(status), style.warning(last)].join("  ");
}

function renderStatus(status: number | null): string {
  return (status === null ? UNKNOWN : String(status)).padStart(3);
}

function renderTarget(entry: LogEntry): string {
  const model = textOf(entry, "model") ?? textOf(entry, "requested_model");
  return [textOf(entry, "provider"), model].filter((part) => part !== null).join("/");
}

function renderTokens(entry: LogEntry): string {
  const [tokensIn, tokensOut] = [numberOf(entry, "tokens_in"), numberOf(entry, "tokens_out")];
  if (tokensIn === null && tokensOut === null) return UNKNOWN;
  const marker = textOf(entry, "usage") === "estimated" ? "~" : "";
  return `${marker}${renderCount(tokensIn ?? 0)}→${renderCount(tokensOut ?? 0)}`;
}

function textOf(entry: LogEntry, field: LogField): string | null {
  const value = entry[field];
  return typeof value === "string" ? renderForeign(value) : null;
}

function numberOf(entry: LogEntry, field: LogField): number | null {
  const value = entry[field];
  return typeof value === "number" ? value : null;
}
