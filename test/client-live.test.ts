import { describe, expect, test } from "bun:test";
import { followLive, type LiveEvent, type Socket } from "../server/client-live.ts";
import { startManagement } from "./management/support.ts";

/** A world whose sockets the test speaks through, and whose timers ring when it says. */
function openWorld() {
  const sockets: ReturnType<typeof makeSocket>[] = [];
  const timers = new Map<() => void, number>();
  return {
    sockets,
    delays: () => [...timers.values()],
    ring(delay: number) {
      for (const [run, after] of [...timers]) if (after === delay) run();
    },
    world: {
      open(url: string): Socket {
        const socket = makeSocket(url);
        sockets.push(socket);
        return socket.socket;
      },
      after(delay: number, run: () => void) {
        timers.set(run, delay);
        return () => timers.delete(run);
      },
    },
  };
}

function makeSocket(url: string) {
  const target = new EventTarget();
  const sent: string[] = [];
  const state = { isClosed: false };
  return {
    url,
    sent,
    state,
    socket: {
      addEventListener: target.addEventListener.bind(target) as Socket["addEventListener"],
      send: (data) => void sent.push(String(data)),
      close: () => {
        state.isClosed = true;
      },
    } satisfies Socket,
    open: () => target.dispatchEvent(new Event("open")),
    say: (message: unknown) =>
      target.dispatchEvent(new MessageEvent("message", { data: JSON.stringify(message) })),
    end: (code: number) => target.dispatchEvent(new CloseEvent("close", { code })),
  };
}

const snapshot = { type: "snapshot", agents: [] };
const delta = (marker: number) => ({ type: "delta", agents: [], marker });

async function next(feed: AsyncGenerator<LiveEvent, void>): Promise<unknown> {
  return (await feed.next()).value;
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

describe("the client's live feed", () => {
  test("logs in with its first message and gives what the gateway says, in order", async () => {
    const { world, sockets } = openWorld();
    const feed = followLive("https://gate.test/", "tga_1", null, world);
    const first = next(feed);
    await settle();
    expect(sockets[0]?.url).toBe("wss://gate.test/api/live");
    sockets[0]?.open();
    expect(sockets[0]?.sent).toEqual([JSON.stringify({ type: "auth", token: "tga_1" })]);
    for (const message of [snapshot, { type: "of a later version" }, delta(1), delta(2)])
      sockets[0]?.say(message);
    expect([await first, await next(feed), await next(feed)]).toEqual([snapshot, delta(1), delta(2)]);
    await feed.return();
    expect(sockets[0]?.state.isClosed).toBe(true);
  });

  test("says that it is lost, connects again later and later, and begins with a snapshot", async () => {
    const { world, sockets, ring, delays } = openWorld();
    const feed = followLive("http://gate.test", "t", null, world);
    for (const retry_in_ms of [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]) {
      const lost = next(feed);
      await settle();
      sockets.at(-1)?.end(1006);
      expect(await lost).toEqual({ type: "lost", retry_in_ms });
      void settle().then(() => ring(retry_in_ms));
      if (retry_in_ms === 30_000 && sockets.length === 7) break;
    }
    const again = next(feed);
    await settle();
    await settle();
    sockets.at(-1)?.say(snapshot);
    expect(await again).toEqual(snapshot);
    const lost = next(feed);
    await settle();
    sockets.at(-1)?.end(1001);
    expect(await lost).toEqual({ type: "lost", retry_in_ms: 1_000 });
    await feed.return();
    expect(delays()).toEqual([]);
  });

  test("takes a socket for dead that is silent for fifteen seconds", async () => {
    const { world, sockets, ring, delays } = openWorld();
    const feed = followLive("http://gate.test", "t", null, world);
    const first = next(feed);
    await settle();
    expect(delays()).toEqual([15_000]);
    ring(15_000);
    expect(await first).toMatchObject({ type: "lost" });
    expect(sockets[0]?.state.isClosed).toBe(true);
    await feed.return();
  });

  test.each([
    [4401, "refuses this token"],
    [4403, "`ingest` sees nothing"],
  ])("throws when the gateway closes with %d, and tries no further", async (code, says) => {
    const { world, sockets, delays } = openWorld();
    const feed = followLive("http://gate.test", "t", null, world);
    const first = next(feed);
    await settle();
    sockets[0]?.end(code);
    await expect(first).rejects.toThrow(says);
    expect([sockets.length, delays()]).toEqual([1, []]);
  });

  test("ends without a word when its signal aborts: while it listens, and while it waits", async () => {
    for (const isWaiting of [false, true]) {
      const { world, sockets, delays } = openWorld();
      const stop = new AbortController();
      const feed = followLive("http://gate.test", "t", stop.signal, world);
      let result = feed.next();
      await settle();
      if (isWaiting) {
        sockets[0]?.end(1006);
        await result;
        result = feed.next();
        await settle();
      }
      stop.abort();
      expect(await result).toEqual({ value: undefined, done: true });
      expect([sockets[0]?.state.isClosed, delays(), sockets.length]).toEqual([true, [], 1]);
    }
  });

  test("lets go of a listener that reads too slowly: what it missed comes as a snapshot", async () => {
    const { world, sockets } = openWorld();
    const feed = followLive("http://gate.test", "t", null, world);
    const first = next(feed);
    await settle();
    sockets[0]?.say(snapshot);
    await first;
    for (let marker = 0; marker < 65; marker++) sockets[0]?.say(delta(marker));
    expect(await next(feed)).toMatchObject({ type: "lost" });
    expect(sockets[0]?.state.isClosed).toBe(true);
    await feed.return();
  });

  test("comes from a gateway as it is", async () => {
    await using api = startManagement();
    api.setAgent("researcher");
    const world = { open: (url: string) => new WebSocket(url), after: () => () => undefined };
    const feed = followLive(api.url, api.token, null, world);
    expect(await next(feed)).toMatchObject({ type: "snapshot", agents: [{ id: "researcher" }] });
    const change = next(feed);
    api.setAgent("reviewer");
    api.tick();
    expect(await change).toMatchObject({ type: "delta", agents: [{ id: "reviewer" }] });
    await feed.return();

    const refused = followLive(api.url, "tga_wrong", null, world);
    await expect(refused.next()).rejects.toThrow("refuses this token");
  });
});
