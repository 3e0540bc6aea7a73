/** Alerts: the rules with what they have raised, the channels, what was told, and a test of a rule (SPEC 15, 19). */
import { Elysia, t } from "elysia";
import { describeRaised } from "../core/alerts/describe.ts";
import type { AlertRuleSettings } from "../core/alerts/settings.ts";
import type { RaisedSubject } from "../outbound/alerts/memory.ts";
import type { ToldNotice } from "../store/store.ts";
import type { ManagementContext } from "./context.ts";
import { answerFailure, type Failure, failure } from "./failure.ts";
import { readParameters, whole } from "./parameters.ts";
import type {
  AlertEntry,
  AlertHistoryAnswer,
  AlertsAnswer,
  ChannelEntry,
  NoticeEntry,
} from "./wire/alerts.ts";

const PAGE_SIZE = 100;
const LARGEST_PAGE = 1_000;
const PARAMETERS = ["rule", "agent", "limit", "cursor"] as const;

const HISTORY_QUERY = t.Object({
  rule: t.Optional(t.String()),
  agent: t.Optional(t.String()),
  limit: t.Optional(t.String()),
  cursor: t.Optional(t.String()),
});

/** `GET /alerts`; `GET /alerts/history`, newest first; `POST /alerts/:name/test`, which sends at once and says what came of it. */
export function alertRoutes(context: ManagementContext) {
  return new Elysia()
    .get("/alerts", (): AlertsAnswer => viewAlerts(context))
    .get(
      "/alerts/history",
      ({ request, set }) => {
        const given = readParameters(new URL(request.url).searchParams, PARAMETERS);
        const limit = given.take("limit", `1 to ${LARGEST_PAGE}`, whole(1, LARGEST_PAGE)) ?? PAGE_SIZE;
        const cursor = given.take("cursor", "a page's `next_cursor`", whole(1, Number.MAX_SAFE_INTEGER));
        const wrong = given.judge();
        if (wrong) return answerFailure(wrong, set);
        const [rule, agent] = [given.text("rule"), given.text("agent")];
        const filter = { ...(rule !== undefined && { rule }), ...(agent !== undefined && { agent }) };
        const { entries, nextCursor } = context.store.state.readNotices(filter, limit, cursor ?? null);
        return {
          notices: entries.map(viewNotice),
          next_cursor: nextCursor === null ? null : String(nextCursor),
        } satisfies AlertHistoryAnswer;
      },
      { query: HISTORY_QUERY },
    )
    .post("/alerts/:name/test", async ({ params: { name }, set }) => {
      const told = await context.alerts.test(name);
      return told ? viewNotice(told) : answerFailure(unknownAlert(context), set);
    });
}

/** The rules in force with their sources, the channels, and the names of the file's rules that were removed. */
export function viewAlerts(context: ManagementContext): AlertsAnswer {
  const { configuration, settings } = context;
  const written = configuration.values(["alerts", "rules"]);
  const { rules, channels } = settings().alerts;
  return {
    alerts: rules.map((rule, index): AlertEntry => {
      const { value, source = "file" } = written[index] ?? {};
      return { ...viewRule(rule), settings: dropAbsent(value), source, raised: viewRaised(rule, context) };
    }),
    channels: Object.keys(channels).map((name) => viewChannel(name, context)),
    removed: configuration.removedAlerts(),
  };
}

/** Says which rules there are. */
export function unknownAlert({ settings }: ManagementContext): Failure {
  const names = settings().alerts.rules.map(({ name }) => name);
  const known = names.length === 0 ? "There is none." : `There are: ${names.join(", ")}.`;
  return failure(404, "unknown_alert", `There is no alert of that name. ${known}`, { names });
}

function viewRule({ name, type, agent, channels }: AlertRuleSettings) {
  return { name, type, agent, channels };
}

function viewRaised({ name }: AlertRuleSettings, { alerts }: ManagementContext): AlertEntry["raised"] {
  return alerts.raised(name).map(({ agent, raised, fact }: RaisedSubject) => ({
    agent,
    text: describeRaised(fact, agent),
    since: new Date(raised.since).toISOString(),
    told_at: new Date(raised.toldAt).toISOString(),
  }));
}

/** Secrets are masked by whoever gives the values. */
function viewChannel(name: string, { configuration, settings }: ManagementContext): ChannelEntry {
  const values = configuration
    .values(["alerts", "channels", name])
    .filter(({ source }) => source !== "default");
  return {
    name,
    type: settings().alerts.channels[name]?.type ?? "webhook",
    settings: dropAbsent(Object.fromEntries(values.map((one) => [one.name, one.value]))),
    sources: Object.fromEntries(values.map((one) => [one.name, one.source])),
  };
}

function viewNotice({ notice, deliveries }: ToldNotice): NoticeEntry {
  const { id, time, rule, type, kind, agent, text } = notice;
  return {
    id,
    time: new Date(time).toISOString(),
    rule,
    type,
    kind,
    agent,
    text,
    deliveries: deliveries.map((delivery) => ({ ...delivery, time: new Date(delivery.time).toISOString() })),
  };
}

/** What the file would not say either. */
function dropAbsent(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== null));
}
