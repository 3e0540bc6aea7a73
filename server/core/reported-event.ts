/** An event as tools around agents report it, to `POST /api/events` and from here to `events.endpoint` (SPEC 14.4, 19). */

/** `blocked` is what a gateway reports of its refusals. */
export const EVENT_TYPES = ["llm_call", "heartbeat", "error", "custom", "blocked"] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/** Members that an event has nothing to say about are left out. */
export interface ReportedEvent {
  readonly agent_id: string;
  readonly event_type: EventType;
  readonly provider?: string;
  readonly model?: string;
  readonly tokens_in?: number;
  readonly tokens_out?: number;
  /** Left out where the price is unknown. */
  readonly cost_usd?: number;
  readonly latency_ms?: number;
  readonly status_code?: number;
  readonly error_message?: string;
  /** What belongs to it besides, by name. */
  readonly tags?: Readonly<Record<string, string | number | boolean>>;
  /** ISO 8601. */
  readonly timestamp?: string;
}
