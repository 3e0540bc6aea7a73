/** What the journal's lines tell alerts, gathered as they come: O(1) for each, bounded, and judged by somebody else later. */
import type { AgentName } from "../../core/agent.ts";
import type { AlertRule } from "../../core/alerts/rule.ts";
import {
  type Counted,
  count,
  countsOf,
  createTallyWindow,
  type TallyWindow,
} from "../../core/alerts/tally-window.ts";
import type { Instant } from "../../core/duration.ts";
import type { Line, NoteLine } from "../../core/event.ts";
import { isError } from "../../store/tally.ts";
import { type Happening, readHappening, textOf } from "./happening.ts";
import type { Subject } from "./memory.ts";

export interface OpenBreaker extends Subject {
  readonly provider: string;
  /** False: it has closed since the last judging, and was open in between. */
  isOpen: boolean;
}

export interface Signals {
  /** Takes a line. Never fails. */
  take(line: Line, now: Instant): void;
  /** The rules in force: what is counted for others is forgotten. */
  follow(rules: readonly AlertRule[]): void;
  /** Agents of which a line told since this was called last. */
  takeStirred(): ReadonlySet<AgentName>;
  takeHappenings(): readonly Happening[];
  /** Breakers that are open, and those that were since this was called last. */
  takeBreakers(): readonly OpenBreaker[];
  /** What was counted for this rule of this agent. */
  counted(rule: CountingRule, agent: AgentName, now: Instant): Counted;
  /** When a tool last reported of the agent; null: never since the start. */
  heardAt(agent: AgentName): Instant | null;
}

type CountingRule = Extract<AlertRule, { readonly type: "error_rate" | "blocked_burst" }>;

/** Between two judgings: what comes beyond is left out. */
const MOST_HAPPENINGS = 1_000;
const MOST_BREAKERS = 10_000;

/** Nothing heard yet. Counts of those agents alone that `isKnown`. */
export function createSignals(isKnown: (agent: AgentName) => boolean): Signals {
  const windows = new Map<string, Map<AgentName, TallyWindow>>();
  const breakers = new Map<string, OpenBreaker>();
  const heard = new Map<AgentName, Instant>();
  let counting: readonly CountingRule[] = [];
  let named: ReadonlySet<AgentName> = new Set();
  let isWatching = false;
  let stirred = new Set<AgentName>();
  let happenings: Happening[] = [];

  function countFor(
    type: CountingRule["type"],
    agent: AgentName,
    now: Instant,
    total: number,
    marked: number,
  ) {
    for (const rule of counting) {
      if (rule.type !== type || !isAbout(rule, agent)) continue;
      const agents = windows.get(keyOf(rule)) ?? new Map<AgentName, TallyWindow>();
      windows.set(keyOf(rule), agents);
      const window = agents.get(agent) ?? createTallyWindow();
      agents.set(agent, window);
      count(window, rule.window, now, total, marked);
    }
  }

  function noteBreaker({ event, agent, detail }: NoteLine): void {
    const about = textOf(detail?.origin) || textOf(detail?.provider);
    const subject = { agent: detail?.scope === "origin" ? null : (agent ?? null), about };
    const key = JSON.stringify([subject.agent, about]);
    const known = breakers.get(key);
    if (event === "breaker.closed") {
      if (known) known.isOpen = false;
    } else if (known) known.isOpen = true;
    else if (breakers.size < MOST_BREAKERS) {
      breakers.set(key, { ...subject, provider: textOf(detail?.provider), isOpen: true });
    }
  }

  return {
    take(line, now) {
      if (!isWatching || !("agent" in line || line.type === "breaker")) return;
      if (line.type === "breaker") noteBreaker(line);
      const { agent } = line;
      if (agent === undefined) return;
      const known = isKnown(agent);
      if (line.type === "external" && (known || named.has(agent))) heard.set(agent, now);
      if (!known) return;
      stirred.add(agent);
      if (line.type === "call") countFor("error_rate", agent, now, 1, isError(line) ? 1 : 0);
      if (line.type === "blocked") countFor("blocked_burst", agent, now, line.count ?? 1, 0);
      const happened = readHappening(line, agent);
      if (happened && happenings.length < MOST_HAPPENINGS) happenings.push(happened);
    },
    follow(rules) {
      isWatching = rules.length > 0;
      counting = rules.filter((rule) => rule.type === "error_rate" || rule.type === "blocked_burst");
      named = new Set(rules.map(({ agent }) => agent));
      const kept = new Set(counting.map(keyOf));
      for (const key of windows.keys()) if (!kept.has(key)) windows.delete(key);
    },
    takeStirred() {
      const taken = stirred;
      stirred = new Set();
      return taken;
    },
    takeHappenings() {
      const taken = happenings;
      happenings = [];
      return taken;
    },
    takeBreakers() {
      const taken = [...breakers.values()].map((breaker) => ({ ...breaker }));
      for (const [key, { isOpen }] of breakers) if (!isOpen) breakers.delete(key);
      return taken;
    },
    counted(rule, agent, now) {
      const window = windows.get(keyOf(rule))?.get(agent);
      return window ? countsOf(window, rule.window, now) : { total: 0, marked: 0 };
    },
    heardAt: (agent) => heard.get(agent) ?? null,
  };
}

/** Whether the rule watches this agent; null is all of them together, which only a rule for every agent watches. */
export function isAbout({ agent: watched }: Pick<AlertRule, "agent">, agent: AgentName | null): boolean {
  return watched === "*" || watched === agent;
}

/** A rule whose window became another one counts anew. */
function keyOf({ name, type, window }: CountingRule): string {
  return `${name} ${type} ${window}`;
}
