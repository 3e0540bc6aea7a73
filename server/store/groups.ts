/** Lines of a batch put together by what they are summed under, so that sums cost per group and not per line. Pure. */
import { emptyTally, type Tally } from "../core/agent.ts";
import type { Instant, Millis } from "../core/duration.ts";
import { type Line, payerOf } from "../core/event.ts";
import { type Latencies, noteLatency } from "./latencies.ts";
import { readShape, type Shape } from "./shapes.ts";
import { addLine } from "./tally.ts";

const MINUTE: Millis = 60_000;

/** A line with what folding needs to know of it, found out once. */
export interface ReadLine {
  readonly line: Line;
  readonly time: Instant;
  readonly shape: Shape;
}

/** Agent, owner, purpose, provider, model; empty where the line says nothing. */
export type Labels = readonly [string, string, string, string, string];

/** Lines of one minute that have the same shape. */
export interface Group {
  readonly type: Line["type"];
  /** When the minute began. */
  readonly minute: Instant;
  readonly labels: Labels;
  /** The owner whose cap calls were charged to; empty where none was. */
  readonly payer: string;
  /** What happened, of lines that tell of no request. */
  readonly event: string | null;
  first: Instant;
  last: Instant;
  /** Number of the last line. */
  lastSeq: number;
  readonly tally: Tally;
  readonly latencies: Latencies;
}

/** When the minute of a time began: every hour and day begins with one, whatever the time zone. */
export function startOfMinute(time: Instant): Instant {
  return Math.floor(time / MINUTE) * MINUTE;
}

export function readLine(line: Line): ReadLine {
  return { line, time: Date.parse(line.time), shape: readShape(line) };
}

/** The groups in the order of their first lines. */
export function groupLines(lines: readonly ReadLine[]): Group[] {
  const groups: Group[] = [];
  let minute: Instant | null = null;
  let ofMinute = new Map<string, Group>();
  for (const { line, time, shape } of lines) {
    const start = startOfMinute(time);
    if (start !== minute) ofMinute = new Map();
    minute = start;
    let group = ofMinute.get(shape.key);
    if (!group) {
      group = {
        type: line.type,
        minute,
        labels: readLabels(line),
        payer: line.type === "call" ? (payerOf(line) ?? "") : "",
        event: "event" in line ? line.event : null,
        first: time,
        last: time,
        lastSeq: line.seq,
        tally: emptyTally(),
        latencies: new Map(),
      };
      ofMinute.set(shape.key, group);
      groups.push(group);
    }
    group.first = Math.min(group.first, time);
    group.last = Math.max(group.last, time);
    group.lastSeq = line.seq;
    addLine(group.tally, line);
    noteLatency(group.latencies, line);
  }
  return groups;
}

/** Whether lines of this type are in the sums, even when they are sums of nothing. */
export function isSummed({ type }: Group): boolean {
  return type === "call" || type === "blocked";
}

/** Whether lines of this group show that their agent was there: what was decided about it does not. */
export function isSighting(group: Group): boolean {
  return isSummed(group) || group.event === "agent.created";
}

function readLabels(line: Line): Labels {
  if (line.type === "checkpoint") return ["", "", "", "", ""];
  const { agent = "", owner = "", purpose = "" } = line;
  if (line.type === "call") {
    return [agent, owner, purpose, line.provider, line.model ?? line.requested_model ?? ""];
  }
  if (line.type === "blocked") {
    return [agent, owner, purpose, line.provider ?? "", line.requested_model ?? ""];
  }
  return [agent, owner, purpose, "", ""];
}
