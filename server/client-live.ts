/** The live feed as the typed client reads it: one connection after another, for as long as somebody listens. */
import type { Millis } from "./core/duration.ts";
import type { LiveAuth, LiveMessage } from "./management/wire/status.ts";

/** The connection is gone. What was told may be old until the next snapshot, which comes once it is back. */
export interface LiveLost {
  readonly type: "lost";
  readonly retry_in_ms: Millis;
}

export type LiveEvent = LiveMessage | LiveLost;

/** What listening needs of the outside: sockets and time. */
export interface LiveWorld {
  open(url: string): Socket;
  /** Runs once after a delay; returns the way to call it off. */
  after(delay: Millis, run: () => void): () => void;
}

/** A WebSocket, as far as it is used. */
export type Socket = Pick<WebSocket, "addEventListener" | "send" | "close">;

/** The gateway speaks every second: a socket that is silent this long is dead though nobody hung up. */
const SILENCE: Millis = 15_000;
const FIRST_RETRY: Millis = 1_000;
const LAST_RETRY: Millis = 30_000;
/** Messages that a slow listener may leave unread; beyond it, the next snapshot says it shorter. */
const MOST_UNREAD = 64;

const REFUSED: ReadonlyMap<number, string> = new Map([
  [4401, "The gateway refuses this token: it is wrong, was revoked or has expired."],
  [4403, "A token of the role `ingest` sees nothing. Use one of the role `viewer` or `admin`."],
]);

/**
 * A snapshot, then each second what changed; `lost` and a new snapshot where the connection broke. Ends when `signal`
 * aborts or the loop is left, and throws when the gateway refuses the token.
 */
export async function* followLive(
  url: string,
  token: string,
  signal: AbortSignal | null,
  world: LiveWorld,
): AsyncGenerator<LiveEvent, void> {
  for (let failures = 0; !signal?.aborted; failures++) {
    using connection = connect(url, token, signal, world);
    let message = await connection.next();
    for (; message !== null; message = await connection.next()) {
      failures = 0;
      yield message;
    }
    if (signal?.aborted) return;
    const refused = REFUSED.get(connection.code());
    if (refused !== undefined) throw new Error(refused);
    const retry_in_ms = Math.min(LAST_RETRY, FIRST_RETRY * 2 ** failures);
    yield { type: "lost", retry_in_ms };
    await wait(retry_in_ms, signal, world);
  }
}

interface Connection extends Disposable {
  /** The next message; null when there will be none. */
  next(): Promise<LiveMessage | null>;
  /** The code that the gateway closed it with; 0 when it did not. */
  code(): number;
}

/** One connection, from logging in to its end. */
function connect(url: string, token: string, signal: AbortSignal | null, world: LiveWorld): Connection {
  const socket = world.open(`${url.replace(/^http/, "ws").replace(/\/+$/, "")}/api/live`);
  const unread: LiveMessage[] = [];
  let isOver = false;
  let code = 0;
  let wake = (): void => undefined;
  let cancelSilence = world.after(SILENCE, end);

  function end(): void {
    isOver = true;
    cancelSilence();
    signal?.removeEventListener("abort", end);
    socket.close();
    wake();
  }

  socket.addEventListener("open", () => {
    socket.send(JSON.stringify({ type: "auth", token } satisfies LiveAuth));
  });
  socket.addEventListener("message", ({ data }) => {
    if (isOver) return;
    cancelSilence();
    cancelSilence = world.after(SILENCE, end);
    const message = parseMessage(String(data));
    if (message) unread.push(message);
    if (unread.length > MOST_UNREAD) {
      unread.length = 0;
      end();
    }
    wake();
  });
  socket.addEventListener("close", (event) => {
    if (!isOver) code = event.code;
    end();
  });
  socket.addEventListener("error", end);
  signal?.addEventListener("abort", end);

  return {
    async next() {
      while (unread.length === 0 && !isOver) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return signal?.aborted ? null : (unread.shift() ?? null);
    },
    code: () => code,
    [Symbol.dispose]: end,
  };
}

function wait(delay: Millis, signal: AbortSignal | null, world: LiveWorld): Promise<void> {
  return new Promise((resolve) => {
    const cancel = world.after(delay, done);
    signal?.addEventListener("abort", done);
    function done(): void {
      cancel();
      signal?.removeEventListener("abort", done);
      resolve();
    }
  });
}

/** What this version knows; a later gateway may send more, and something else anything. */
function parseMessage(text: string): LiveMessage | null {
  try {
    const message: LiveMessage = JSON.parse(text);
    return message.type === "snapshot" || message.type === "delta" ? message : null;
  } catch {
    // Not a message of any version: passed over like one of a later version.
    return null;
  }
}
