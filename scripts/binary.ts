/** The compiled executable: where it is, whether it is as new as its sources, and how it comes about. */
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dir, "..");
export const BINARY = join(ROOT, "dist/tollgate");
const SOURCES = [
  "package.json",
  "bun.lock",
  "scripts/{build,assets}.ts",
  "server/**/*",
  "web/*.*",
  "web/src/**/*",
];

/** Whether `dist/tollgate` is there and no source is newer. */
export function isFresh(): boolean {
  if (!existsSync(BINARY)) return false;
  const built = statSync(BINARY).mtimeMs;
  const sources = SOURCES.flatMap((pattern) => [...new Bun.Glob(pattern).scanSync(ROOT)]);
  return sources
    .filter((file) => !file.includes(".generated."))
    .every((file) => statSync(join(ROOT, file)).mtimeMs <= built);
}

/** Builds it. Throws with the build's own output when it fails. */
export async function build(): Promise<void> {
  const run = Bun.spawn([process.execPath, "run", "scripts/build.ts"], {
    cwd: ROOT,
    stdout: "pipe",
    stderr: "pipe",
  });
  const output = await Promise.all([new Response(run.stdout).text(), new Response(run.stderr).text()]);
  if ((await run.exited) !== 0) throw new Error(`the build failed:\n${output.join("")}`);
}
