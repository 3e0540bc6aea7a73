import { describe, expect, test } from "bun:test";
import type { Principal } from "../../server/management/auth.ts";
import { createFeed, type LiveSocket } from "../../server/management/feed.ts";
import { startManagement } from "./support.ts";

const ADMIN: Principal = { kind: "token", hash: "any", token: null, role: "admin" };

/** A socket whose buffer the test fills. */
function makeSocket(answer: (frames: number) => number = () => 1) {
  const seen = { frames: [] as string[], end: null as string | number | null };
  const socket: LiveSocket = {
    send(frame) {
      seen.frames.push(frame);
      return answer(seen.frames.length);
    },
    close(code) {
      seen.end ??= code;
    },
    terminate() {
      seen.end ??= "terminated";
    },
  };
  return { socket, seen };
}

describe("the feed", () => {
  test("has a timer only while somebody is connected, and one for all", async () => {
    await using api = startManagement();
    const feed = createFeed(api.context, () => true);
    const [one, two] = [makeSocket(), makeSocket()];
    expect(api.timers).toBe(0);
    feed.connect(one.socket, ADMIN);
    feed.connect(two.socket, null);
    expect(api.timers).toBe(1);
    feed.disconnect(one.socket);
    expect(api.timers).toBe(1);
    feed.disconnect(two.socket);
    expect(api.timers).toBe(0);
  });

  test("renders each delta once for all", async () => {
    await using api = startManagement();
    const feed = createFeed(api.context, () => true);
    const sockets = [makeSocket(), makeSocket(), makeSocket()];
    for (const { socket } of sockets) feed.connect(socket, ADMIN);
    const asked = api.healthChecks;
    api.tick();
    expect(api.healthChecks).toBe(asked + 1);
    expect(new Set(sockets.map(({ seen }) => seen.frames.at(-1))).size).toBe(1);
  });

  test("ends a socket that has not drained for ten seconds, not one that did", async () => {
    await using api = startManagement();
    const feed = createFeed(api.context, () => true);
    const [stuck, slow] = [makeSocket(() => -1), makeSocket(() => -1)];
    feed.connect(stuck.socket, ADMIN);
    feed.connect(slow.socket, ADMIN);
    for (let second = 1; second <= 9; second++) api.tick();
    expect(stuck.seen.end).toBeNull();
    feed.drained(slow.socket);
    api.tick();
    api.tick();
    expect(stuck.seen.end).toBe("terminated");
    expect(slow.seen.end).toBeNull();
    const told = stuck.seen.frames.length;
    api.tick();
    expect(stuck.seen.frames).toHaveLength(told);
  });

  test("ends a socket that dropped a frame: what it shows would be wrong from then on", async () => {
    await using api = startManagement();
    const feed = createFeed(api.context, () => true);
    const { socket, seen } = makeSocket((frames) => (frames === 2 ? 0 : 1));
    feed.connect(socket, ADMIN);
    api.tick();
    expect(seen.end).toBe("terminated");
    expect(api.timers).toBe(0);
  });

  test("keeps no more than 64 waiting for their login and 256 watching", async () => {
    await using api = startManagement();
    const feed = createFeed(api.context, () => true);
    const waiting = Array.from({ length: 65 }, () => makeSocket());
    for (const { socket } of waiting) feed.connect(socket, null);
    expect(waiting.map(({ seen }) => seen.end).filter((end) => end !== null)).toEqual([1013]);
    const watching = Array.from({ length: 257 }, () => makeSocket());
    for (const { socket } of watching) feed.connect(socket, ADMIN);
    expect(watching.map(({ seen }) => seen.end).filter((end) => end !== null)).toEqual([1013]);
    expect(watching[256]?.seen.frames).toEqual([]);
  });
});
