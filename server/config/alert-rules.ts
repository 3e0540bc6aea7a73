/** What makes alerts impossible: a name that is taken, a channel that is not there, members of another type. Pure. */
import type {
  AlertRuleSettings,
  AlertSettings,
  AlertType,
  ChannelSettings,
  ChannelType,
} from "../core/alerts/settings.ts";
import type { Contradiction } from "./contradiction.ts";
import { nearest } from "./nearest.ts";
import { quote, renderPath } from "./problem.ts";

/** More would be looked through each second for nobody. */
const MOST_RULES = 100;
const MOST_CHANNELS = 50;

const OWN_OF_RULES = new Map<keyof AlertRuleSettings, readonly AlertType[]>([
  ["window", ["budget", "error_rate", "blocked_burst"]],
  ["percent", ["budget"]],
  ["threshold", ["error_rate"]],
  ["min_calls", ["error_rate"]],
  ["minutes", ["agent_down"]],
  ["count", ["blocked_burst"]],
]);

const OWN_OF_CHANNELS = new Map<keyof ChannelSettings, readonly ChannelType[]>([
  ["url", ["webhook", "slack", "discord"]],
  ["secret", ["webhook"]],
  ["bot_token", ["telegram"]],
  ["chat_id", ["telegram"]],
  ["smtp", ["email"]],
  ["to", ["email"]],
]);

/** A webhook without a secret is one whose bodies are not signed. */
const MAY_LACK: readonly (keyof ChannelSettings)[] = ["secret"];

/** Every contradiction among alerts. */
export function* checkAlerts({ rules, channels }: AlertSettings): Generator<Contradiction> {
  if (rules.length > MOST_RULES) {
    yield about(["alerts", "rules"], `has ${rules.length} rules; at most ${MOST_RULES} are watched`);
  }
  const names = Object.keys(channels);
  if (names.length > MOST_CHANNELS) {
    yield about(["alerts", "channels"], `has ${names.length} channels; at most ${MOST_CHANNELS} are kept`);
  }
  yield* checkNames(rules);
  for (const [index, rule] of rules.entries()) {
    const path = ["alerts", "rules", String(index)];
    yield* checkChannelNames(rule.channels, names, [...path, "channels"]);
    yield* checkRule(rule, path);
  }
  for (const [name, channel] of Object.entries(channels)) {
    yield* checkChannel(channel, ["alerts", "channels", name]);
  }
}

/** Every name among these that is no channel's. */
export function* checkChannelNames(
  given: readonly string[],
  names: readonly string[],
  path: readonly string[],
): Generator<Contradiction> {
  for (const name of given.filter((one) => !names.includes(one))) {
    const near = nearest(name, names);
    const known = names.length > 0 ? `known: ${names.join(", ")}` : "there is none under alerts.channels";
    yield about(path, `names ${quote(name)}, which is no channel; ${near ? `did you mean ${near}?` : known}`);
  }
}

function* checkNames(rules: readonly AlertRuleSettings[]): Generator<Contradiction> {
  const taken = new Map<string, number>();
  for (const [index, { name }] of rules.entries()) {
    const other = taken.get(name);
    if (other === undefined) taken.set(name, index);
    else {
      const called = renderPath(["alerts", "rules", String(other)]);
      yield about(
        ["alerts", "rules", String(index), "name"],
        `is ${quote(name)}, as ${called} is called already`,
      );
    }
  }
}

function* checkRule(rule: AlertRuleSettings, path: readonly string[]): Generator<Contradiction> {
  for (const [key, types] of OWN_OF_RULES) {
    if (rule[key] !== null && !types.includes(rule.type)) {
      yield about([...path, key], `belongs to ${types.join(", ")}, and the type here is ${rule.type}`);
    }
  }
  const { type, window } = rule;
  if (window === null) return;
  const isWord = typeof window === "string";
  if (type === "budget" && !isWord) yield about([...path, "window"], "of a budget is hour, day or total");
  if ((type === "error_rate" || type === "blocked_burst") && isWord) {
    yield about([...path, "window"], `of ${type} is a span such as 10m, and not ${window}`);
  }
}

function* checkChannel(channel: ChannelSettings, path: readonly string[]): Generator<Contradiction> {
  const { type } = channel;
  for (const [key, types] of OWN_OF_CHANNELS) {
    const value = channel[key];
    const isGiven = Array.isArray(value) ? value.length > 0 : value !== null;
    if (isGiven && !types.includes(type)) {
      yield about([...path, key], `belongs to ${types.join(", ")}, and the type here is ${type}`);
    } else if (!isGiven && types.includes(type) && !MAY_LACK.includes(key)) {
      yield { ...about([...path, key], `is missing; a channel of the type ${type} needs it`), isLack: true };
    }
  }
  if (channel.smtp && (channel.smtp.user === null) !== (channel.smtp.password === null)) {
    yield about([...path, "smtp"], "has one of user and password; give both, or neither");
  }
}

function about(path: readonly string[], what: string): Contradiction {
  const name = renderPath(path);
  return { path: name, message: `${name} ${what}${/[.?]$/.test(what) ? "" : "."}` };
}
