/** `bun run build`: the page, its embedding, and the one executable `dist/tollgate`. */
import { join } from "node:path";
import { $ } from "bun";
import { version } from "../package.json";
import { embedAssets } from "./assets.ts";

const ROOT = join(import.meta.dir, "..");
const DIST = join(ROOT, "web/dist");
const OUTFILE = join(ROOT, "dist/tollgate");

await step("page", async () => {
  await $`bunx vite build --logLevel warn`.cwd(join(ROOT, "web"));
  return `${(await Array.fromAsync(new Bun.Glob("**/*").scan(DIST))).length} files`;
});

await step("assets", async () => {
  const size = await embedAssets(DIST, join(ROOT, "dist/page"), join(ROOT, "server/assets.generated.ts"));
  return `${kib(size.raw)} KiB, ${kib(size.brotli)} KiB over the wire`;
});

await step("executable", async () => {
  const define = `TOLLGATE_VERSION=${JSON.stringify(version)}`;
  // The header limit must be set before the server starts: gateway keys and identities travel in headers.
  const limits = "--max-http-header-size=65536";
  // Bytecode halves the time to the first answer. .env and bunfig.toml of the working directory are not ours to read.
  await $`bun build --compile --minify --bytecode --format=esm --sourcemap --no-compile-autoload-dotenv \
    --no-compile-autoload-bunfig --compile-exec-argv=${limits} --define ${define} \
    server/main.ts --outfile ${OUTFILE}`
    .cwd(ROOT)
    .quiet();
  return `dist/tollgate ${version}, ${Math.round(Bun.file(OUTFILE).size / 1024 ** 2)} MiB`;
});

/** Runs one step and prints what it made and how long that took; its failure ends the build. */
async function step(name: string, run: () => Promise<string>): Promise<void> {
  const started = performance.now();
  const result = await run().catch((cause: unknown) => {
    console.error(`${name} failed: ${cause instanceof $.ShellError ? cause.stderr.toString() : cause}`);
    process.exit(1);
  });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${name.padEnd(11)} ${`${seconds} s`.padStart(7)}  ${result}`);
}

function kib(bytes: number): number {
  return Math.round(bytes / 1024);
}
