/**
 * `bun run package`, and before each `npm pack`: what other projects import, in `dist/package`. The client as one file of
 * JavaScript for every runtime, and the types of both entrances; `startProxy` itself is run from its sources, by Bun.
 */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { $ } from "bun";

const ROOT = join(import.meta.dir, "..");
const TARGET = join(ROOT, "dist/package");

await rm(TARGET, { recursive: true, force: true });
await $`bun build server/client.ts --target=browser --format=esm --outfile ${join(TARGET, "client.js")}`
  .cwd(ROOT)
  .quiet();
await $`bun x tsc -p scripts/tsconfig.package.json`.cwd(ROOT).quiet();
const files = await Array.fromAsync(new Bun.Glob("**/*").scan(TARGET));
console.log(`dist/package: ${files.length} files`);
