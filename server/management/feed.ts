/**
 * Who is connected to the live feed. One timer and one rendering of each frame serve all; nothing runs while nobody is
 * connected, and nobody who is slow, silent or no longer admitted stays.
 */
import type { Instant, Millis } from "../core/duration.ts";
import type { Principal } from "./auth.ts";
import type { ManagementContext } from "./context.ts";
import { createFrames } from "./frames.ts";
import type { LiveMessage } from "./wire/status.ts";

const PERIOD: Millis = 1_000;
const TIME_TO_LOG_IN: Millis = 5_000;
const TIME_TO_DRAIN: Millis = 10_000;
const MOST_WAITING = 64;
const MOST_SEATED = 256;

/** Close codes of our own (RFC 6455 §7.4.2): log in anew. */
export const CLOSE_UNAUTHORIZED = 4401;
/** What is shown is none that may look. */
export const CLOSE_FORBIDDEN = 4403;
const CLOSE_GOING_AWAY = 1001;
const CLOSE_TRY_LATER = 1013;

/** A WebSocket as the feed needs it. `send` tells 0 when the frame was dropped, -1 when it had to be buffered. */
export interface LiveSocket {
  send(frame: string): number;
  close(code: number, reason: string): void;
  terminate(): void;
}

type Seat =
  | { readonly kind: "waiting"; readonly until: Instant }
  | { readonly kind: "seated"; readonly principal: Principal; congestedSince: Instant | null };

export interface Feed {
  /** Takes a socket in; without a principal it has five seconds to be admitted. */
  connect(socket: LiveSocket, principal: Principal | null): void;
  /** Gives a waiting socket its snapshot and every delta after it. */
  admit(socket: LiveSocket, principal: Principal): void;
  isWaiting(socket: LiveSocket): boolean;
  /** The socket's buffer is empty again. */
  drained(socket: LiveSocket): void;
  disconnect(socket: LiveSocket): void;
}

/** The feed of one gateway. `stillHolds` is asked each second, so that a logout or a new token ends the sockets too. */
export function createFeed(context: ManagementContext, stillHolds: (principal: Principal) => boolean): Feed {
  const seats = new Map<LiveSocket, Seat>();
  const frames = createFrames(context);
  let stopTimer: (() => void) | null = null;

  context.stopping.addEventListener("abort", () => {
    for (const socket of [...seats.keys()]) {
      leave(socket);
      socket.close(CLOSE_GOING_AWAY, "the gateway is stopping");
    }
  });

  function count(kind: Seat["kind"]): number {
    return [...seats.values()].filter((seat) => seat.kind === kind).length;
  }

  function sit(socket: LiveSocket, seat: Seat): void {
    seats.set(socket, seat);
    stopTimer ??= context.every(PERIOD, tick);
  }

  function leave(socket: LiveSocket): void {
    seats.delete(socket);
    if (seats.size > 0) return;
    stopTimer?.();
    stopTimer = null;
  }

  function admit(socket: LiveSocket, principal: Principal): void {
    if (count("seated") >= MOST_SEATED) {
      socket.close(CLOSE_TRY_LATER, "too many are connected");
      return;
    }
    broadcast();
    sit(socket, { kind: "seated", principal, congestedSince: null });
    send(socket, render(frames.snapshot()));
  }

  function tick(): void {
    const now = context.now();
    for (const [socket, seat] of [...seats]) {
      const end = judge(seat, now);
      if (!end) continue;
      leave(socket);
      end(socket);
    }
    broadcast();
  }

  /** How this seat ends now, or null when it may stay. */
  function judge(seat: Seat, now: Instant): ((socket: LiveSocket) => void) | null {
    if (seat.kind === "waiting") {
      return now < seat.until ? null : (socket) => socket.close(CLOSE_UNAUTHORIZED, "nobody logged in");
    }
    if (!stillHolds(seat.principal)) {
      return (socket) => socket.close(CLOSE_UNAUTHORIZED, "the session has ended");
    }
    const isStuck = seat.congestedSince !== null && now - seat.congestedSince >= TIME_TO_DRAIN;
    return isStuck ? (socket) => socket.terminate() : null;
  }

  function broadcast(): void {
    const seated = [...seats].filter(([, seat]) => seat.kind === "seated");
    if (seated.length === 0) return;
    const frame = render(frames.delta());
    for (const [socket] of seated) send(socket, frame);
  }

  function send(socket: LiveSocket, frame: string): void {
    const sent = socket.send(frame);
    const seat = seats.get(socket);
    if (sent === 0) {
      leave(socket);
      socket.terminate();
    } else if (sent < 0 && seat?.kind === "seated") seat.congestedSince ??= context.now();
  }

  return {
    connect(socket, principal) {
      if (context.stopping.aborted) socket.close(CLOSE_GOING_AWAY, "the gateway is stopping");
      else if (principal) admit(socket, principal);
      else if (count("waiting") >= MOST_WAITING)
        socket.close(CLOSE_TRY_LATER, "too many are waiting to log in");
      else sit(socket, { kind: "waiting", until: context.now() + TIME_TO_LOG_IN });
    },
    admit,
    isWaiting: (socket) => seats.get(socket)?.kind === "waiting",
    drained(socket) {
      const seat = seats.get(socket);
      if (seat?.kind === "seated") seat.congestedSince = null;
    },
    disconnect: leave,
  };
}

function render(message: LiveMessage): string {
  return JSON.stringify(message);
}
