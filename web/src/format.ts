/** Figures as people read them. English digits and separators everywhere, so that two people compare the same text. */

const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const compact = new Intl.NumberFormat("en-US", { notation: "compact", maximumSignificantDigits: 3 });
const percent = new Intl.NumberFormat("en-US", { style: "percent", maximumFractionDigits: 1 });

/** `12,480`: every digit. */
export function formatCount(count: number): string {
  return whole.format(count);
}

/** `12,480` up to five digits, then `1.25M`: for columns that must not grow. */
export function formatShort(count: number): string {
  return count < 100_000 ? whole.format(count) : compact.format(count);
}

/** `1.2%` of a share between 0 and 1. */
export function formatShare(share: number): string {
  return percent.format(share);
}

/** `62%` of a share between 0 and 1: for what moves all the time. */
export function formatWholeShare(share: number): string {
  return `${Math.round(share * 100)}%`;
}

/** USD with as many decimals as its size deserves: `$1,204`, `$12.35`, `$0.0042`, `$0.000017`. Never rounds to nothing. */
export function formatUsd(usd: number): string {
  if (usd === 0) return "$0.00";
  if (usd < 0.000001) return "<$0.000001";
  if (usd < 0.0001) return `$${usd.toFixed(6)}`;
  if (usd < 1) return `$${usd.toFixed(4)}`;
  if (usd < 1000) return `$${usd.toFixed(2)}`;
  return `$${usd < 1_000_000 ? whole.format(usd) : compact.format(usd)}`;
}

/** What is spent a minute: `$0.52/min`, cents where there are any. It moves too fast for more. */
export function formatPace(usd: number): string {
  return `${usd >= 0.01 && usd < 1 ? `$${usd.toFixed(2)}` : formatUsd(usd)}/min`;
}

/** As `formatUsd`, whole dollars without their cents: `$40`, `$2.50`. For amounts that a person has set. */
export function formatCap(usd: number): string {
  return formatUsd(usd).replace(/\.00$/, "");
}

/**
 * The cost of several calls of which `unpriced` have no known price: what is known is then a lower bound, and nothing
 * known is `unknown`, not zero.
 */
export function formatCost(usd: number, calls: number, unpriced: number): string {
  if (isCostUnknown(usd, calls, unpriced)) return "unknown";
  return calls === 0 || unpriced === 0 ? formatUsd(usd) : `≥ ${formatUsd(usd)}`;
}

/** Whether nothing at all is known of what the calls cost, which is another thing than that they cost nothing. */
export function isCostUnknown(usd: number, calls: number, unpriced: number): boolean {
  return usd === 0 && calls > 0 && unpriced > 0;
}

/** `340 ms`, `2.4 s`, `1 min 20 s`. */
export function formatLatency(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(1)} s`;
  return formatSpan(milliseconds);
}

/** The two largest units of a time span: `45 s`, `3 min 20 s`, `5 h 2 min`, `12 d 4 h`. */
export function formatSpan(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const days = Math.floor(hours / 24);
  if (days > 0) return join(days, "d", hours % 24, "h");
  if (hours > 0) return join(hours, "h", minutes % 60, "min");
  if (minutes > 0) return join(minutes, "min", seconds % 60, "s");
  return `${seconds} s`;
}

/** How long ago, by its largest unit: `now`, `12 s ago`, `3 min ago`, `2 d ago`. */
export function formatAgo(instant: number, now: number): string {
  const seconds = Math.floor((now - instant) / 1000);
  if (seconds < 2) return "now";
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  return `${Math.floor(seconds / 86_400)} d ago`;
}

/** Time of day of the viewer's clock, to the second: `14:03:27`. */
export function formatClock(instant: number): string {
  return new Date(instant).toLocaleTimeString("en-GB");
}

/** When something began, on the viewer's clock: read as `formatUntil`. */
export function formatSince(instant: number, now: number): string {
  return `since ${formatMoment(instant, now)}`;
}

/**
 * When something ends, on the viewer's clock: `until 15:00` within a day, then `until Tue 15:00`, after six days
 * `until 12 Mar, 15:00`.
 */
export function formatUntil(instant: number, now: number): string {
  return `until ${formatMoment(instant, now)}`;
}

function formatMoment(instant: number, now: number): string {
  const days = Math.abs(instant - now) / 86_400_000;
  const date: Intl.DateTimeFormatOptions =
    days < 1 ? {} : days < 6 ? { weekday: "short" } : { day: "numeric", month: "short" };
  return new Date(instant).toLocaleString("en-GB", { ...date, hour: "2-digit", minute: "2-digit" });
}

/** The time that the sparklines tell of: ten minutes, or less while the page has not watched that long. */
export function formatWatched(onlySince: number | null): string {
  return onlySince === null ? "in the last ten minutes" : `since ${formatClock(onlySince)}`;
}

function join(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}
