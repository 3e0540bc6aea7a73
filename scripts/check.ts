/**
 * `npm test`: everything that must hold, in order. The last line is `N passed, N failed`; a step that fails counts as
 * one, and the exit code says the same.
 */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { makeTempFolder } from "../test/support/temp.ts";
import { prepare } from "./install.ts";
import { readJunit, type Score } from "./junit.ts";

const ROOT = join(import.meta.dir, "..");
const CHROMIUM = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
/** The rooms of test/ that are run on their own, after all others. */
const LATE = ["conformance", "e2e", "browser"];
/** No group of tests may hang the run: all limits together stay under half an hour. */
const GROUP_LIMIT = 6 * 60_000;

interface Result extends Score {
  readonly name: string;
  readonly seconds: number;
}

const results: Result[] = [];
using reports = makeTempFolder("reports");

await step("install", prepare);
await step("types", () => command("run", "types"));
await step("lint", () => command("run", "lint"));
await step("build", () => command("run", "build"));
const rooms = readdirSync(join(ROOT, "test")).filter((name) => name !== "support" || hasTests(name));
await tests(
  "unit",
  rooms.filter((name) => !LATE.includes(name)),
);
for (const room of LATE) {
  if (room === "browser" && !mayTestBrowser())
    console.log("browser: skipped, there is no Chromium on this machine");
  else if (rooms.includes(room)) await tests(room, [room]);
}
report();

/** Runs one step that passes or throws. */
async function step(name: string, run: () => Promise<void>): Promise<void> {
  const started = performance.now();
  const failure = await run().then(
    () => null,
    (cause: unknown) => (cause instanceof Error ? cause.message : String(cause)),
  );
  if (failure !== null) console.error(`${name} failed:\n${failure}`);
  record(name, started, { passed: failure === null ? 1 : 0, failed: failure === null ? 0 : 1, skipped: 0 });
}

/** Runs the tests of these rooms; a run that leaves no report, or ends badly without a failed test, counts as failed. */
async function tests(name: string, folders: readonly string[]): Promise<void> {
  const started = performance.now();
  const outfile = join(reports.path, `${name}.xml`);
  const run = Bun.spawn(
    [
      ...[process.execPath, "test", "--only-failures", "--reporter=junit", `--reporter-outfile=${outfile}`],
      ...folders.map((folder) => `./test/${folder}/`),
    ],
    { cwd: ROOT, env: process.env, stdout: "inherit", stderr: "inherit", timeout: GROUP_LIMIT },
  );
  const code = await run.exited;
  const score = existsSync(outfile) ? readJunit(await Bun.file(outfile).text()) : null;
  if (score === null) return record(name, started, { passed: 0, failed: 1, skipped: 0 });
  record(name, started, code !== 0 && score.failed === 0 ? { ...score, failed: 1 } : score);
}

/** Runs Bun with these arguments; throws what it printed when it fails. */
async function command(...args: string[]): Promise<void> {
  const run = Bun.spawn([process.execPath, ...args], {
    cwd: ROOT,
    env: process.env,
    stdout: "pipe",
    stderr: "pipe",
  });
  const output = await Promise.all([new Response(run.stdout).text(), new Response(run.stderr).text()]);
  if ((await run.exited) !== 0) throw new Error(output.join(""));
}

function record(name: string, started: number, score: Score): void {
  const seconds = (performance.now() - started) / 1000;
  results.push({ ...score, name, seconds });
  const skipped = score.skipped > 0 ? `, ${score.skipped} skipped` : "";
  console.log(
    `${name.padEnd(12)} ${seconds.toFixed(1).padStart(6)} s  ${score.passed} passed, ${score.failed} failed${skipped}`,
  );
}

function report(): void {
  const sum = (part: (result: Result) => number) =>
    results.reduce((total, result) => total + part(result), 0);
  const failed = sum((result) => result.failed);
  const failing = results.filter((result) => result.failed > 0).map(({ name }) => name);
  console.log(
    `\n${Math.round(sum(({ seconds }) => seconds))} s in all${failing.length > 0 ? `; failing: ${failing.join(", ")}` : ""}`,
  );
  console.log(`${sum(({ passed }) => passed)} passed, ${failed} failed`);
  process.exitCode = failed > 0 ? 1 : 0;
}

/** In continuous integration a missing browser is a failure of its tests, not a reason to leave them out. */
function mayTestBrowser(): boolean {
  return process.env.CI === "true" || CHROMIUM.some((path) => existsSync(path));
}

function hasTests(room: string): boolean {
  return [...new Bun.Glob("**/*.test.ts").scanSync(join(ROOT, "test", room))].length > 0;
}
