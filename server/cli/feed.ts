/** One connection to the live feed. */
import type { Millis } from "../core/duration.ts";
import type { LiveAuth, LiveMessage } from "../management/wire/status.ts";
import type { Target } from "./target.ts";

export interface FeedListener {
  message(message: LiveMessage): void;
  /** Once, when the connection is over or never came about. */
  closed(reason: "lost" | "unauthorized"): void;
}

/** The feed speaks each second; when it is silent for so long, the line is dead though nobody hung up. */
const SILENCE: Millis = 15_000;
const CLOSE_UNAUTHORIZED = 4401;

/** Connects and logs in. Returns the way to hang up, after which the listener hears nothing more. */
export function connectFeed(target: Target, listener: FeedListener): () => void {
  const socket = new WebSocket(`${target.url.replace(/^http/, "ws")}/api/live`);
  let over = false;
  let timer = setTimeout(() => end("lost"), SILENCE);

  const end = (reason: "lost" | "unauthorized") => {
    if (over) return;
    hangUp();
    listener.closed(reason);
  };
  const hangUp = () => {
    over = true;
    clearTimeout(timer);
    socket.close();
  };

  socket.addEventListener("open", () => {
    socket.send(JSON.stringify({ type: "auth", token: target.token } satisfies LiveAuth));
  });
  socket.addEventListener("message", ({ data }) => {
    if (over) return;
    clearTimeout(timer);
    timer = setTimeout(() => end("lost"), SILENCE);
    const message = parseMessage(String(data));
    if (message) listener.message(message);
  });
  socket.addEventListener("close", ({ code }) => end(code === CLOSE_UNAUTHORIZED ? "unauthorized" : "lost"));
  socket.addEventListener("error", () => end("lost"));
  return hangUp;
}

/** The two messages this version knows; a later gateway may send others, and something else anything. */
function parseMessage(text: string): LiveMessage | null {
  try {
    const message: LiveMessage = JSON.parse(text);
    return message.type === "snapshot" || message.type === "delta" ? message : null;
  } catch {
    return null; // Not a message of any version: passed over like one of a later version.
  }
}
