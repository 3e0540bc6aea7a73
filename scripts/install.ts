import { existsSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";

const ROOT = join(import.meta.dir, "..");

/**
 * Makes a fresh clone ready: dependencies at their locked versions, and this Bun first on the PATH, so that tools which
 * call `bun` find it on a machine that has npm alone. Throws when the installation fails.
 */
export async function prepare(): Promise<void> {
  process.env.PATH = `${dirname(process.execPath)}${delimiter}${process.env.PATH ?? ""}`;
  if (existsSync(join(ROOT, "node_modules/.bin"))) return;
  const run = Bun.spawn([process.execPath, "install", "--frozen-lockfile"], {
    cwd: ROOT,
    env: process.env,
    stdout: "inherit",
    stderr: "inherit",
  });
  if ((await run.exited) !== 0) throw new Error("the dependencies could not be installed");
}
