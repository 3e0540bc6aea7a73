/** What a line of the journal is to those who are told of calls elsewhere (SPEC 14.4). Pure. */
import type { BlockedLine, CallLine, Line } from "../core/event.ts";
import type { ReportedEvent } from "../core/reported-event.ts";

/** The event that a line is; null for lines that tell of no request. Nothing in it is more than the line says. */
export function renderEvent(line: Line): ReportedEvent | null {
  if (line.type === "call") return dropAbsent(renderCall(line));
  return line.type === "blocked" && line.agent !== undefined
    ? dropAbsent(renderBlocked(line, line.agent))
    : null;
}

type Loose<Event> = { readonly [Key in keyof Event]: Event[Key] | undefined };

function renderCall(line: CallLine): Loose<ReportedEvent> {
  return {
    agent_id: line.agent,
    event_type: "llm_call",
    provider: line.provider,
    model: line.model ?? line.requested_model,
    tokens_in: line.tokens_in,
    tokens_out: line.tokens_out,
    cost_usd: line.cost ?? undefined,
    latency_ms: line.latency_ms,
    status_code: line.status,
    error_message: line.error,
    tags: dropAbsent({
      request_id: line.request_id,
      ending: line.ending,
      requested_model: line.requested_model,
      stream: line.stream,
      owner: line.owner,
      purpose: line.purpose,
      run: line.run,
      usage: line.usage,
    }),
    timestamp: line.time,
  };
}

function renderBlocked(line: BlockedLine, agent: string): Loose<ReportedEvent> {
  return {
    agent_id: agent,
    event_type: "blocked",
    provider: line.provider,
    model: line.requested_model,
    status_code: line.status,
    error_message: line.reason,
    tags: dropAbsent({
      request_id: line.request_id,
      block_reason: line.reason,
      count: line.count,
      owner: line.owner,
      purpose: line.purpose,
      run: line.run,
    }),
    timestamp: line.time,
  };
}

function dropAbsent<Event extends object>(event: Loose<Event>): Event {
  // What is left has every member that is needed: only optional ones were absent.
  return Object.fromEntries(Object.entries(event).filter(([, value]) => value !== undefined)) as Event;
}
