/** The shapes of `wire/governance.ts`: trust and policies. */
import type {
  PoliciesAnswer,
  PolicyEntry,
  PolicyHitEntry,
  PolicyTestAnswer,
  TrustAnswer,
  TrustChange,
} from "../wire/governance.ts";
import { SOURCE } from "./settings.ts";
import { anything, choice, flag, listOf, number, orNull, record, text, time, whole } from "./shape.ts";
import { TRUST } from "./status.ts";

const TRUST_CHANGE = record<TrustChange>("TrustChange", {
  time,
  event: text,
  score: orNull(number),
  points: orNull(number),
  from: orNull(text),
  to: orNull(text),
  reasons: listOf(text),
});

export const TRUST_ANSWER = record<TrustAnswer>("TrustAnswer", {
  ...TRUST,
  agent: text,
  enabled: flag,
  since: orNull(time),
  losses: listOf(text),
  history: listOf(TRUST_CHANGE),
});

export const POLICY_ENTRY = record<PolicyEntry>("PolicyEntry", {
  name: text,
  condition: text,
  action: choice("pause", "deny", "alert", "throttle"),
  mode: choice("enforce", "shadow"),
  min_calls: whole,
  params: anything,
  source: SOURCE,
});

export const POLICIES_ANSWER = record<PoliciesAnswer>("PoliciesAnswer", {
  policies: listOf(POLICY_ENTRY),
  removed: listOf(text),
});

export const POLICY_TEST_ANSWER = record<PolicyTestAnswer>("PolicyTestAnswer", {
  name: orNull(text),
  condition: text,
  since: time,
  entries: whole,
  left_out: whole,
  hits: listOf(record<PolicyHitEntry>("PolicyHitEntry", { agent: text, first: time, calls: whole })),
});
