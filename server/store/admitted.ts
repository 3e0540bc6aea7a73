/**
 * The table `admitted`: how many calls of an agent were let in in an hour, whenever they ended. Quotas of requests go on
 * from it after a restart (SPEC 7.1), however few entries are kept.
 */
import type { Database } from "bun:sqlite";
import { hourStart } from "../core/calendar.ts";
import type { Instant, Millis } from "../core/duration.ts";
import type { CallLine, Line } from "../core/event.ts";
import { type ReadLine, startOfMinute } from "./groups.ts";

/** Counts the calls among the lines of a batch. Inside the caller's transaction. */
export function prepareAdmitted(database: Database, zone: string): (lines: readonly ReadLine[]) => void {
  const add = database.query(
    "INSERT INTO admitted VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET calls = calls + excluded.calls",
  );
  return (lines) => {
    for (const [minute, agents] of countAdmitted(lines)) {
      const start = hourStart(minute, zone);
      for (const [agent, calls] of agents) add.run(start, agent, calls);
    }
  };
}

/** When a line says that its call was let in; null where it says nothing: its time and latency tell it then. */
export function readAdmitted(line: Line): Instant | null {
  const time = "admitted" in line ? Date.parse(String(line.admitted)) : Number.NaN;
  return Number.isNaN(time) ? null : time;
}

/** How many calls of each agent were let in in each minute. */
function countAdmitted(lines: readonly ReadLine[]): Map<Instant, Map<string, number>> {
  const minutes = new Map<Instant, Map<string, number>>();
  for (const { line, time } of lines) {
    if (line.type !== "call") continue;
    const admitted = readAdmitted(line) ?? time - latencyOf(line);
    const minute = startOfMinute(admitted);
    const agents = minutes.get(minute) ?? new Map<string, number>();
    minutes.set(minute, agents);
    agents.set(line.agent, (agents.get(line.agent) ?? 0) + 1);
  }
  return minutes;
}

/** Whoever edits a journal must not keep it from being folded: a latency that is absurd counts as none. */
function latencyOf({ latency_ms: latency }: CallLine): Millis {
  return Number.isFinite(latency) && latency >= 0 && latency < MAX_LATENCY ? latency : 0;
}

const MAX_LATENCY: Millis = 7 * 86_400_000;
