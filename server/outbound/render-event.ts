/** What a line of the journal is to those who are told of calls elsewhere (SPEC 14.4). Pure. */
import type { BlockedLine, CallLine, Line } from "../core/event.ts";
import type { ReportedEvent } from "../core/reported-event.ts";

/** What is told of a label at most, in UTF-16 units; `POST /api/events` takes no more. */
const LONGEST_LABEL = 256;

/**
 * The event that a line is; null for lines that tell of no request. Nothing in it is more than the line says. Labels that an
 * agent chose are made such as `POST /api/events` takes them: one that it refuses would lose the whole event.
 */
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
    provider: clean(line.provider),
    model: clean(line.model ?? line.requested_model),
    tokens_in: line.tokens_in,
    tokens_out: line.tokens_out,
    cost_usd: line.cost ?? undefined,
    latency_ms: line.latency_ms,
    status_code: line.status,
    error_message: clean(line.error),
    tags: dropAbsent({
      request_id: line.request_id,
      ending: line.ending,
      requested_model: clean(line.requested_model),
      stream: line.stream,
      owner: clean(line.owner),
      purpose: clean(line.purpose),
      run: clean(line.run),
      usage: line.usage,
    }),
    timestamp: line.time,
  };
}

function renderBlocked(line: BlockedLine, agent: string): Loose<ReportedEvent> {
  return {
    agent_id: agent,
    event_type: "blocked",
    provider: clean(line.provider),
    model: clean(line.requested_model),
    status_code: line.status,
    error_message: line.reason,
    tags: dropAbsent({
      request_id: line.request_id,
      block_reason: line.reason,
      count: line.count,
      owner: clean(line.owner),
      purpose: clean(line.purpose),
      run: clean(line.run),
    }),
    timestamp: line.time,
  };
}

/**
 * The label in one line of plain text, absent where nothing of it is left. Cut before it is cleaned: the cut may leave half
 * a surrogate pair, which cleaning removes.
 */
function clean(label: string | undefined): string | undefined {
  const cleaned = label
    ?.slice(0, LONGEST_LABEL)
    .replaceAll(/[\p{C}\p{Z}]+/gu, " ")
    .trim();
  return cleaned === "" ? undefined : cleaned;
}

function dropAbsent<Event extends object>(event: Loose<Event>): Event {
  // What is left has every member that is needed: only optional ones were absent.
  return Object.fromEntries(Object.entries(event).filter(([, value]) => value !== undefined)) as Event;
}
