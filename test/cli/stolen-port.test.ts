import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { runCli } from "../../server/cli/main.ts";
import { findNetwork } from "../../server/network.ts";
import { takeLock } from "../../server/store/lock.ts";
import { within } from "../support/signals.ts";
import { makeTempFolder } from "../support/temp.ts";
import { type FakeGateway, startFakeGateway, TOKEN } from "./fake-gateway.ts";
import { fakeTerminal } from "./fake-terminal.ts";

/** A data folder whose gateway is gone, and somebody else who took its port and writes down what it is sent. */
function steal(body: object) {
  const folder = makeTempFolder("stolen");
  const heard: string[] = [];
  const thief = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch(request) {
      heard.push(`${new URL(request.url).pathname} ${request.headers.get("authorization") ?? ""}`);
      return Response.json(body);
    },
  });
  const run = { pid: process.pid, gateway_url: thief.url.origin, network: findNetwork() };
  writeFileSync(join(folder.path, "run.json"), JSON.stringify(run));
  writeFileSync(join(folder.path, "admin.token"), "tga_secret\n", { mode: 0o600 });
  writeFileSync(join(folder.path, "gateway.yaml"), "gateway: { port: 0 }\ndashboard: { port: 0 }\n");
  return {
    path: folder.path,
    url: thief.url.origin,
    heard,
    async ask(...words: string[]) {
      const terminal = fakeTerminal({ cwd: folder.path, now: Date.now });
      return runCli([...words, "-c", "gateway.yaml", "--data-dir", folder.path], terminal);
    },
    async [Symbol.asyncDispose]() {
      await thief.stop(true);
      folder[Symbol.dispose]();
    },
  };
}

const HEALTH = { status: "ok", agent_id: "default", uptime_ms: 1, version: "1.0.0" };

test.each(["status", "pause a", "logs", "logs -f", "dashboard", "doctor", "run true"])(
  "nothing is sent to whoever took the port of a killed gateway, by %s",
  async (words) => {
    await using stolen = steal(HEALTH);
    await stolen.ask(...words.split(" "));
    expect(stolen.heard).toEqual([]);
  },
);

test("the folder's token is not shown to another address, however well it answers", async () => {
  await using stolen = steal(HEALTH);
  for (const words of [["status"], ["doctor"]]) await stolen.ask(...words, "--url", stolen.url);
  expect(stolen.heard.length).toBeGreaterThan(0);
  expect(stolen.heard.filter((one) => one.includes("Bearer tga_"))).toEqual([]);
});

test("doctor shows no token, a given one included, to what does not answer as a gateway", async () => {
  await using stolen = steal({ hello: "world" });
  await stolen.ask("doctor", "--url", stolen.url, "--token", "tga_given");
  expect(stolen.heard).toEqual(["/health Bearer"]);
});

test("a gateway that holds the folder is asked as ever", async () => {
  await using stolen = steal(HEALTH);
  const lock = takeLock(stolen.path);
  if (typeof lock === "string") throw new Error(lock);
  await stolen.ask("status");
  lock.release();
  expect(stolen.heard).toEqual(["/api/status Bearer tga_secret"]);
});

test("logs -f follows the folder's gateway to where it starts again, and shows its token nowhere else", async () => {
  using folder = makeTempFolder("followed");
  using before = startFakeGateway();
  using after = startFakeGateway();
  writeFileSync(join(folder.path, "admin.token"), `${TOKEN}\n`, { mode: 0o600 });
  const start = ({ url }: FakeGateway) => {
    const lock = takeLock(folder.path);
    if (typeof lock === "string") throw new Error(lock);
    const run = { pid: process.pid, gateway_url: url, network: findNetwork() };
    writeFileSync(join(folder.path, "run.json"), JSON.stringify(run));
    return lock;
  };
  const killed = start(before);
  const terminal = fakeTerminal();
  const running = runCli(["logs", "-f", "--data-dir", folder.path], terminal);
  const feed = await within(before.feeds.next(), "the feed is opened");
  const asked = before.asked.length;

  killed.release();
  feed.close();
  const lock = start(after);
  (await within(after.feeds.next(), "the feed is opened at the new address")).send({
    type: "snapshot",
    entries: [],
  });
  terminal.interrupt();
  expect(await within(running, "the command ends")).toBe(0);
  expect([before.feeds.waiting, before.asked.length - asked]).toEqual([0, 0]);
  lock.release();
});
