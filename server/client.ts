/** The typed way into a running gateway's management API: for the command line, and for other projects (docs/client.md). */
import { treaty } from "@elysiajs/eden";
import type { App } from "./app.ts";
import { followLive, type LiveEvent } from "./client-live.ts";
import type { ErrorAnswer } from "./management/wire/access.ts";

export type { LiveEvent, LiveLost } from "./client-live.ts";
export type * from "./management/wire/access.ts";
export type * from "./management/wire/alerts.ts";
export type * from "./management/wire/governance.ts";
export type * from "./management/wire/records.ts";
export type * from "./management/wire/settings.ts";
export type * from "./management/wire/status.ts";
export type { LogEntry } from "./store/store.ts";

type Routes = ReturnType<typeof treaty<App>>;

export interface Client extends Pick<Routes, "api" | "health"> {
  /**
   * The live feed: a snapshot, then each second what changed. It connects anew by itself (`lost`, then a snapshot), ends
   * when `signal` aborts or the loop is left, and throws when the gateway refuses the token.
   */
  live(options?: { readonly signal?: AbortSignal }): AsyncGenerator<LiveEvent, void>;
}

/**
 * A client whose routes, parameters and answers have the types of `/api`. `url` is that of either listener, `token` the
 * admin token or a further one. Answers are `{ data, error }`; nothing but the live feed throws. Times stay ISO 8601 text.
 * In Bun, addresses of this machine are asked past any proxy (SPEC 16.1); other runtimes have switches of their own.
 */
export function createClient(url: string, token: string): Client {
  const { api, health } = treaty<App>(url, {
    headers: { authorization: `Bearer ${token}` },
    // Bun's fetch heeds HTTP_PROXY for this machine's own addresses too, and would show that proxy the token.
    fetch: { redirect: "manual", ...(isLoopback(url) && { proxy: false }) },
    parseDate: false,
  });
  return {
    api,
    health,
    live: ({ signal = null }: { readonly signal?: AbortSignal | null } = {}) =>
      followLive(url, token, signal, { open: (at) => new WebSocket(at), after }),
  };
}

/** What an answer's `error` says: a code for programs, a sentence for people. Also of what no gateway has sent. */
export function explain(error: { readonly status: unknown; readonly value: unknown }): ErrorAnswer["error"] {
  const { status, value } = error;
  if (isErrorAnswer(value)) return value.error;
  const message =
    value instanceof Error
      ? `No gateway answers at this address (${value.message}). Check that it runs, and the address.`
      : `This is not a gateway's answer: it answered ${String(status)}. Check the address.`;
  return { code: "no_gateway", message, details: null };
}

function isErrorAnswer(value: unknown): value is ErrorAnswer {
  const error = typeof value === "object" && value !== null && "error" in value ? value.error : null;
  return typeof error === "object" && error !== null && "code" in error && "message" in error;
}

/** As URL writes it: it knows every other way to write these addresses. */
const LOOPBACK =
  /^(?:(?:.+\.)?localhost\.?|127(?:\.\d+){3}|0\.0\.0\.0|\[::1?\]|\[::ffff:7f[0-9a-f]{2}:[0-9a-f]{1,4}\])$/;

function isLoopback(url: string): boolean {
  // The routes are also reached without a scheme.
  const whole = url.includes("://") ? url : `http://${url}`;
  return URL.canParse(whole) && LOOPBACK.test(new URL(whole).hostname);
}

function after(delay: number, run: () => void): () => void {
  const timer = setTimeout(run, delay);
  return () => clearTimeout(timer);
}
