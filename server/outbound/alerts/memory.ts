/** Which alerts are raised: in memory, and in state.db so that a restart tells nothing twice. */
import type { AgentName } from "../../core/agent.ts";
import type { Raised } from "../../core/alerts/law.ts";
import type { Fact } from "../../core/alerts/notice.ts";
import type { AlertRule } from "../../core/alerts/rule.ts";
import type { Instant } from "../../core/duration.ts";
import type { State } from "../../store/store.ts";

/** What an alert is about. */
export interface Subject {
  /** Null: all agents together. */
  readonly agent: AgentName | null;
  /** Which of several things of the agent: a breaker's target, a policy. Empty where there is one. */
  readonly about: string;
}

export interface RaisedSubject extends Subject {
  readonly raised: Raised;
  readonly fact: Fact;
}

export interface AlertMemory {
  /** The alert of this rule about this subject; null while it is not raised. */
  find(rule: AlertRule, subject: Subject): RaisedSubject | null;
  /** All that this rule has raised. */
  list(rule: Pick<AlertRule, "name">): readonly RaisedSubject[];
  /** Keeps what is raised now, or (null) that nothing is. Writes to disk only what a restart must know. */
  put(rule: AlertRule, subject: Subject, raised: Raised | null, fact: Fact): void;
  /** Forgets what was raised by rules that are not among these, or watch something else by now. */
  keepOnly(rules: readonly AlertRule[]): void;
}

/** For each rule: agents are bounded, what hosts they name is not. */
const MOST_RAISED = 10_000;

/** Begins with what was raised when the gateway last ran. */
export function createAlertMemory(
  state: Pick<State, "readRaised" | "writeRaised" | "removeRaised">,
  now: Instant,
  log: (message: string) => void,
): AlertMemory {
  const rules = new Map<string, Map<string, RaisedSubject>>();
  for (const { rule, subject, raised, fact } of state.readRaised()) {
    const read = parseSubject(subject);
    if (read) subjectsOf(rule).set(subject, { ...read, raised: { ...raised, heldAt: now }, fact });
  }

  function subjectsOf(rule: string): Map<string, RaisedSubject> {
    const known = rules.get(rule) ?? new Map<string, RaisedSubject>();
    rules.set(rule, known);
    return known;
  }

  /** The database being full must not keep an alert from being told. */
  function keep(run: () => void): void {
    try {
      run();
    } catch {
      log("An alert's state could not be kept on disk: it may be told again after a restart.");
    }
  }

  function remove(rule: string, key: string): void {
    rules.get(rule)?.delete(key);
    keep(() => state.removeRaised(rule, key));
  }

  return {
    find: ({ name }, subject) => rules.get(name)?.get(keyOf(subject)) ?? null,
    list: ({ name }) => [...(rules.get(name)?.values() ?? [])],
    put({ name }, subject, raised, fact) {
      const key = keyOf(subject);
      const subjects = subjectsOf(name);
      const before = subjects.get(key)?.raised ?? null;
      if (raised === null) {
        if (before !== null) remove(name, key);
        return;
      }
      if (before === null && subjects.size >= MOST_RAISED) {
        const [oldest] = subjects.keys();
        if (oldest !== undefined) remove(name, oldest);
      }
      const isNews = before === null || before.toldAt !== raised.toldAt || before.period !== raised.period;
      // A moment later the figures of what is told already matter to nobody.
      subjects.set(key, { ...subject, raised, fact: isNews ? fact : (subjects.get(key)?.fact ?? fact) });
      if (isNews) keep(() => state.writeRaised({ rule: name, subject: key, raised, fact }));
    },
    keepOnly(kept) {
      const types = new Map(kept.map(({ name, type }) => [name, type]));
      for (const [rule, subjects] of rules) {
        for (const [key, { fact }] of subjects) if (types.get(rule) !== fact.type) remove(rule, key);
        if (!types.has(rule)) rules.delete(rule);
      }
    },
  };
}

function keyOf({ agent, about }: Subject): string {
  return JSON.stringify([agent, about]);
}

/** Null for a row that was edited by hand. */
function parseSubject(key: string): Subject | null {
  try {
    const [agent, about] = JSON.parse(key);
    const isSubject = (agent === null || typeof agent === "string") && typeof about === "string";
    return isSubject ? { agent, about } : null;
  } catch {
    return null;
  }
}
