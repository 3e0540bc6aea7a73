/** Alerts (SPEC 15): rules that watch agents, and the channels that are told. Never in the turn of a call. */
import type { AgentName } from "../../core/agent.ts";
import { describe } from "../../core/alerts/describe.ts";
import type { Fact, Notice, NoticeKind } from "../../core/alerts/notice.ts";
import { type AlertRule, readRule, ruleOfPolicy } from "../../core/alerts/rule.ts";
import { dayStart, hourStart } from "../../core/calendar.ts";
import type { Instant, Millis } from "../../core/duration.ts";
import type { Line } from "../../core/event.ts";
import type { Settings } from "../../core/settings.ts";
import type { LiveFleet } from "../../gateway/fleet.ts";
import type { Setup } from "../../gateway/setup.ts";
import type { Store, ToldNotice } from "../../store/store.ts";
import { createAlertMemory, type RaisedSubject } from "./memory.ts";
import { createOutbox } from "./outbox.ts";
import { type SendParts, sendNotice } from "./send.ts";
import { createSignals } from "./signals.ts";
import { createWatch } from "./watch.ts";

export interface AlertsParts extends SendParts {
  readonly store: Pick<Store, "state" | "journal">;
  readonly fleet: Pick<LiveFleet, "agents" | "turn">;
  /** In force; asked each second. The same object as long as nothing changed. */
  setup(): Setup;
  /** Calls back each period until the returned function is called. */
  readonly every: (period: Millis, run: () => void) => () => void;
  readonly now: () => Instant;
  newId(): string;
  /** One line for the operator; never given a secret. */
  log(message: string): void;
}

export interface Alerts {
  /** Begins to watch, with what was raised and what waited when the gateway last ran. */
  start(): void;
  /** What this rule has raised and is not over. */
  raised(rule: string): readonly RaisedSubject[];
  /** Sends a test to the rule's channels, each with one try, and says what became of it. Null: there is no such rule. */
  test(rule: string): Promise<ToldNotice | null>;
  /** Watches no more; what is on its way may arrive for 5 s, and what does not waits for the next start. */
  close(): Promise<void>;
}

const JUDGE_EVERY: Millis = 1_000;

/** Alerts that begin with `start`. */
export function createAlerts(parts: AlertsParts): Alerts {
  const { store, fleet, setup, every, now, newId, log } = parts;
  const settings = (): Settings["alerts"] => setup().settings.alerts;
  const outbox = createOutbox({
    state: store.state,
    channels: () => settings().channels,
    send: (channel, notice, signal) => sendNotice(channel, notice, parts, signal),
    every,
    now,
    log,
  });
  const memory = createAlertMemory(store.state, now(), log);
  const signals = createSignals((agent) => fleet.agents.has(agent));
  const watch = createWatch({
    memory,
    signals,
    startedAt: now(),
    agents: () => fleet.agents.keys(),
    find(name) {
      const agent = fleet.agents.get(name);
      if (!agent) return null;
      const { lastSeen, inFlight, money } = agent;
      return { lastSeen, inFlight, spent: money.spent, cap: (window) => setup().agent(name).caps[window] };
    },
    windowStart(window, at) {
      const { timezone } = setup().settings.gateway;
      if (window === "total") return 0;
      return window === "hour" ? hourStart(at, timezone) : dayStart(at, timezone);
    },
    tell(rule, kind, agent, fact) {
      outbox.post(createNotice(rule, kind, agent, fact, describe(fact, kind, agent)), rule.channels);
    },
  });
  const stops: (() => void)[] = [];
  let followed: Setup | null = null;
  let rules: readonly AlertRule[] = [];

  function createNotice(
    { name, type }: Pick<AlertRule, "name" | "type">,
    kind: NoticeKind,
    agent: AgentName | null,
    fact: Fact | null,
    text: string,
  ): Notice {
    return { id: newId(), time: now(), rule: name, type, kind, agent, text, fact };
  }

  function follow(): void {
    const current = setup();
    if (current === followed) return;
    followed = current;
    const { alerts, policies } = current.settings;
    rules = [...alerts.rules.map(readRule), ...policies.map(ruleOfPolicy).filter((rule) => rule !== null)];
    memory.keepOnly(rules);
    signals.follow(rules);
    watch.stirAll();
  }

  function judge(): void {
    follow();
    if (rules.length === 0) return;
    const at = now();
    // The sums of an hour that is over are no part of the next one's.
    fleet.turn(at);
    watch.judge(rules, at);
  }

  return {
    start() {
      follow();
      stops.push(store.journal.onLine((line: Line) => signals.take(line, now())));
      stops.push(every(JUDGE_EVERY, judge));
      outbox.resume();
    },
    raised: (rule) => memory.list({ name: rule }),
    async test(name) {
      const rule = settings().rules.find((one) => one.name === name);
      if (!rule) return null;
      const text = `This is a test of the alert ${rule.name}. Nothing has happened.`;
      return outbox.try(createNotice(rule, "test", null, null, text), rule.channels);
    },
    async close() {
      for (const stop of stops.splice(0)) stop();
      // What happened in the last second is kept for the next start, if it cannot be sent any more.
      judge();
      await outbox.close();
    },
  };
}
