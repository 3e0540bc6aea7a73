import { afterAll, expect, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { until, within } from "../support/signals.ts";
import { makeTempFolder } from "../support/temp.ts";
import { entry, startFakeGateway, TOKEN } from "./fake-gateway.ts";

const MAIN = join(import.meta.dir, "../../server/main.ts");
const folder = makeTempFolder("cli-process");
const dataDir = join(folder.path, "data");
afterAll(() => folder[Symbol.dispose]());

function spawn(...words: string[]) {
  const place = words.includes("--data-dir") ? [] : ["--data-dir", dataDir];
  return Bun.spawn([process.execPath, MAIN, ...words, ...place], {
    cwd: folder.path,
    env: { PATH: process.env.PATH, HOME: folder.path },
    stdout: "pipe",
    stderr: "pipe",
  });
}

const read = (stream: ReadableStream) => new Response(stream).text();

async function run(...words: string[]) {
  const child = spawn(...words);
  const [printed, complained] = await Promise.all([read(child.stdout), read(child.stderr)]);
  return { code: await child.exited, printed, complained };
}

test("a gateway is started, found by the other commands, and ends with 0 on SIGTERM", async () => {
  const gateway = spawn("start", "--port", "0", "--dashboard-port", "0");
  try {
    await until(() => (existsSync(join(dataDir, "run.json")) ? true : null), "run.json is written");
    const { gateway_url } = JSON.parse(readFileSync(join(dataDir, "run.json"), "utf8"));

    const status = await run("status");
    expect(status).toMatchObject({ code: 0, complained: "" });
    expect(status.printed).toContain(`at ${gateway_url}, up `);
    expect(JSON.parse((await run("status", "--json")).printed).agents).toEqual([]);

    const logs = await run("logs");
    expect(logs.printed).toContain("gateway.started");
    expect(logs.printed).not.toContain("\x1b");
    expect(await run("audit", "verify")).toMatchObject({ code: 0 });
    expect((await run("dashboard")).printed).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#code=\S+\n$/);
    expect((await run("status", "--token", "tga_wrong")).code).toBe(1);

    const following = spawn("logs", "-f");
    const output = following.stdout.getReader();
    await within(output.read(), "the past is printed");
    following.kill("SIGINT");
    expect(await within(following.exited, "logs -f ends at Ctrl-C")).toBe(0);
  } finally {
    gateway.kill("SIGTERM");
  }
  expect(await within(gateway.exited, "the gateway stops")).toBe(0);
  expect((await run("status")).complained).toContain("No gateway runs on");
}, 60_000);

test.each([
  ["the data folder cannot be made", () => ["--data-dir", "/proc/nowhere"], "/proc/nowhere cannot be used"],
  [
    "run.json is a folder",
    () => {
      const obstructed = join(folder.path, "obstructed");
      mkdirSync(join(obstructed, "run.json"), { recursive: true });
      return ["--data-dir", obstructed];
    },
    "run.json cannot be written",
  ],
])("a start ends with 1 and a sentence when %s", async (_, prepare, sentence) => {
  const result = await run("start", "--port", "0", "--dashboard-port", "0", ...prepare());
  expect([result.code, result.printed]).toEqual([1, ""]);
  expect(result.complained).toContain(sentence);
  expect(result.complained).not.toContain("defect");
});

test("a reader that closes the pipe early is no failure", async () => {
  using gateway = startFakeGateway();
  for (let seq = 1; seq <= 5_000; seq++) gateway.entries.push(entry(seq));
  const logs = `logs --json --limit 5000 --url ${gateway.url} --token ${TOKEN}`;
  const script = `"$0" "$1" ${logs} | head -n 1; exit "\${PIPESTATUS[0]}"`;
  const child = Bun.spawn(["bash", "-c", script, process.execPath, MAIN], { stdout: "pipe", stderr: "pipe" });
  expect(JSON.parse(await read(child.stdout)).seq).toBe(1);
  expect(await read(child.stderr)).toBe("");
  expect(await child.exited).toBe(0);
});
