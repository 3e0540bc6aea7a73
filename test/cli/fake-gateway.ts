import type { AgentStatus, LiveMessage, StatusAnswer } from "../../server/management/wire/status.ts";
import { LOG_FIELDS, type LogEntry } from "../../server/store/store.ts";
import { type Arrivals, createArrivals } from "../support/signals.ts";

export const TOKEN = "tga_of-the-tests";
const SUMS = { calls: 0, errors: 0, blocked: 0, tokens_in: 0, tokens_out: 0, cost: 0 };

/** A line of the log with everything null but what is given. */
export function entry(seq: number, over: Partial<LogEntry> = {}): LogEntry {
  const empty = Object.fromEntries(LOG_FIELDS.map((field) => [field, null])) as unknown as LogEntry;
  return { ...empty, seq, time: "2026-01-31T12:00:00.000Z", type: "call", agent: "a", ...over };
}

export function agentStatus(over: Partial<AgentStatus> = {}): AgentStatus {
  const none = { in: 0, out: 0 };
  return {
    id: "researcher",
    status: "active",
    pause_reason: null,
    pause_detail: null,
    pause_since: null,
    pause_until: null,
    owner: null,
    purpose: null,
    tags: [],
    cost: { hour: 0, day: 0, total: 0 },
    held: 0,
    budget: {
      max_cost_per_hour: null,
      max_cost_per_day: null,
      max_cost_total: null,
      max_cost_per_request: null,
    },
    calls: { hour: 0, day: 0, total: 0 },
    errors: { hour: 0, total: 0 },
    error_rate: null,
    tokens: { hour: none, day: none, total: none },
    unpriced_calls: 0,
    blocked: { hour: 0, total: 0 },
    rate_limit: null,
    breakers: [],
    trust: { score: 50, tier: "baseline", pinned: false },
    priority: "normal",
    in_flight: 0,
    last_seen: null,
    ...over,
  };
}

export function statusAnswer(over: Partial<StatusAnswer> = {}): StatusAnswer {
  return {
    gateway: {
      url: "http://127.0.0.1:8080",
      version: "1.2.3",
      uptime_ms: 7_200_000,
      degraded: [],
      warnings: [],
    },
    agents: [],
    totals: { hour: SUMS, day: SUMS, total: SUMS, in_flight: 0 },
    ...over,
  };
}

/** A server that speaks as much of the management API as the command line asks. */
export interface FakeGateway extends Disposable {
  readonly url: string;
  /** Everything the journal holds; push to let it happen. */
  readonly entries: LogEntry[];
  /** What was asked: `GET /api/logs?limit=1`. */
  readonly asked: string[];
  /** One per feed that logged in. */
  readonly feeds: Arrivals<Feed>;
}

export interface Feed {
  send(message: Pick<LiveMessage, "type" | "entries">): void;
  close(code?: number): void;
}

export function startFakeGateway(status: StatusAnswer = statusAnswer()): FakeGateway {
  const entries: LogEntry[] = [];
  const asked: string[] = [];
  const feeds = createArrivals<Feed>();
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch(request, server) {
      const { pathname, search, searchParams } = new URL(request.url);
      if (pathname === "/api/live" && server.upgrade(request)) return;
      asked.push(`${request.method} ${pathname}${search}`);
      if (request.headers.get("authorization") !== `Bearer ${TOKEN}`) {
        return refuse(401, "unauthorized", "The token is wrong.");
      }
      if (pathname === "/api/status") return Response.json(status);
      if (pathname === "/api/logs") return Response.json(page(entries, searchParams));
      if (pathname === "/api/session/link" && request.method === "POST") {
        const url = `http://127.0.0.1:4040/#code=once`;
        return Response.json({ code: "once", expires_at: "2026-01-31T12:01:00Z", url });
      }
      return refuse(404, "unknown_route", "There is no such route.");
    },
    websocket: {
      message(socket, message) {
        const { token } = JSON.parse(String(message));
        if (token !== TOKEN) return socket.close(4401, "unauthorized");
        feeds.push({
          send: (frame) => void socket.send(JSON.stringify(frame)),
          close: (code) => (code === undefined ? socket.terminate() : socket.close(code)),
        });
      },
    },
  });
  return { url: server.url.origin, entries, asked, feeds, [Symbol.dispose]: () => void server.stop(true) };
}

/** Newest first, filtered by agent and type, with the lowest seq of the page as its cursor. */
function page(entries: readonly LogEntry[], query: URLSearchParams) {
  const before = Number(query.get("cursor") ?? Number.POSITIVE_INFINITY);
  const limit = Number(query.get("limit") ?? 100);
  const matching = entries
    .filter(({ seq }) => Number(seq) < before)
    .filter(({ agent }) => !query.has("agent") || agent === query.get("agent"))
    .filter(({ type }) => !query.has("type") || type === query.get("type"))
    .toSorted((a, b) => Number(b.seq) - Number(a.seq));
  const shown = matching.slice(0, limit);
  const next_cursor = matching.length > limit ? String(shown.at(-1)?.seq) : null;
  return { entries: shown, next_cursor };
}

function refuse(status: number, code: string, message: string): Response {
  return Response.json({ error: { code, message, details: null } }, { status });
}
