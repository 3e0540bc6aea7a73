/** After a crash: every hold whose call has no line in the journal becomes one line, charged whole. */
import type { Instant } from "../core/duration.ts";
import { type CallLine, chargedOwner } from "../core/event.ts";
import { toUsd } from "../core/money.ts";
import type { HoldsLog } from "./holds-log.ts";
import { readLinesAfter } from "./journal-files.ts";
import type { Hold } from "./store.ts";

/** Leaves those holds that have no line in the journal: their calls were in flight when the gateway died. */
export function dropSettled(found: HoldsLog, logFile: string): HoldsLog {
  if (found.open.size === 0) return found;
  const open = new Map(found.open);
  for (const line of readLinesAfter(logFile, found.header.seq)) {
    if (line.type === "call") open.delete(line.request_id);
  }
  return { header: found.header, open };
}

/**
 * The line of a call that the gateway died under, charged what it held in the end (SPEC 7.7). It settles now, so it
 * counts in the present hour. `lastSign` is when the dead gateway was last known to live: the call lasted until then at
 * least.
 */
export function renderInterrupted(hold: Hold, now: Instant, lastSign: Instant | null): CallLine {
  return {
    type: "call",
    time: new Date(now).toISOString(),
    request_id: hold.id,
    agent: hold.agent,
    owner: hold.owner ?? undefined,
    charged_owner: chargedOwner(hold.chargedOwner, hold.owner),
    purpose: hold.purpose ?? undefined,
    run: hold.run ?? undefined,
    key: hold.key ?? undefined,
    provider: hold.provider,
    requested_model: hold.model ?? undefined,
    model: hold.model ?? undefined,
    method: hold.method,
    path: hold.path,
    stream: hold.stream,
    ending: "interrupted",
    error: "gateway_died",
    tokens_in: hold.tokensIn ?? undefined,
    tokens_out: hold.tokensOut ?? undefined,
    usage: hold.tokensIn === null && hold.tokensOut === null ? undefined : "estimated",
    cost: hold.nano === null ? null : toUsd(hold.nano),
    cost_nano: hold.nano,
    latency_ms: Math.max(0, (lastSign ?? hold.time) - hold.time),
    attempts: 1,
    admitted: new Date(hold.time).toISOString(),
  };
}
