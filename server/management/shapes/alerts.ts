/** The shapes of `wire/alerts.ts`. */
import { ALERT_TYPES, CHANNEL_TYPES } from "../../core/alerts/settings.ts";
import type {
  AlertEntry,
  AlertHistoryAnswer,
  AlertsAnswer,
  ChannelEntry,
  DeliveryEntry,
  NoticeEntry,
  RaisedEntry,
} from "../wire/alerts.ts";
import { SOURCE } from "./settings.ts";
import { anything, choice, listOf, mapOf, orNull, record, text, time, whole } from "./shape.ts";

export const ALERT_ENTRY = record<AlertEntry>("AlertEntry", {
  name: text,
  type: choice(...ALERT_TYPES),
  agent: text,
  channels: listOf(text),
  settings: anything,
  source: SOURCE,
  raised: listOf(
    record<RaisedEntry>("RaisedEntry", { agent: orNull(text), text, since: time, told_at: time }),
  ),
});

const CHANNEL_ENTRY = record<ChannelEntry>("ChannelEntry", {
  name: text,
  type: choice(...CHANNEL_TYPES),
  settings: anything,
  sources: mapOf(SOURCE),
});

export const ALERTS_ANSWER = record<AlertsAnswer>("AlertsAnswer", {
  alerts: listOf(ALERT_ENTRY),
  channels: listOf(CHANNEL_ENTRY),
  removed: listOf(text),
});

const DELIVERY_ENTRY = record<DeliveryEntry>("DeliveryEntry", {
  channel: text,
  state: choice("waiting", "sent", "failed", "dropped"),
  attempts: whole,
  time,
  problem: orNull(text),
});

export const NOTICE_ENTRY = record<NoticeEntry>("NoticeEntry", {
  id: text,
  time,
  rule: text,
  type: choice(...ALERT_TYPES),
  kind: choice("raised", "repeated", "recovered", "test"),
  agent: orNull(text),
  text,
  deliveries: listOf(DELIVERY_ENTRY),
});

export const ALERT_HISTORY_ANSWER = record<AlertHistoryAnswer>("AlertHistoryAnswer", {
  notices: listOf(NOTICE_ENTRY),
  next_cursor: orNull(text),
});
