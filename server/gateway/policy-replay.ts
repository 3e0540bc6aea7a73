/**
 * Policies over the recorded history (SPEC 10): whom they would have hit. Pure: the past is folded into the figures that
 * the gateway had then, and nothing comes of the rules.
 */
import type { AgentName } from "../core/agent.ts";
import type { Instant } from "../core/duration.ts";
import type { NanoUsd } from "../core/money.ts";
import type { Reason } from "../core/refusal.ts";
import { evaluatePolicies, type Policy, reviewPolicies } from "./policies.ts";
import { addEntry, createPast, describePast, type Past, type PastEntry, turnTo } from "./policy-past.ts";

/** Whom a rule would have hit. */
export interface PolicyHit {
  readonly rule: string;
  readonly agent: AgentName;
  readonly first: Instant;
  /** Calls at which the condition was true: before they were forwarded or, unless the rule denies, once settled. */
  readonly calls: number;
}

export interface Replay {
  /** In the order in which they first happened. */
  readonly hits: readonly PolicyHit[];
  /** Entries that were not looked at, because there are too many agents. */
  readonly leftOut: number;
}

/** A replay under way: a long history can be fed in pieces, so that it does not hold up the loop. */
export interface RunningReplay {
  /** Takes the next entry, oldest first. */
  add(entry: PastEntry): void;
  result(): Replay;
}

/** Refusals by policies and by what comes after them (SPEC 6.1): the rules have seen these calls. */
const SEEN: ReadonlySet<string> = new Set<Reason>([
  "policy_denied",
  "throttled",
  "rate_limited",
  "quota_exceeded",
  "request_cap_exceeded",
  "unpriced_model",
  "unmetered_route",
  "budget_exceeded",
  "budget_busy",
  "breaker_open",
  "queue_full",
  "queue_timeout",
  // It may be a rule's own doing; without the pause the rules would have seen these calls, too.
  "agent_deactivated",
]);

/** Names come from outside, in refusals too. */
const MOST_AGENTS = 10_000;
/** Then the oldest are forgotten; one that goes on counts anew. */
const MOST_RUNS = 10_000;

/** Replays the entries, oldest first, as `createReplay` says. */
export function replay(
  policies: readonly Policy[],
  entries: Iterable<PastEntry>,
  zone: string,
  since: Instant,
): Replay {
  const running = createReplay(policies, zone, since);
  for (const entry of entries) running.add(entry);
  return running.result();
}

/**
 * A replay in which nothing has happened. Entries before `since` make up the figures and hit nobody; what lies before the
 * first entry is unknown, so lifetime figures begin there. A call counts at the instant of its line, which is when it had
 * settled. Rules in shadow mode are replayed like others, and nobody is ever paused.
 */
export function createReplay(policies: readonly Policy[], zone: string, since: Instant): RunningReplay {
  const agents = new Map<AgentName, Past>();
  const runs = new Map<string, RunSums>();
  const hits = new Map<string, { -readonly [Key in keyof PolicyHit]: PolicyHit[Key] }>();
  let leftOut = 0;

  function meet(name: AgentName): Past | null {
    const known = agents.get(name);
    if (known || agents.size >= MOST_AGENTS) return known ?? null;
    const past = createPast();
    agents.set(name, past);
    return past;
  }

  function runOf({ agent, run }: PastEntry): RunSums | null {
    if (run === undefined) return null;
    const key = `${agent}/${run}`;
    const sums = runs.get(key) ?? { calls: 0, costNano: 0 };
    runs.set(key, sums);
    const [oldest] = runs.keys();
    if (runs.size > MOST_RUNS && oldest !== undefined) runs.delete(oldest);
    return sums;
  }

  /** Notes in `holding` which rules hold now. */
  function note(holding: Set<number>, { memory }: Past): void {
    for (const [index, rule] of memory.rules.entries()) if (rule.held) holding.add(index);
  }

  function count(holding: ReadonlySet<number>, entry: PastEntry, now: Instant): void {
    if (now < since) return;
    const { agent } = entry;
    const calls = entry.type === "blocked" ? (entry.count ?? 1) : 1;
    for (const [index, { settings }] of policies.entries()) {
      if (!holding.has(index)) continue;
      const key = `${index}/${agent}`;
      const hit = hits.get(key);
      if (hit) hit.calls += calls;
      else hits.set(key, { rule: settings.name, agent, first: now, calls });
    }
  }

  return {
    add(entry) {
      const past = meet(entry.agent);
      if (!past) {
        leftOut++;
        return;
      }
      const now = Date.parse(entry.time);
      turnTo(past, entry, now, zone);
      const run = runOf(entry);
      const holding = new Set<number>();
      if (entry.type === "call" || SEEN.has(entry.reason)) {
        evaluatePolicies(policies, describePast(past, entry, run, zone, now), now, past.memory);
        note(holding, past);
      }
      addEntry(past, entry, now);
      if (entry.type === "call") {
        addToRun(run, entry.cost_nano);
        reviewPolicies(policies, describePast(past, entry, run, zone, now), now, past.memory);
        note(holding, past);
      }
      count(holding, entry, now);
    },
    result: () => ({ hits: [...hits.values()], leftOut }),
  };
}

interface RunSums {
  calls: number;
  costNano: NanoUsd;
}

/** A call of unknown cost adds none, as to the agent's own sums. */
function addToRun(run: RunSums | null, costNano: NanoUsd | null): void {
  if (run === null) return;
  run.calls++;
  run.costNano += costNano ?? 0;
}
