/** What the system's tables of sockets say of a host: their form, and real sockets where there are such tables. */
import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { connect } from "node:net";
import { areKnocking, createIsUnconnected, parseSockets, SYSTEM_TABLES } from "../server/sockets.ts";
import { until } from "./support/signals.ts";

const TCP = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 11 1 000000004fe8b96a 100 0 0 10 0
   1: 0200000A:C350 070200C0:01BB 02 00000001:00000000 01:000003E8 00000002     0        0 22 2 0000000000000000 800 0 0 1 7
   2: 0200000A:C351 070200C0:01BB 01 00000000:00000000 00:00000000 00000000     0        0 33 1 0000000000000000 20 4 30 10 -1
   3: 0200000A:C352 070200C0:01BB 06 00000000:00000000 03:00001770 00000000     0        0 0 3 0000000000000000
`;
const TCP6 = `  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: B80D0120000000000000000001000000:C350 B80D0120000000000000000034120000:2CAA 02 00000000:00000000 00:00000000 00000000     0        0 44 1 0000000000000000
   1: 0000000000000000FFFF00000200000A:C351 0000000000000000FFFF0000070200C0:0050 01 00000000:00000000 00:00000000 00000000     0        0 55 1 0000000000000000
`;

describe("a table of sockets", () => {
  test("is read: addresses in the form of URLs, ports and states", () => {
    expect(parseSockets(TCP)).toEqual([
      { address: "0.0.0.0", port: 0, state: "open", inode: "11" },
      { address: "192.0.2.7", port: 443, state: "opening", inode: "22" },
      { address: "192.0.2.7", port: 443, state: "open", inode: "33" },
      { address: "192.0.2.7", port: 443, state: "over", inode: "0" },
    ]);
    expect(parseSockets(TCP6)).toEqual([
      { address: "[2001:db8::1234]", port: 11434, state: "opening", inode: "44" },
      { address: "192.0.2.7", port: 80, state: "open", inode: "55" },
    ]);
  });

  test("that is none has none", () => {
    for (const text of [
      "",
      "\n",
      "heading\nnonsense",
      "heading\n 0: x y z",
      "heading\n 0: 0:0 ZZZZZZZZ:01BB 02 0 0 0 0 0 9",
    ])
      expect(() => parseSockets(text)).not.toThrow();
    expect(parseSockets("heading\nnonsense")).toEqual([]);
  });
});

describe("a host takes no connection", () => {
  const opening = { address: "192.0.2.7", port: 443, state: "opening", inode: "1" } as const;

  test("where some are being opened, and none is open", () => {
    expect(areKnocking([opening], ["192.0.2.7"], 443, 1)).toBe(true);
    expect(areKnocking([opening, { ...opening, state: "over" }], ["192.0.2.9", "192.0.2.7"], 443, 1)).toBe(
      true,
    );
    const sixth = { ...opening, address: "[2001:db8::1]" };
    expect(areKnocking([sixth], ["2001:0db8:0:0::0001"], 443, 1)).toBe(true);
  });

  test("not where one is open, where none is being opened, or where all that is another host's", () => {
    expect(areKnocking([opening, { ...opening, state: "open" }], ["192.0.2.7"], 443, 1)).toBe(false);
    expect(areKnocking([{ ...opening, state: "over" }], ["192.0.2.7"], 443, 1)).toBe(false);
    expect(areKnocking([], ["192.0.2.7"], 443, 1)).toBe(false);
    expect(areKnocking([opening], ["192.0.2.8"], 443, 1)).toBe(false);
    expect(areKnocking([opening], ["192.0.2.7"], 80, 1)).toBe(false);
    expect(areKnocking([opening], [], 443, 1)).toBe(false);
  });

  test("only if each call that waits may be one of those for which one is being opened", () => {
    const others = { ...opening, address: "192.0.2.8" };
    const both = ["192.0.2.7", "192.0.2.8"];
    expect(areKnocking([opening, opening], ["192.0.2.7"], 443, 2)).toBe(true);
    expect(areKnocking([opening], ["192.0.2.7"], 443, 2)).toBe(false);
    // One call may try several addresses at once.
    expect(areKnocking([opening, others], both, 443, 1)).toBe(true);
    expect(areKnocking([opening, others], both, 443, 2)).toBe(false);
    expect(areKnocking([opening], ["192.0.2.7"], 443, 0)).toBe(false);
  });

  test("as far as its own sockets show, by whatever name it goes", async () => {
    const ask = (own: readonly string[], host = "models.example.com", calls = 1) =>
      createIsUnconnected({
        read: async (table) => (table === "tcp" ? TCP : TCP6),
        listOwn: async () => own,
        resolve: async () => ["192.0.2.7"],
      })(host, 443, calls);
    expect(await ask(["/dev/null", "socket:[22]"])).toBe(true);
    expect(await ask(["socket:[22]"], "192.0.2.7")).toBe(true);
    expect(await ask(["socket:[22]", "socket:[33]"])).toBe(false);
    expect(await ask(["socket:[44]"])).toBe(false);
  });

  test("not where nothing can be found out", async () => {
    const failing = () => Promise.reject(new Error("there is no such table"));
    const parts = {
      read: async () => TCP,
      listOwn: async () => ["socket:[22]"],
      resolve: async () => ["192.0.2.7"],
    };
    for (const part of [{ read: failing }, { listOwn: failing }, { resolve: failing }])
      expect(await createIsUnconnected({ ...parts, ...part })("models.example.com", 443, 1)).toBe(false);
    const withoutSix = { ...parts, read: async (table: string) => (table === "tcp" ? TCP : failing()) };
    expect(await createIsUnconnected(withoutSix)("models.example.com", 443, 1)).toBe(true);
  });
});

describe.skipIf(!existsSync("/proc/self/net/tcp"))("on this system", () => {
  const isUnconnected = createIsUnconnected({ ...SYSTEM_TABLES, resolve: async () => ["127.0.0.1"] });

  test("a host that took a connection is told from one whose queue is full", async () => {
    const listener = Bun.spawn([process.execPath, "-e", LISTENER], { stdout: "pipe" });
    const port = Number(await readLine(listener.stdout));
    // Its system goes on taking connections for it, until the queue of those that it should look at is full.
    listener.kill("SIGSTOP");
    const crowd = Bun.spawn([process.execPath, "-e", CROWD, String(port)], { stdout: "pipe" });
    expect(await readLine(crowd.stdout)).toBe("full");
    expect(await isUnconnected("localhost", port, 1)).toBe(false);
    const socket = connect(port, "127.0.0.1").on("error", () => undefined);
    await until(
      async () => (await isUnconnected("localhost", port, 1)) || null,
      "the connection is being opened",
    );

    using other = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: () => undefined } });
    const taken = connect(other.port, "127.0.0.1");
    await new Promise((resolve) => taken.on("connect", resolve));
    expect(await isUnconnected("localhost", other.port, 1)).toBe(false);

    for (const one of [socket, taken]) one.destroy();
    for (const child of [crowd, listener]) {
      child.kill("SIGKILL");
      await child.exited;
    }
  }, 30_000);
});

const LISTENER = `
const listener = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
console.log(listener.port);`;

/** Connects until a connection is not taken at once any more, by the table itself. */
const CROWD = `
const { connect } = await import("node:net");
const { readFileSync } = await import("node:fs");
const port = Number(process.argv.at(-1));
const remote = "0100007F:" + port.toString(16).toUpperCase().padStart(4, "0");
const isFull = () => readFileSync("/proc/self/net/tcp", "utf8").includes(" " + remote + " 02 ");
const sockets = [];
while (sockets.length < 20_000 && !isFull()) {
  for (let i = 0; i < 64; i++) sockets.push(connect(port, "127.0.0.1").on("error", () => {}));
  await new Promise(setImmediate);
}
console.log(isFull() ? "full" : "never full");
setInterval(() => {}, 1000);`;

async function readLine(stream: ReadableStream<Uint8Array>): Promise<string> {
  const reader = stream.getReader();
  const { value } = await reader.read();
  reader.releaseLock();
  return new TextDecoder().decode(value).trim();
}
