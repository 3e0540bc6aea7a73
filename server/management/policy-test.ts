/** A rule over the recorded history: whom it would have hit (SPEC 10). */
import { dayStart } from "../core/calendar.ts";
import type { Instant } from "../core/duration.ts";
import type { PolicySettings, Settings } from "../core/settings.ts";
import { compilePolicies, type Policy } from "../gateway/policies.ts";
import type { PolicyField } from "../gateway/policy-fields.ts";
import { createReplay, type Replay } from "../gateway/policy-replay.ts";
import { readLinesSince } from "../store/journal-files.ts";
import { type Failure, failure } from "./failure.ts";

export interface PastReplay extends Replay {
  /** Calls and refusals since the time asked for. */
  readonly entries: number;
}

/** Lines between two turns of the loop: a few milliseconds of work. */
const PIECE = 500;

/** Fields that sum up more than a day: their figures begin where the journal does. */
const LIFETIME: readonly PolicyField[] = ["total_cost", "call_count", "error_count", "run_cost", "run_calls"];

/**
 * Replays one rule over the journal's files, oldest first, letting the loop go on in between. Begins early enough for the
 * rule's figures to be right at `since`. Stops when nobody waits for it any more.
 */
export async function replayPast(
  policy: Policy,
  { audit, gateway: { timezone } }: Pick<Settings, "audit" | "gateway">,
  since: Instant,
  signal: AbortSignal,
): Promise<PastReplay> {
  const from = readsLifetime(policy) ? 0 : dayStart(since, timezone);
  const running = createReplay([policy], timezone, since);
  let read = 0;
  let entries = 0;
  for (const line of readLinesSince(audit.log_file, from)) {
    if (++read % PIECE === 0) await new Promise(setImmediate);
    if (signal.aborted) break;
    const time = Date.parse(line.time);
    if ((line.type !== "call" && line.type !== "blocked") || time < from) continue;
    const { agent } = line;
    if (agent === undefined) continue;
    if (time >= since) entries += line.type === "blocked" ? (line.count ?? 1) : 1;
    running.add(line.type === "call" ? line : { ...line, agent });
  }
  return { ...running.result(), entries };
}

/** The configured rule of this name, or a failure that names those that there are. */
export function findPolicy(policies: readonly Policy[], name: string): Policy | Failure {
  return policies.find(({ settings }) => settings.name === name) ?? unknownPolicy(policies);
}

/** Says which policies there are. */
export function unknownPolicy(policies: readonly Policy[]): Failure {
  const names = policies.map(({ settings }) => settings.name);
  const known = names.length === 0 ? "There is none." : `There are: ${names.join(", ")}.`;
  return failure(404, "unknown_policy", `There is no policy of that name. ${known}`, { names });
}

/** A condition that is no rule yet, as one that only looks; or a failure that says where it is wrong. */
export function compileQuestion(condition: string): Policy | Failure {
  const compiled = compilePolicies([{ ...QUESTION, condition }]);
  if ("problems" in compiled) {
    const { line = 1, column = 1, message = "it cannot be read" } = compiled.problems[0] ?? {};
    const where = `line ${line}, column ${column}`;
    return failure(400, "invalid_condition", `The condition is wrong at ${where}: ${message}.`, {
      line,
      column,
      message,
    });
  }
  const [policy] = compiled.policies;
  return policy ?? failure(400, "invalid_condition", "The condition is empty.");
}

const QUESTION: Omit<PolicySettings, "condition"> = {
  name: "",
  action: "alert",
  mode: "enforce",
  params: {
    min_calls: null,
    duration: null,
    cooldown: 0,
    channels: [],
    rate: null,
    delay_ms: null,
    hold_seconds: 0,
  },
};

/** Also by its least number of calls, which is one of a lifetime unless the rule looks at the hour. */
function readsLifetime({ condition, minCalls, countsHour }: Policy): boolean {
  return condition.reads.some((field) => LIFETIME.includes(field)) || (minCalls > 0 && !countsHour);
}
