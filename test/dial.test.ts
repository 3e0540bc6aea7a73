/** Whether a host takes connections, on real sockets; silence is a socket that never says anything. */
import { describe, expect, test } from "bun:test";
import { connect, Socket } from "node:net";
import { createDial, type DialParts } from "../server/dial.ts";

/** Timers that fire when the test says. */
function createTimers() {
  const running = new Set<() => void>();
  const every: DialParts["every"] = (_period, run) => {
    running.add(run);
    return () => running.delete(run);
  };
  const fire = (): void => {
    for (const run of [...running]) run();
  };
  return { running, every, fire };
}

function openDial(parts: Partial<DialParts> = {}) {
  const { every, ...timers } = createTimers();
  const dial = createDial({ connect, resolve: async () => [], every, env: {}, ...parts });
  return { dial, ...timers };
}

function listen() {
  return Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: () => undefined } });
}

const silent = (): Socket => new Socket();

/** A socket that fails so. */
function failing(code: string): Socket {
  const socket = new Socket();
  queueMicrotask(() => socket.emit("error", Object.assign(new Error("failed"), { code })));
  return socket;
}

describe("a host takes connections", () => {
  test("where one is taken, and leaves none open", async () => {
    const closed = Promise.withResolvers<void>();
    using listener = Bun.listen({
      hostname: "127.0.0.1",
      port: 0,
      socket: { data: () => undefined, close: () => closed.resolve() },
    });
    const { dial, running } = openDial();
    expect(await dial("127.0.0.1", listener.port)).toBe(true);
    await closed.promise;
    expect(running.size).toBe(0);
  });

  test("where one is turned away: it has been heard", async () => {
    const listener = listen();
    const { port } = listener;
    listener.stop(true);
    expect(await openDial().dial("127.0.0.1", port)).toBe(true);
  });

  test("where any of its addresses does", async () => {
    using listener = listen();
    const { dial, running, fire } = openDial({
      resolve: async () => ["192.0.2.1", "127.0.0.1"],
      connect: (port, host) => (host === "127.0.0.1" ? connect(port, host) : silent()),
    });
    const answer = dial("models.example.com", listener.port);
    while (running.size !== 1) await new Promise(setImmediate);
    fire();
    expect(await answer).toBe(true);
  });

  test("as far as is known, where its name has no address or this machine has no way to it", async () => {
    expect(await openDial().dial("nowhere.example.com", 443)).toBe(true);
    const unknown = openDial({ resolve: () => Promise.reject(new Error("no name server")) });
    expect(await unknown.dial("nowhere.example.com", 443)).toBe(true);
    const throwing = (): never => {
      throw new RangeError("no such port");
    };
    expect(await openDial({ connect: throwing }).dial("192.0.2.1", 443)).toBe(true);
    for (const code of ["ENETUNREACH", "EMFILE"]) {
      expect(await openDial({ connect: () => failing(code) }).dial("192.0.2.1", 443)).toBe(true);
    }
  });

  test("as far as is known, behind a proxy, and nothing is opened", async () => {
    const opened: string[] = [];
    const watch = (_port: number, host: string): Socket => {
      opened.push(host);
      return silent();
    };
    for (const name of ["http_proxy", "HTTPS_PROXY"]) {
      const { dial } = openDial({ env: { [name]: "http://proxy:3128" }, connect: watch });
      expect(await dial("192.0.2.1", 443)).toBe(true);
    }
    expect(opened).toEqual([]);
  });
});

describe("a host takes none", () => {
  test("where nobody says anything for as long as is waited", async () => {
    const { dial, running, fire } = openDial({ connect: silent });
    const answer = dial("192.0.2.1", 443);
    while (running.size === 0) await new Promise(setImmediate);
    fire();
    expect(await answer).toBe(false);
    expect(running.size).toBe(0);
  });

  test("where the system gives up, or one address is silent and there is no way to the others", async () => {
    expect(await openDial({ connect: () => failing("ETIMEDOUT") }).dial("192.0.2.1", 443)).toBe(false);
    const { dial } = openDial({
      resolve: async () => ["2001:db8::1", "192.0.2.1"],
      connect: (_port, host) => failing(host.includes(":") ? "ENETUNREACH" : "ETIMEDOUT"),
    });
    expect(await dial("models.example.com", 443)).toBe(false);
  });
});
