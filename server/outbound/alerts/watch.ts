/** Judges every rule of alerts once a second, by what the journal told meanwhile and by what time alone has changed (SPEC 15). */
import type { AgentName } from "../../core/agent.ts";
import { type Judged, judgeBreaker, judgeTrust } from "../../core/alerts/judge.ts";
import { isQuiet, type Raised, type Step, step, stepMoment } from "../../core/alerts/law.ts";
import type { Fact, NoticeKind } from "../../core/alerts/notice.ts";
import type { AlertRule } from "../../core/alerts/rule.ts";
import type { Instant, Millis } from "../../core/duration.ts";
import { type Figures, judgeAgent } from "./figures.ts";
import type { Happening } from "./happening.ts";
import type { AlertMemory, Subject } from "./memory.ts";
import { isAbout, type OpenBreaker, type Signals } from "./signals.ts";

export interface WatchParts {
  readonly memory: AlertMemory;
  readonly signals: Signals;
  /** Every agent that has ever called. */
  agents(): Iterable<AgentName>;
  readonly startedAt: Figures["startedAt"];
  find: Figures["find"];
  windowStart: Figures["windowStart"];
  /** Is told each notice, once. */
  tell(rule: AlertRule, kind: Exclude<NoticeKind, "test">, agent: AgentName | null, fact: Fact): void;
}

export interface Watch {
  /** Judges these rules; the same array as long as they are the same. */
  judge(rules: readonly AlertRule[], now: Instant): void;
  /** What was settled may be under other caps now: all agents are judged the next time. */
  stirAll(): void;
}

/** A breaker that closes and opens again at once is one alert. */
const BREAKER_CALM: Millis = 60_000;

/** A watch that judges all agents at its first turn, since nobody knows what happened before. */
export function createWatch(parts: WatchParts): Watch {
  const { memory, signals, agents, startedAt, find, windowStart, tell } = parts;
  const figures: Figures = { startedAt, signals, find, windowStart };
  let isAllStirred = true;
  let windowsSeen = "";

  function settle(rule: AlertRule, subject: Subject, { memory: next, tell: kind }: Step, fact: Fact): void {
    // Told before it is remembered: a crash in between tells it twice, and not never.
    if (kind !== null) tell(rule, kind, subject.agent, fact);
    memory.put(rule, subject, next, fact);
  }

  function move(rule: AlertRule, subject: Subject, judged: Judged | null, now: Instant): void {
    const before = raisedOf(rule, subject);
    if (judged === null || (before === null && !judged.finding.holds)) return;
    const terms = { repeat: rule.repeat, recovery: rule.recovery, calm: calmOf(rule) };
    settle(rule, subject, step(before, judged.finding, terms, now), judged.fact);
  }

  function raisedOf(rule: AlertRule, subject: Subject): Raised | null {
    return memory.find(rule, subject)?.raised ?? null;
  }

  function judgeBreakers(rule: AlertRule, breakers: readonly OpenBreaker[], now: Instant): void {
    for (const breaker of breakers.filter(({ agent }) => isAbout(rule, agent))) {
      move(rule, subjectOf(breaker), judgeBreaker(breaker.provider, true), now);
    }
    const open = new Set(
      breakers.filter(({ isOpen }) => isOpen).map(({ agent, about }) => `${agent} ${about}`),
    );
    for (const { agent, about, fact } of memory.list(rule)) {
      if (open.has(`${agent} ${about}`) || fact.type !== "breaker_open") continue;
      move(rule, { agent, about }, judgeBreaker(fact.provider, false), now);
    }
  }

  function judgeHappening(rule: AlertRule, { agent, about, fact }: Happening, now: Instant): void {
    if (fact.type !== rule.type || !isAbout(rule, agent)) return;
    if (rule.type === "policy" && rule.policy !== null && rule.policy !== about) return;
    const subject = { agent, about };
    if (fact.type !== "trust_drop") {
      settle(rule, subject, stepMoment(raisedOf(rule, subject), rule.repeat, now), fact);
      return;
    }
    const raised = memory.find(rule, subject)?.fact;
    const fellFrom = raised?.type === "trust_drop" ? raised.from : null;
    move(rule, subject, judgeTrust(fact.from, fact.to, fact.score, fellFrom), now);
  }

  /** They have no end, but there comes a time when they matter to nobody. */
  function forgetMoments(rule: AlertRule, now: Instant): void {
    for (const { agent, about, raised, fact } of memory.list(rule)) {
      if (!isQuiet(raised, rule.repeat, now)) memory.put(rule, { agent, about }, null, fact);
    }
  }

  /** Trust tells only of changes: a tier that lasts is told again from what is remembered. */
  function repeatTrust(rule: AlertRule, now: Instant): void {
    for (const { agent, about, raised, fact } of memory.list(rule)) {
      move(rule, { agent, about }, { finding: { holds: true, period: raised.period }, fact }, now);
    }
  }

  /** Whose figures may have crossed a line, or come back over it, since the last time. */
  function listDue(rule: AlertRule, stirred: Iterable<AgentName>): Iterable<AgentName> {
    if (rule.agent !== "*") return [rule.agent];
    if (rule.type === "agent_down") return agents();
    return new Set([...stirred, ...memory.list(rule).map(({ agent }) => agent ?? "")]);
  }

  return {
    stirAll() {
      isAllStirred = true;
    },
    judge(rules, now) {
      const windows = `${windowStart("hour", now)} ${windowStart("day", now)}`;
      const stirred = signals.takeStirred();
      const due = isAllStirred || windows !== windowsSeen ? [...agents()] : stirred;
      const happenings = signals.takeHappenings();
      const breakers = signals.takeBreakers();
      isAllStirred = false;
      windowsSeen = windows;
      for (const rule of rules) {
        switch (rule.type) {
          case "breaker_open":
            judgeBreakers(rule, breakers, now);
            break;
          case "trust_drop":
            for (const happening of happenings) judgeHappening(rule, happening, now);
            repeatTrust(rule, now);
            break;
          case "loop":
          case "policy":
            forgetMoments(rule, now);
            for (const happening of happenings) judgeHappening(rule, happening, now);
            break;
          default:
            for (const agent of listDue(rule, due)) {
              move(rule, { agent, about: "" }, judgeAgent(rule, agent, figures, now), now);
            }
        }
      }
    },
  };
}

function subjectOf({ agent, about }: Subject): Subject {
  return { agent, about };
}

/** How long it must be untrue before it is over: figures of a sliding window flicker around their line. */
function calmOf(rule: AlertRule): Millis {
  switch (rule.type) {
    case "error_rate":
    case "blocked_burst":
      return rule.window;
    case "breaker_open":
      return BREAKER_CALM;
    default:
      return 0;
  }
}
