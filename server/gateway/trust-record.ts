/** Reads what was kept about an agent's trust. Files are edited, and other versions wrote them: every member is checked. */
import {
  type Conduct,
  type Interval,
  KNOWN_MODELS,
  LONGEST_MODEL_NAME,
  LOSSES,
  type Loss,
} from "../core/conduct.ts";
import { type Habit, LEARNING } from "../core/habit.ts";
import { HIGHEST_SCORE, type TrustState } from "../core/trust.ts";
import { TIERS } from "../core/trust-tier.ts";
import { type Json, objectOf } from "../protocols/json.ts";

/** The trust that was kept as plain JSON; null for what is none: such an agent starts anew. */
export function readTrustRecord(value: unknown): TrustState | null {
  const record = objectOf(value);
  const entered = objectOf(record?.entered);
  const tier = TIERS.find((one) => one === record?.tier);
  const losses = readLosses(record?.losses);
  const conduct = readConduct(objectOf(record?.conduct));
  if (!record || !entered || !tier || !losses || !conduct) return null;
  if (!isCount(record.score, HIGHEST_SCORE) || !isCount(entered.at) || !isCount(entered.calls)) return null;
  return { score: record.score, tier, entered: { at: entered.at, calls: entered.calls }, losses, conduct };
}

function readConduct(record: Json | null): Conduct | null {
  if (!record) return null;
  const { calls, owner } = record;
  const models = readModels(record.models);
  const rate = readHabit(objectOf(record.rate));
  const cost = readHabit(objectOf(record.cost));
  const interval = readInterval(objectOf(record.interval));
  if (!models || !rate || !cost || !interval || !isCount(calls)) return null;
  if (owner !== null && typeof owner !== "string") return null;
  return { calls, models, owner, rate, cost, interval };
}

function readInterval(record: Json | null): Interval | null {
  if (!record) return null;
  const { since, length, calls, successes, ownErrors } = record;
  const losses = readLosses(record.losses);
  if (!losses || !isCount(since) || !isCount(length) || length === 0) return null;
  if (!isCount(calls) || !isCount(successes, calls) || !isCount(ownErrors, calls)) return null;
  return { since, length, calls, successes, ownErrors, losses };
}

function readHabit(record: Json | null): Habit | null {
  if (!record) return null;
  const { learnt, mean, variance } = record;
  return isCount(learnt, LEARNING) && isAmount(mean) && isAmount(variance)
    ? { learnt, mean, variance }
    : null;
}

function readModels(value: unknown): string[] | null {
  const isModel = (one: unknown): one is string =>
    typeof one === "string" && one.length <= LONGEST_MODEL_NAME;
  return Array.isArray(value) && value.length <= KNOWN_MODELS && value.every(isModel) ? value : null;
}

function readLosses(value: unknown): Loss[] | null {
  const isLoss = (one: unknown): one is Loss => typeof one === "string" && Object.hasOwn(LOSSES, one);
  const isList = Array.isArray(value) && value.every(isLoss);
  return isList && new Set(value).size === value.length ? value : null;
}

function isCount(value: unknown, most = Number.MAX_SAFE_INTEGER): value is number {
  return isAmount(value) && Number.isSafeInteger(value) && value <= most;
}

function isAmount(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}
