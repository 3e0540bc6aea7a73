/** Keeps the page supplied: the live socket as long as it holds, polling while it does not. Knows nothing of Solid. */
import type { Millis } from "../../../server/core/duration.ts";
import type { LiveMessage, StatusAnswer } from "../../../server/management/wire/status.ts";
import type { FeedMessage } from "./reduce.ts";

/** How the page is supplied. `offline`: neither socket nor poll gets through. */
export type Link = "connecting" | "live" | "polling" | "offline";

/** What a look at `GET /api/status` came to. */
export type Poll =
  | { readonly outcome: "answered"; readonly status: StatusAnswer }
  | { readonly outcome: "signed-out" }
  | { readonly outcome: "unreachable" };

/** What connecting needs of the outside: sockets, time and chance. */
export interface FeedWorld {
  /** Opens the live socket; `closed` also when it never opened. Returns the way to close it: it is silent from then on. */
  openSocket(heard: (message: LiveMessage) => void, closed: () => void): () => void;
  poll(): Promise<Poll>;
  /** Runs once after a delay; returns the way to call it off. */
  after(delay: Millis, run: () => void): () => void;
  /** 0 up to 1. */
  random(): number;
}

export interface FeedListener {
  heard(message: FeedMessage): void;
  changed(link: Link): void;
  /** The session is over: nothing further is tried. */
  signedOut(): void;
}

export const POLL_EVERY = 5_000;
/** The gateway speaks every second: a socket that is silent this long is dead. */
export const SILENCE = 10_000;
const FIRST_RETRY = 1_000;
const LAST_RETRY = 30_000;

/** Starts supplying the listener; returns the way to stop. */
export function connectFeed(world: FeedWorld, listener: FeedListener): () => void {
  let stopped = false;
  let failures = 0;
  let closeSocket = () => {};
  let cancelSilence = () => {};
  let cancelPoll = () => {};
  let cancelRetry = () => {};

  function connect(): void {
    closeSocket = world.openSocket(hear, lose);
    expectSpeech();
  }

  function hear(message: LiveMessage): void {
    if (stopped) return;
    failures = 0;
    cancelPoll();
    expectSpeech();
    listener.changed("live");
    listener.heard(message);
  }

  function expectSpeech(): void {
    cancelSilence();
    cancelSilence = world.after(SILENCE, () => {
      closeSocket();
      lose();
    });
  }

  function lose(): void {
    if (stopped) return;
    cancelSilence();
    cancelRetry = world.after(retryDelay(failures, world.random()), connect);
    failures += 1;
    // Later failures come while polling runs already.
    if (failures === 1) poll();
  }

  async function poll(): Promise<void> {
    const answer = await world.poll();
    // The socket came back meanwhile: what it said is newer.
    if (stopped || failures === 0) return;
    if (answer.outcome === "signed-out") {
      stop();
      listener.signedOut();
      return;
    }
    listener.changed(answer.outcome === "answered" ? "polling" : "offline");
    if (answer.outcome === "answered") listener.heard({ ...answer.status, type: "status" });
    cancelPoll = world.after(POLL_EVERY, poll);
  }

  function stop(): void {
    stopped = true;
    for (const cancel of [cancelSilence, cancelPoll, cancelRetry]) cancel();
    closeSocket();
  }

  listener.changed("connecting");
  connect();
  return stop;
}

/** Doubling from one second to thirty, spread over its upper half so that pages do not return all at once. */
export function retryDelay(failures: number, random: number): Millis {
  return Math.min(LAST_RETRY, FIRST_RETRY * 2 ** failures) * (0.5 + random / 2);
}
