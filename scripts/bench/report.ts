/** Turns measurements into the table that people read. Pure. */
import { median, type Spread } from "./wire.ts";

/** All that was measured of one candidate; one entry a round. */
export interface Measured {
  readonly name: string;
  readonly requests: readonly RequestRound[];
  readonly streams: readonly StreamRound[];
  /** Resident bytes after the last round, and the most they have been. */
  readonly memory: { readonly now: number; readonly peak: number } | null;
}

export interface RequestRound {
  readonly perSecond: number;
  readonly latency: Spread;
  /** Microseconds of processor time for each request; null where there is no process to blame. */
  readonly cpu: number | null;
  readonly failed: number;
}

export interface StreamRound {
  readonly firstEvent: Spread;
  readonly delay: Spread;
  readonly cpu: number | null;
  readonly failed: number;
}

const BASELINE = "direct";
const YARDSTICK = "minimal proxy";
const NOTHING = "–";

/** Two Markdown tables and the ratios to the minimal proxy. Every figure is the median of its rounds. */
export function renderReport(
  all: readonly Measured[],
  plan: { connections: number; streams: number },
): string {
  return [
    `### Requests, ${plan.connections} connections`,
    renderTable(
      ["", "requests/s", "p50 ms", "p99 ms", "CPU µs/request", "RSS MiB (peak)", "failed"],
      all.map(({ name, requests, memory }) => [
        name,
        number(median(requests.map((round) => round.perSecond)), 0),
        number(median(requests.map((round) => round.latency.p50)), 2),
        number(median(requests.map((round) => round.latency.p99)), 2),
        cpu(requests),
        memory ? `${mib(memory.now)} (${mib(memory.peak)})` : NOTHING,
        String(failures(requests)),
      ]),
    ),
    `### Event streams, ${plan.streams} at once, added to direct`,
    renderTable(
      ["", "first event p50 ms", "p99 ms", "later events p50 ms", "p99 ms", "CPU µs/event", "failed"],
      all.map((one) => [one.name, ...addedCells(one, all), cpu(one.streams), String(failures(one.streams))]),
    ),
    ratioSentence(all),
  ].join("\n\n");
}

function addedCells(one: Measured, all: readonly Measured[]): string[] {
  const direct = all.find(({ name }) => name === BASELINE);
  const parts: ((round: StreamRound) => number)[] = [
    (round) => round.firstEvent.p50,
    (round) => round.firstEvent.p99,
    (round) => round.delay.p50,
    (round) => round.delay.p99,
  ];
  return parts.map((part) => {
    const own = median(one.streams.map(part));
    if (one.name === BASELINE) return `(${number(own, 2)})`;
    return number(own - median((direct?.streams ?? []).map(part)), 2);
  });
}

function ratioSentence(all: readonly Measured[]): string {
  const yardstick = all.find(({ name }) => name === YARDSTICK);
  if (!yardstick) return "";
  const others = all.filter(({ name }) => name !== YARDSTICK && name !== BASELINE);
  const sentences = others.map(({ name, requests }) => {
    const rate =
      median(requests.map((round) => round.perSecond)) /
      median(yardstick.requests.map((round) => round.perSecond));
    const time = median(cpuFigures(requests)) / median(cpuFigures(yardstick.requests));
    return `- ${name}: ${number(rate, 2)} of the ${YARDSTICK}'s requests/s, ${number(time, 2)} times its CPU per request`;
  });
  return sentences.join("\n");
}

function cpuFigures(rounds: readonly { cpu: number | null }[]): number[] {
  return rounds.flatMap((round) => (round.cpu === null ? [] : [round.cpu]));
}

function cpu(rounds: readonly { cpu: number | null }[]): string {
  const figures = cpuFigures(rounds);
  return figures.length === 0 ? NOTHING : number(median(figures), 1);
}

function failures(rounds: readonly { failed: number }[]): number {
  return rounds.reduce((sum, round) => sum + round.failed, 0);
}

function mib(bytes: number): number {
  return Math.round(bytes / 1024 ** 2);
}

function number(value: number, digits: number): string {
  return value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** A Markdown table padded so that it also reads well in a terminal. */
function renderTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))).join(" | ")} |`;
  const rule = widths.map((width, column) =>
    column === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`,
  );
  return [line(header), line(rule), ...rows.map(line)].join("\n");
}
