/**
 * How long calls took, counted by classes of equal ratio: counts of different hours add up, and percentiles can be read off
 * the sum, which no percentile of each hour would allow. Pure.
 */
import type { Millis } from "../core/duration.ts";
import { type Countable, isCall, isError } from "./tally.ts";

/** Calls by class. Class 0 ends at a millisecond, and every eighth class after it ends at twice as long. */
export type Latencies = Map<number, number>;

/** So many that the middle of a class is within 5 % of everything in it. */
const PER_DOUBLING = 8;
/** Ends after twelve days. Whatever is longer is in it, so that no line of a file can make the counts grow. */
const LAST = 30 * PER_DOUBLING;

/** Counts a line if it is a call that was answered whole and without an error: nothing else says how long answers take. */
export function noteLatency(latencies: Latencies, line: Countable): void {
  if (!isCall(line) || line.ending !== "complete" || isError(line)) return;
  // A line of a file may say anything.
  if (!(line.latency_ms >= 0)) return;
  addCount(latencies, classOf(line.latency_ms), 1);
}

/** Adds one count to another. */
export function addLatencies(latencies: Latencies, more: Latencies): void {
  for (const [of, calls] of more) addCount(latencies, of, calls);
}

/**
 * How long the quickest `share` (0 to 1) of the calls took at most: within 5 % of the longest of them (nearest rank), in
 * three digits; a millisecond for what took less. Null without a call.
 */
export function percentile(latencies: Latencies, share: number): Millis | null {
  const counts = [...latencies].sort(([one], [other]) => one - other);
  const calls = counts.reduce((sum, [, count]) => sum + count, 0);
  const rank = Math.max(1, Math.ceil(calls * share));
  let below = 0;
  for (const [of, count] of counts) {
    below += count;
    if (below >= rank) return middleOf(of);
  }
  return null;
}

/** As a table keeps it: JSON, classes and their calls in turns. Equal counts give equal text. */
export function renderLatencies(latencies: Latencies): string {
  return JSON.stringify([...latencies].sort(([one], [other]) => one - other).flat());
}

/** What `renderLatencies` made. */
export function parseLatencies(text: string): Latencies {
  const flat: readonly number[] = JSON.parse(text);
  const latencies: Latencies = new Map();
  for (let at = 0; at < flat.length; at += 2) latencies.set(flat[at] ?? 0, flat[at + 1] ?? 0);
  return latencies;
}

function addCount(latencies: Latencies, of: number, calls: number): void {
  latencies.set(of, (latencies.get(of) ?? 0) + calls);
}

function classOf(latency: Millis): number {
  return latency <= 1 ? 0 : Math.min(LAST, Math.ceil(Math.log2(latency) * PER_DOUBLING));
}

/** The geometric middle: its ratio to either end of the class is the same. */
function middleOf(of: number): Millis {
  return of === 0 ? 1 : Number((2 ** ((of - 0.5) / PER_DOUBLING)).toPrecision(3));
}
