import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseConfig } from "../../server/config/load.ts";
import { ALERT_TYPES, CHANNEL_TYPES } from "../../server/core/alerts/settings.ts";
import { CONTEXT } from "./context.ts";

const DOCUMENT = readFileSync(join(import.meta.dir, "../../docs/alerts.md"), "utf8");

function problems(text: string): string[] {
  const parsed = parseConfig(text, CONTEXT);
  return "problems" in parsed ? parsed.problems.map(({ message }) => message) : [];
}

test("the example of docs/alerts.md is valid as it stands, and has every kind of channel", () => {
  const [, yaml = ""] = /```yaml\n([\s\S]*?)```/.exec(DOCUMENT) ?? [];
  const parsed = parseConfig(yaml, CONTEXT);
  if ("problems" in parsed) throw new Error(parsed.problems[0]?.message);
  const { channels, rules } = parsed.settings.alerts;
  expect(Object.values(channels).map(({ type }) => type)).toEqual([...CHANNEL_TYPES]);
  expect(rules).toHaveLength(6);
});

test("docs/alerts.md lists every type of rule, and no other", () => {
  const [, table = ""] = DOCUMENT.split("| `type` | its line | of its own |\n|---|---|---|\n");
  const listed = table
    .split("\n\n")[0]
    ?.split("\n")
    .map((row) => /^\| `(\w+)`/.exec(row)?.[1]);
  expect(listed?.toSorted()).toEqual([...ALERT_TYPES].toSorted());
});

const CHANNEL = "channels: { ops: { type: webhook, url: https://ops.test } }";

test.each([
  [`{ ${CHANNEL}, rules: [{ name: a, type: loop }, { name: a, type: loop }] }`, 'alerts.rules.1.name is "a", as alerts.rules.0 is called already.'],
  [`{ ${CHANNEL}, rules: [{ name: a, type: loop, channels: [opps] }] }`, 'alerts.rules.0.channels names "opps", which is no channel; did you mean ops?'],
  ["{ rules: [{ name: a, type: loop, channels: [ops] }] }", 'alerts.rules.0.channels names "ops", which is no channel; there is none under alerts.channels.'],
  ["{ rules: [{ name: a, type: loop, minutes: 5 }] }", "alerts.rules.0.minutes belongs to agent_down, and the type here is loop."],
  ["{ rules: [{ name: a, type: error_rate, threshold: 2 }] }", "alerts.rules.0.threshold is 2; expected a number from 0 to 1."],
  ["{ channels: { ops: { type: slack } } }", "alerts.channels.ops.url is missing; a channel of the type slack needs it."],
  ["{ channels: { ops: { type: telegram, bot_token: x } } }", "alerts.channels.ops.chat_id is missing; a channel of the type telegram needs it."],
  ["{ channels: { ops: { type: webhook, url: 'ftp://s3cret' } } }", "alerts.channels.ops.url does not fit (its value is not shown, it may be a secret); expected an http or https URL without credentials or fragment."],
  ["{ channels: { m: { type: email, to: ['a@b, c@d'], smtp: { host: h, from: a@b } } } }", "alerts.channels.m.to.0 does not fit (its value is not shown, it may be a secret); expected an e-mail address such as oncall@example.com."],
  ["{ channels: { m: { type: email, to: [a@b], smtp: { host: h, from: a@b, user: u } } } }", "alerts.channels.m.smtp has one of user and password; give both, or neither."],
])("alerts: %s", (alerts, message) => {
  expect(problems(`alerts: ${alerts}`)).toEqual([message]);
}); // biome-ignore format: a table

test("a policy's channels are those of alerts, and belong to the action alert", () => {
  const policy = (action: string) =>
    `policies: [{ name: p, condition: "total_cost > 1", action: ${action}, params: { channels: [ops] } }]\n`;
  expect(problems(`${policy("alert")}alerts: { ${CHANNEL} }`)).toEqual([]);
  expect(problems(`${policy("deny")}alerts: { ${CHANNEL} }`)).toEqual([
    "policies.0.params.channels belongs to the action alert, and the action here is deny.",
  ]);
  expect(problems(policy("alert"))[0]).toContain('names "ops", which is no channel');
});
