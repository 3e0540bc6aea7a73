/** The package as another project gets it: packed, installed, compiled against and run. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { $ } from "bun";
import { type Gateway, startGateway } from "../support/gateway.ts";
import { within } from "../support/signals.ts";
import { makeTempFolder, type TempFolder } from "../support/temp.ts";
import { startUpstream, type Upstream } from "../support/upstream.ts";

const ROOT = join(import.meta.dir, "../..");
const TSC = join(ROOT, "node_modules/typescript/bin/tsc");
const DOCUMENT = readFileSync(join(ROOT, "docs/client.md"), "utf8");

/** The examples of docs/client.md, in their order: the client, the live feed, the proxy. */
const [CLIENT = "", LIVE = "", PROXY = ""] = [...DOCUMENT.matchAll(/```ts\n(.*?)```/gs)].map(
  ([, code]) => code,
);

let project: TempFolder;
let upstream: Upstream;
let gateway: Gateway;

beforeAll(async () => {
  project = makeTempFolder("consumer");
  upstream = startUpstream();
  gateway = await startGateway({ upstream: upstream.origin });
  await $`bun run scripts/package.ts && bun pm pack --ignore-scripts --quiet --filename ${join(project.path, "tollgate.tgz")}`
    .cwd(ROOT)
    .quiet();
  const files = {
    "package.json": JSON.stringify({ type: "module", dependencies: { tollgate: "file:./tollgate.tgz" } }),
    "tsconfig.json": JSON.stringify({ compilerOptions: STRICT, include: ["*.ts"] }),
    "main.ts": CLIENT + LIVE.replace(/console\.log\(.* agents`\);/, "break;"),
    "proxy.ts": PROXY.replace("port: 4000", "port: 0").replace(
      /process\.on.*\n/,
      "console.log((await fetch(new URL('health', server.url))).status);\nawait shutdown();\n",
    ),
    "globals.d.ts":
      "declare const process: { env: Record<string, string | undefined>; on(...args: unknown[]): void };\n",
  };
  for (const [name, text] of Object.entries(files)) await Bun.write(join(project.path, name), text);
  await $`bun install`.cwd(project.path).quiet();
}, 120_000);

afterAll(async () => {
  await gateway?.[Symbol.asyncDispose]();
  await upstream?.[Symbol.asyncDispose]();
  project?.[Symbol.dispose]();
});

const STRICT = {
  target: "ESNext",
  lib: ["ESNext", "DOM"],
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noUnusedLocals: true,
  skipLibCheck: true,
  noEmit: true,
  types: [],
};

async function compile(module: string, resolution: string): Promise<string> {
  const run = $`bun ${TSC} --module ${module} --moduleResolution ${resolution}`;
  return (await run.cwd(project.path).nothrow().quiet()).stdout.toString();
}

async function run(runtime: string, file: string): Promise<string> {
  const env = {
    ...process.env,
    TOLLGATE_URL: gateway.url,
    TOLLGATE_ADMIN_TOKEN: gateway.adminToken,
  };
  const ran = await $`${runtime} ${file}`.cwd(project.path).env(env).nothrow().quiet();
  return ran.stdout.toString() + ran.stderr.toString();
}

test.each([
  ["esnext", "bundler"],
  ["nodenext", "nodenext"],
])(
  "the examples of the document compile strictly, as %s modules",
  async (module, resolution) => {
    expect(await compile(module, resolution)).toBe("");
  },
  60_000,
);

test("what is no route, and what is no option, does not compile", async () => {
  const wrong = join(project.path, "wrong.ts");
  await Bun.write(
    wrong,
    `import { createClient } from "tollgate";
import { startProxy } from "tollgate/proxy";
createClient("", "").api.nothing.get();
const cost: string = (await createClient("", "").api.status.get()).data!.agents[0]!.cost.day;
startProxy({ apiKey: "a", agentId: "b", colour: cost });
`,
  );
  const said = await compile("nodenext", "nodenext");
  await Bun.file(wrong).delete();
  const lines = [...said.matchAll(/wrong\.ts\((\d+)/g)].map(([, line]) => line);
  expect([...new Set(lines)]).toEqual(["3", "4", "5"]);
}, 60_000);

test("the example runs against a gateway, by Bun and as plain JavaScript", async () => {
  await fetch(`${gateway.url}/agents/researcher/openai`, {
    method: "POST",
    body: JSON.stringify({ model: "gpt-4o-mini", messages: [{ role: "user", content: "hi" }] }),
  }).then((answer) => answer.text());
  expect(await run("bun", "main.ts")).toMatch(/^researcher 0(?:\.\d+)?\n$/);
  const plain = new Bun.Transpiler({ loader: "ts" }).transformSync(
    await Bun.file(join(project.path, "main.ts")).text(),
  );
  // Node 20 has no WebSocket of its own: the feed is for those that have.
  const [client = ""] = plain.split("for await");
  await Bun.write(join(project.path, "main.mjs"), client);
  expect(await run("node", "main.mjs")).toMatch(/^researcher 0(?:\.\d+)?\n$/);
}, 60_000);

test("a proxy starts from the package, answers, and keeps no process alive once it is shut down", async () => {
  // Its calls in flight would have thirty seconds: there are none.
  expect(await within(run("bun", "proxy.ts"), "the program ends", 10_000)).toMatch(
    /^http:\/\/127\.0\.0\.1:\d+\n200\n$/,
  );
}, 60_000);
