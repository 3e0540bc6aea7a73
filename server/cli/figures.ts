/** Figures as people read them. Pure. */
import type { Instant, Millis } from "../core/duration.ts";

/** What stands where nothing is known: unknown is not zero. */
export const UNKNOWN = "—";

/** `$0.001234`, `$12.34`, `$1,234.50`; `<$0.000001` for what would read as nothing. */
export function renderMoney(usd: number | null): string {
  if (usd === null) return UNKNOWN;
  if (usd === 0) return "$0";
  if (usd > 0 && usd < 0.000_001) return "<$0.000001";
  const digits = Math.abs(usd) < 1 ? 6 : 2;
  return usd.toLocaleString("en-US", {
    style: "currency",
    currency: "USD",
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

/**
 * The cost of several calls, `unpriced` of them (or of more calls than these) without a known price: what is known is
 * then a lower bound, `≥ $1.50`, and nothing known is `unknown`, not zero.
 */
export function renderCost(usd: number, calls: number, unpriced: number): string {
  if (calls === 0 || unpriced === 0) return renderMoney(usd);
  return usd === 0 ? "unknown" : `≥ ${renderMoney(usd)}`;
}

const COMPACT = new Intl.NumberFormat("en-US", { notation: "compact", maximumSignificantDigits: 3 });

/** `950`, `9999`, `12.3K`, `4.57M`: of large counts, three digits say enough beside others. */
export function renderCount(count: number): string {
  return count < 10_000 ? String(count) : COMPACT.format(count);
}

/** Every digit, in groups: `1,234,567`. */
export function renderWhole(count: number): string {
  return count.toLocaleString("en-US");
}

/** `1 call`, `12.3K calls`: what is counted, in the singular, gets its s. */
export function renderAmount(count: number, noun: string): string {
  return `${renderCount(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** The largest unit that fits: `850ms`, `3.2s`, `12m`, `5h`, `2d`. */
export function renderSpan(span: Millis): string {
  if (span < 1_000) return `${Math.max(0, Math.round(span))}ms`;
  if (span < 60_000) return `${(span / 1_000).toFixed(span < 10_000 ? 1 : 0)}s`;
  if (span < 3_600_000) return `${Math.floor(span / 60_000)}m`;
  if (span < 86_400_000) return `${Math.floor(span / 3_600_000)}h`;
  return `${Math.floor(span / 86_400_000)}d`;
}

/** `now`, `12s ago`, `5h ago`. */
export function renderAge(time: string | null, now: Instant): string {
  if (time === null) return UNKNOWN;
  const age = now - Date.parse(time);
  return age < 1_000 ? "now" : `${renderSpan(age).replace(/\.\d+/, "")} ago`;
}

/** `2026-01-31 12:00:00Z`: the journal's clock, readable. */
export function renderTime(time: string): string {
  return time.replace("T", " ").replace(/\.\d+Z$/, "Z");
}

/** Text that agents wrote, without anything that would steer the terminal. */
export function renderForeign(text: string): string {
  return text.replace(/\p{C}/gu, "\u{FFFD}");
}
