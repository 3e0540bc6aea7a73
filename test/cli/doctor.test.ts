import { describe, expect, test } from "bun:test";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { checkDataFolder } from "../../server/cli/doctor/folder.ts";
import { findHolder } from "../../server/cli/doctor/port-holder.ts";
import { checkUpstreams, listServed } from "../../server/cli/doctor/upstream.ts";
import { renderFindings } from "../../server/cli/doctor.ts";
import { runCli } from "../../server/cli/main.ts";
import { styleFor } from "../../server/cli/style.ts";
import { startManagement } from "../management/support.ts";
import { makeTempFolder } from "../support/temp.ts";
import { fakeTerminal } from "./fake-terminal.ts";

const PLAIN = styleFor(fakeTerminal());

/** What doctor says of a gateway.yaml beside a data folder of its own. */
async function examine(folder: string, yaml: string, ...words: string[]) {
  writeFileSync(join(folder, "gateway.yaml"), yaml);
  const terminal = fakeTerminal({ cwd: folder, now: Date.now });
  const target = ["-c", "gateway.yaml", "--data-dir", "data"];
  const code = await runCli(["doctor", "--json", ...target, ...words], terminal);
  const { findings } = JSON.parse(terminal.printed.join("\n"));
  const of = (level: string): string[] =>
    findings
      .filter((one: { level: string }) => one.level === level)
      .map((one: { message: string }) => one.message.replaceAll(folder, "."));
  return {
    code,
    good: of("good"),
    warnings: of("warning"),
    wrong: of("wrong"),
    complained: terminal.complained,
  };
}

/** An upstream whose clock is off by so many milliseconds. */
function startClock(skew: number) {
  const date = () => new Date(Date.now() + skew).toUTCString();
  return Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: () => new Response("no such page", { status: 404, headers: { date: date() } }),
  });
}

const FREE = "gateway: { port: 0 }\ndashboard: { port: 0 }\n";

describe("tollgate doctor", () => {
  test("finds nothing wrong before a first start", async () => {
    using folder = makeTempFolder("doctor");
    expect(await examine(folder.path, FREE)).toEqual({
      code: 0,
      good: [
        "gateway.yaml is valid.",
        "No gateway runs on ./data: ./data/run.json is missing.",
        "There is no data folder ./data yet; the first start makes it.",
        "No provider is configured: agents bring their own keys.",
      ],
      warnings: [],
      wrong: [],
      complained: [],
    });
  });

  test("tells every problem of a file, and goes on with what can be known", async () => {
    using folder = makeTempFolder("doctor");
    const { code, good, wrong, complained } = await examine(folder.path, "gateway: { prot: 1 }\nx: 1\n");
    expect(code).toBe(1);
    expect(wrong).toHaveLength(2);
    expect(wrong[0]).toContain("did you mean gateway.port?");
    expect(good).toContain("There is no data folder ./data yet; the first start makes it.");
    expect(complained).toEqual(["tollgate: 2 things are wrong."]);
  });

  test("finds a port that is taken, and by whom", async () => {
    using folder = makeTempFolder("doctor");
    using taken = startClock(0);
    const { port } = taken;
    const { code, wrong } = await examine(
      folder.path,
      `gateway: { port: ${port} }\ndashboard: { port: 0 }\n`,
    );
    expect([code, wrong.length]).toEqual([1, 1]);
    expect(wrong[0]).toStartWith(`The gateway cannot listen on 127.0.0.1:${port}: `);
    if (process.platform === "linux") expect(wrong[0]).toContain(`(process ${process.pid})`);
    expect(findHolder(0)).toBeNull();
  });

  test("finds a provider that cannot be reached, and one without a key", async () => {
    using folder = makeTempFolder("doctor");
    using upstream = startClock(0);
    const { code, good, warnings, wrong } = await examine(
      folder.path,
      `${FREE}providers:
  openai: { base_url: "http://127.0.0.1:${upstream.port}" }
  mistral: { base_url: "http://127.0.0.1:1", api_key: sk-x }
  house: { protocol: openai, base_url: "http://127.0.0.1:${upstream.port}/v1" }
  cohere: { base_url: "http://127.0.0.1:1", enabled: false }
`,
    );
    expect(code).toBe(1);
    expect(wrong).toEqual([expect.stringMatching(/^mistral cannot be reached at 127\.0\.0\.1:1: /)]);
    expect(warnings).toEqual(["No key of openai is stored: agents must bring their own."]);
    expect(good).toContain(`house answers at 127.0.0.1:${upstream.port}.`);
    expect(good).toContain("The clock agrees with the providers'.");
  });

  test("warns of agents whose key is chosen by name alone, and of the readable token", async () => {
    using folder = makeTempFolder("doctor");
    mkdirSync(join(folder.path, "data"), { mode: 0o700 });
    writeFileSync(join(folder.path, "data/admin.token"), "tga_x\n", { mode: 0o600 });
    using upstream = startClock(0);
    const { code, warnings } = await examine(
      folder.path,
      `${FREE}providers: { openai: { base_url: "http://127.0.0.1:${upstream.port}" } }
agents: { rich: { provider: openai, api_key: sk-rich } }
`,
    );
    expect(code).toBe(0);
    expect(warnings[0]).toStartWith("Agents with a key of their own (rich) are known by name alone");
    expect(warnings).toContain(
      "Every program of this user can read the admin token in ./data/admin.token, agents too.",
    );
  });

  test("asks a running gateway how it is, and whether it takes the token", async () => {
    using folder = makeTempFolder("doctor");
    await using api = startManagement();
    // Its official host is no business of a test.
    await api.asAdmin("/api/providers/openai", { method: "PUT", body: JSON.stringify({ enabled: false }) });
    api.health = { degraded: ["the journal cannot be written"], warnings: ["it is warm"] };
    const well = await examine(folder.path, FREE, "--url", api.url, "--token", api.token);
    expect(well.code).toBe(1);
    expect(well.wrong).toEqual(["The gateway is degraded: the journal cannot be written"]);
    expect(well.warnings).toContain("it is warm");
    expect(well.warnings).toContain("The gateway is of version 1.2.3, this command of development.");

    api.health = { degraded: [], warnings: [] };
    const stranger = await examine(folder.path, FREE, "--url", api.url, "--token", "tga_wrong");
    expect(stranger.wrong).toEqual(["The gateway refuses the token from --token."]);
  });
});

describe("the data folder", () => {
  test("is wrong when others may read it, each file of it too", () => {
    using folder = makeTempFolder("doctor");
    const dataDir = join(folder.path, "data");
    mkdirSync(join(dataDir, "keys"), { recursive: true, mode: 0o700 });
    for (const name of ["state.db", "keys/journal.pem"])
      writeFileSync(join(dataDir, name), "", { mode: 0o600 });
    expect(checkDataFolder(dataDir).map(({ level }) => level)).toEqual(["good"]);
    chmodSync(join(dataDir, "keys/journal.pem"), 0o640);
    const [finding] = checkDataFolder(dataDir);
    expect(finding).toEqual({
      level: "wrong",
      message: `Other users may read or write ${dataDir}/keys/journal.pem.`,
      remedy: `Close it with \`chmod -R go-rwx ${dataDir}\`.`,
    });
    expect(checkDataFolder(join(dataDir, "state.db"))[0]?.level).toBe("wrong");
  });
});

test("of a running gateway's providers only those that were set up are looked at", () => {
  const entry = { protocol: "openai", enabled: true, key: null, rate_limit: null, max_concurrency: null };
  const of = (name: string, over = {}) => ({
    ...entry,
    name,
    base_url: `http://${name}`,
    sources: {},
    ...over,
  });
  const stored = { key: "…1234", sources: { api_key: "runtime" as const } };
  const off = { enabled: false, sources: { enabled: "file" as const } };
  expect(listServed([of("mistral"), of("openai", stored), of("cohere", off)])).toEqual([
    { name: "openai", base: "http://openai", hasKey: true },
  ]);
});

describe("the clock", () => {
  const examineClock = async (skew: number) => {
    using upstream = startClock(skew);
    const base = `http://127.0.0.1:${upstream.port}`;
    const findings = await checkUpstreams([{ name: "openai", base, hasKey: true }], Date.now);
    return findings.find(({ message }) => /clock/.test(message));
  };

  test("is good within half a minute", async () => {
    for (const skew of [0, 20_000, -20_000]) expect((await examineClock(skew))?.level).toBe("good");
  });

  test("is wrong beyond, and says in which direction", async () => {
    expect((await examineClock(600_000))?.message).toMatch(/^This machine's clock is (?:9|10)m behind/);
    const ahead = await examineClock(-7_200_000);
    expect(ahead?.message).toMatch(/^This machine's clock is [12]h ahead of/);
    expect(ahead?.remedy).toContain("timedatectl");
  });
});

test("findings are told with what to do, within 80 columns", () => {
  const long = "a long story that goes on and on until nobody can say where it had begun and why it was told";
  const lines = renderFindings(
    [
      { level: "good", message: "Well.", remedy: null },
      { level: "wrong", message: long, remedy: "Do something about it." },
    ],
    80,
    PLAIN,
  );
  expect(lines).toEqual([
    "ok       Well.",
    "wrong    a long story that goes on and on until nobody can say where it had",
    "         begun and why it was told",
    "         Do something about it.",
  ]);
});
