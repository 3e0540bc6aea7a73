import { afterAll, expect, test } from "bun:test";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { until, within } from "../support/signals.ts";
import { makeTempFolder } from "../support/temp.ts";

const MAIN = join(import.meta.dir, "../../server/main.ts");
const folder = makeTempFolder("start-process");
afterAll(() => folder[Symbol.dispose]());

function start(...words: string[]) {
  return Bun.spawn(
    [process.execPath, MAIN, "start", "--data-dir", "data", "--dashboard-port", "0", ...words],
    {
      cwd: folder.path,
      env: { PATH: process.env.PATH, HOME: folder.path },
      stdout: "pipe",
      stderr: "pipe",
    },
  );
}

test("a start without -c says that the file beside it is not read, and one with -c does not", async () => {
  writeFileSync(join(folder.path, "gateway.yaml"), "gateway: { port: 0 }\n");
  const told: string[] = [];
  for (const words of [
    ["--port", "0"],
    ["-c", "gateway.yaml"],
  ]) {
    const gateway = start(...words);
    const file = join(folder.path, "data", "run.json");
    const { gateway_url } = await until(
      () => (existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : null),
      "run.json is written",
    );
    // Who answers has started whole, and said what there was to say.
    expect((await fetch(`${gateway_url}/health`)).status).toBe(200);
    gateway.kill("SIGTERM");
    expect(await within(gateway.exited, "the gateway stops")).toBe(0);
    told.push(await new Response(gateway.stderr).text());
  }
  expect(told[0]).toContain("gateway.yaml here is not read; `tollgate start -c gateway.yaml` reads it.");
  expect(told[1]).not.toContain("is not read");
}, 60_000);

test("a start on a port that is taken names that port and ends with 1", async () => {
  using holder = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  const gateway = start("--port", String(holder.port));
  expect(await within(gateway.exited, "the start ends")).toBe(1);
  const told = await new Response(gateway.stderr).text();
  expect(told).toContain(`: port ${holder.port} is taken.`);
  expect(told).toContain("choose others with --port and --dashboard-port");
}, 60_000);
