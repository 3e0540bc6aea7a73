/** What alerts consist of: rules that watch agents, and the channels that are told. */
import { ALERT_TYPES, CHANNEL_TYPES } from "../core/alerts/settings.ts";
import {
  alertWindowOrNone,
  durationOrNone,
  integer,
  integerOrNone,
  neededChoice,
  neededText,
  shareOrNone,
  text,
  textOrNone,
  toggle,
} from "./leaves.ts";
import { list, listOf, named, section, sectionOrNone } from "./shapes.ts";

const MINUTE = 60_000;
const DAY = 86_400_000;
const YEAR = 365 * DAY;

const rule = section({
  name: neededText("tollgate-policy-name", "The rule's name; notices and the history carry it."),
  type: neededChoice(ALERT_TYPES, "What is watched."),
  agent: text("tollgate-watched-agent", "*", "The agent that is watched; * is every one, each for itself."),
  channels: list("tollgate-policy-name", "The channels that are told; none, the history alone."),
  repeat: durationOrNone(
    { minimum: MINUTE, maximum: YEAR },
    "How long until it is told again while it lasts; left out, once. Of loop and policy, the least time between two; left out, 15 minutes.",
  ),
  recovery: toggle(true, "Whether it is told when it is over."),
  window: alertWindowOrNone(
    { minimum: 10_000, maximum: 7 * DAY },
    "budget: hour, day or total; left out, day. error_rate: how far back calls count; left out, 10m. blocked_burst: the same; left out, 5m.",
  ),
  percent: integerOrNone({ minimum: 1, maximum: 1_000 }, "budget: the part of the cap; left out, 80."),
  threshold: shareOrNone("error_rate: the part of the calls that failed; left out, 0.2."),
  min_calls: integerOrNone(
    { minimum: 1, maximum: 1_000_000 },
    "error_rate: calls within the window before it counts; left out, 10.",
  ),
  minutes: integerOrNone(
    { minimum: 1, maximum: 525_600 },
    "agent_down: how long nothing was heard of the agent; left out, 15.",
  ),
  count: integerOrNone(
    { minimum: 1, maximum: 1_000_000 },
    "blocked_burst: refusals within the window; left out, 10.",
  ),
});

const channel = section({
  type: neededChoice(CHANNEL_TYPES, "How it is told."),
  url: textOrNone("tollgate-secret-url", "webhook, slack, discord: where it is posted. Kept as a secret."),
  secret: textOrNone("tollgate-secret", "webhook: signs the bodies; left out, they are not signed."),
  bot_token: textOrNone("tollgate-secret", "telegram: the bot's token."),
  chat_id: textOrNone("tollgate-label", "telegram: the chat, in quotes."),
  smtp: sectionOrNone(
    {
      host: neededText("tollgate-host", "The server that takes the mail."),
      port: integer(
        587,
        { minimum: 1, maximum: 65_535 },
        "Its port; 465 speaks TLS from the start, others by STARTTLS.",
      ),
      user: textOrNone("tollgate-label", "Who logs in; left out, nobody does."),
      password: textOrNone("tollgate-password", "What the user logs in with."),
      from: neededText("tollgate-email", "The sender's address."),
    },
    "email: the server that sends.",
  ),
  to: list("tollgate-email", "email: who gets it."),
});

export const alerts = section({
  rules: listOf(rule, "What is told; see [alerts](alerts.md)."),
  channels: named("tollgate-policy-name", channel, "Who is told, by names that rules refer to."),
});
