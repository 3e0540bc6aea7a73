/** The line that a call leaves in the journal (SPEC 13.4). Pure. */
import type { Instant } from "../core/duration.ts";
import { type CallLine, chargedOwner } from "../core/event.ts";
import { type NanoUsd, toUsd } from "../core/money.ts";
import type { Bill, Outcome } from "./bill.ts";
import type { Call } from "./call.ts";
import { heldEarlier } from "./earlier.ts";

/** The line of a call that has come to its end, and is charged this. */
export function describeCallLine(call: Call, outcome: Outcome, bill: Bill, now: Instant): CallLine {
  const { usage, costNano } = bill;
  const { dialect: spoken } = call.located.operation;
  return {
    type: "call",
    time: new Date(now).toISOString(),
    request_id: call.id,
    agent: call.identity.name,
    owner: call.owner ?? undefined,
    charged_owner: chargedOwner(call.charged.owner?.name ?? null, call.owner),
    purpose: call.purpose ?? undefined,
    tags: call.tags.length > 0 ? call.tags : undefined,
    run: call.run?.id,
    parent_run: call.run?.parent ?? undefined,
    key: call.identity.key ?? undefined,
    provider: call.provider.id,
    protocol: call.protocol,
    upstream_protocol: spoken === call.protocol ? undefined : spoken,
    requested_model: call.requestedModel ?? undefined,
    model: outcome.reading?.model ?? call.model ?? undefined,
    method: call.method,
    path: call.path,
    stream: call.stream,
    status: outcome.status ?? undefined,
    ending: outcome.ending,
    error: outcome.error ?? undefined,
    tokens_in: usage?.inputTokens ?? undefined,
    tokens_out: usage?.outputTokens ?? undefined,
    tokens_cached: usage?.cachedTokens ?? undefined,
    tokens_cache_write: usage?.cacheWriteTokens ?? undefined,
    tokens_reasoning: usage?.reasoningTokens ?? undefined,
    usage: bill.source ?? undefined,
    cost: costNano === null ? null : toUsd(costNano),
    cost_nano: costNano,
    // The clock may have been set back meanwhile.
    latency_ms: Math.max(0, now - call.started),
    ttft_ms: call.firstByte === null ? undefined : Math.max(0, call.firstByte - call.started),
    attempts: call.earlier.attempts + 1,
    admitted: call.admitted === call.started ? undefined : new Date(call.admitted).toISOString(),
    clamped: call.clamped ?? undefined,
    overrun_nano: overrunOf(call, bill),
    trust: call.trust ?? undefined,
  };
}

/** What it cost beyond its hold. */
function overrunOf({ hold, earlier }: Call, { costNano }: Bill): NanoUsd | undefined {
  const own = hold?.nano ?? null;
  const held = own === null ? null : own + heldEarlier(earlier);
  return held !== null && costNano !== null && costNano > held ? costNano - held : undefined;
}
