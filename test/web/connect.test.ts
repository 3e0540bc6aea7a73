import { describe, expect, test } from "bun:test";
import type { LiveMessage } from "../../server/management/wire/status.ts";
import {
  connectFeed,
  type Link,
  POLL_EVERY,
  type Poll,
  retryDelay,
  SILENCE,
} from "../../web/src/feed/connect.ts";
import type { FeedMessage } from "../../web/src/feed/reduce.ts";
import { fleetTotals } from "./samples.ts";

const STATUS = {
  gateway: { version: "1.2.3", url: "http://127.0.0.1:8080", uptime_ms: 1, degraded: [], warnings: [] },
  agents: [],
  totals: fleetTotals(),
};
const SNAPSHOT: LiveMessage = { ...STATUS, type: "snapshot", entries: [] };

describe("connectFeed", () => {
  test("is live as soon as the socket speaks", () => {
    const stage = play();
    expect(stage.links).toEqual(["connecting"]);
    stage.sockets[0]?.heard(SNAPSHOT);
    expect(stage.links.at(-1)).toBe("live");
    expect(stage.messages).toEqual([SNAPSHOT]);
    expect(stage.polls).toBe(0);
  });

  test("polls while the socket is lost, and stops polling when it is back", async () => {
    const stage = play();
    stage.sockets[0]?.closed();
    await stage.answer({ outcome: "answered", status: STATUS });
    expect(stage.links.at(-1)).toBe("polling");
    expect(stage.messages).toEqual([{ ...STATUS, type: "status" }]);

    stage.pass(1000);
    stage.sockets[1]?.heard(SNAPSHOT);
    expect(stage.links.at(-1)).toBe("live");
    stage.pass(POLL_EVERY - 1000);
    expect(stage.polls).toBe(1);
  });

  test("keeps polling on time while the socket fails again and again", async () => {
    const stage = play();
    stage.sockets[0]?.closed();
    await stage.answer({ outcome: "answered", status: STATUS });
    stage.pass(1000);
    stage.sockets[1]?.closed();
    expect(stage.polls).toBe(1);
    stage.pass(POLL_EVERY - 1000);
    expect(stage.polls).toBe(2);
  });

  test("is offline when neither gets through, and recovers by itself", async () => {
    const stage = play();
    stage.sockets[0]?.closed();
    await stage.answer({ outcome: "unreachable" });
    expect(stage.links.at(-1)).toBe("offline");
    stage.pass(POLL_EVERY);
    await stage.answer({ outcome: "answered", status: STATUS });
    expect(stage.links.at(-1)).toBe("polling");
  });

  test("leaves a socket that says nothing and opens another", () => {
    const stage = play();
    stage.sockets[0]?.heard(SNAPSHOT);
    stage.pass(SILENCE);
    expect(stage.sockets[0]?.left).toBe(true);
    stage.pass(1000);
    expect(stage.sockets).toHaveLength(2);
  });

  test("an answer to a poll that comes after the socket is back changes nothing", async () => {
    const stage = play();
    stage.sockets[0]?.closed();
    stage.pass(1000);
    stage.sockets[1]?.heard(SNAPSHOT);
    await stage.answer({ outcome: "unreachable" });
    expect(stage.links.at(-1)).toBe("live");
    expect(stage.messages).toEqual([SNAPSHOT]);
  });

  test("says once that the session is over and then tries nothing further", async () => {
    const stage = play();
    stage.sockets[0]?.closed();
    await stage.answer({ outcome: "signed-out" });
    stage.pass(3_600_000);
    expect(stage.signedOut).toBe(1);
    expect(stage.sockets).toHaveLength(1);
    expect(stage.polls).toBe(1);
  });

  test("is silent after it was stopped", () => {
    const stage = play();
    stage.stop();
    expect(stage.sockets[0]?.left).toBe(true);
    stage.pass(3_600_000);
    expect(stage.sockets).toHaveLength(1);
    expect(stage.polls).toBe(0);
  });
});

describe("retryDelay", () => {
  test("doubles up to thirty seconds, spread over its upper half", () => {
    expect([0, 1, 2, 10].map((failures) => retryDelay(failures, 1))).toEqual([1000, 2000, 4000, 30_000]);
    expect(retryDelay(3, 0)).toBe(4000);
  });
});

interface Socket {
  readonly heard: (message: LiveMessage) => void;
  readonly closed: () => void;
  left: boolean;
}

/** A feed in a world whose sockets, polls and clock the test moves. */
function play() {
  const links: Link[] = [];
  const messages: FeedMessage[] = [];
  const sockets: Socket[] = [];
  let timers: { at: number; run: () => void }[] = [];
  let waiting: ((poll: Poll) => void)[] = [];
  let now = 0;
  const stage = { links, messages, sockets, polls: 0, signedOut: 0, stop: () => {}, pass, answer };

  stage.stop = connectFeed(
    {
      openSocket(heard, closed) {
        const socket: Socket = { heard, closed, left: false };
        sockets.push(socket);
        return () => {
          socket.left = true;
        };
      },
      poll() {
        stage.polls += 1;
        return new Promise((resolve) => waiting.push(resolve));
      },
      after(delay, run) {
        const timer = { at: now + delay, run };
        timers.push(timer);
        return () => {
          timers = timers.filter((other) => other !== timer);
        };
      },
      random: () => 1,
    },
    {
      heard: (message) => messages.push(message),
      changed: (link) => links.push(link),
      signedOut: () => {
        stage.signedOut += 1;
      },
    },
  );
  return stage;

  function pass(milliseconds: number): void {
    const until = now + milliseconds;
    for (;;) {
      const next = timers.filter((timer) => timer.at <= until).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      now = next.at;
      timers = timers.filter((timer) => timer !== next);
      next.run();
    }
    now = until;
  }

  async function answer(poll: Poll): Promise<void> {
    const answered = waiting;
    waiting = [];
    for (const resolve of answered) resolve(poll);
    await Promise.resolve();
    await Promise.resolve();
  }
}
