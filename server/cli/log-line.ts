/** One line per event, for people who read along. Pure. */
import type { LogEntry, LogField } from "../store/store.ts";
import { renderCount, renderForeign, renderMoney, renderSpan, renderTime, UNKNOWN } from "./figures.ts";
import type { Style } from "./style.ts";

const AGENT_WIDTH = 20;
const TARGET_WIDTH = 36;

/**
 * `2026-01-31 12:00:00Z  researcher  openai/gpt-4o  200  1.2s  120→340  $0.001234`, with what went wrong at the end.
 * Lines follow one another, so columns have fixed widths; a long name pushes the rest of its own line.
 */
export function renderLogLine(entry: LogEntry, style: Style): string {
  const time = style.dim(renderTime(textOf(entry, "time") ?? UNKNOWN));
  const agent = (textOf(entry, "agent") ?? UNKNOWN).padEnd(AGENT_WIDTH);
  return `${time}  ${agent}  ${renderWhat(entry, style)}`.trimEnd();
}

function renderWhat(entry: LogEntry, style: Style): string {
  switch (entry.type) {
    case "call":
      return renderCall(entry, style);
    case "blocked":
      return renderBlocked(entry, style);
    default:
      return style.dim(textOf(entry, "event") ?? textOf(entry, "type") ?? UNKNOWN);
  }
}

function renderCall(entry: LogEntry, style: Style): string {
  const status = numberOf(entry, "status");
  const latency = numberOf(entry, "latency_ms");
  const ending = textOf(entry, "ending");
  const failed = ending !== "complete" || (status !== null && status >= 400);
  const remarks = [ending === "complete" ? null : ending, textOf(entry, "error")].filter(
    (part) => part !== null,
  );
  return [
    renderTarget(entry).padEnd(TARGET_WIDTH),
    (failed ? style.bad : style.good)(renderStatus(status)),
    (latency === null ? UNKNOWN : renderSpan(latency)).padStart(6),
    renderTokens(entry).padStart(13),
    renderMoney(numberOf(entry, "cost")).padStart(10),
    style.bad(remarks.join(": ")),
  ].join("  ");
}

function renderBlocked(entry: LogEntry, style: Style): string {
  const status = renderStatus(numberOf(entry, "status"));
  const reason = `refused: ${textOf(entry, "reason") ?? UNKNOWN}`;
  return [renderTarget(entry).padEnd(TARGET_WIDTH), style.warning(status), style.warning(reason)].join("  ");
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
