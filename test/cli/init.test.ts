// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are references of the configuration file.
import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { type Answers, guessAnswers, renderFirstConfig } from "../../server/cli/first-config.ts";
import { runCli } from "../../server/cli/main.ts";
import { parseConfig } from "../../server/config/load.ts";
import { isAgentName } from "../../server/core/agent.ts";
import { KNOWN_PROVIDERS } from "../../server/providers/index.ts";
import { makeTempFolder } from "../support/temp.ts";
import { fakeInput, fakeTerminal } from "./fake-terminal.ts";

const context = {
  file: "gateway.yaml",
  env: {},
  home: "/home/me",
  cwd: "/",
  zone: "UTC",
  providers: KNOWN_PROVIDERS,
  checkCondition: () => null,
  isKnownModel: () => true,
};

/** The settings that a written file means. */
function read(text: string) {
  const parsed = parseConfig(text, context);
  if ("problems" in parsed) throw new Error(parsed.problems.map(({ message }) => message).join("\n"));
  return parsed.settings;
}

async function init(folder: string, over: Parameters<typeof fakeTerminal>[0] = {}, ...words: string[]) {
  const terminal = fakeTerminal({ cwd: folder, ...over });
  const code = await runCli(["init", ...words], terminal);
  const file = join(folder, "gateway.yaml");
  const text = existsSync(file) ? readFileSync(file, "utf8") : null;
  return { code, text, printed: terminal.printed, complained: terminal.complained };
}

describe("tollgate init", () => {
  test("without anybody to ask takes what is usual, and the providers whose keys are set", async () => {
    using folder = makeTempFolder("cli-init");
    const env = { MISTRAL_API_KEY: "sk-secret" };
    const { code, text, printed, complained } = await init(folder.path, { env });
    expect([code, complained]).toEqual([0, []]);
    expect(printed).toEqual(["gateway.yaml is written. Start with `tollgate start -c gateway.yaml`."]);
    expect(text).toContain("    api_key: ${MISTRAL_API_KEY:-}\n");
    expect(text).not.toContain("sk-secret");
    expect(statSync(join(folder.path, "gateway.yaml")).mode & 0o777).toBe(0o600);
    const { agents, providers, gateway } = read(text ?? "");
    expect(Object.keys(agents)).toEqual(["*", "my-agent"]);
    expect([agents["*"].budget.max_cost_per_day, gateway.port]).toEqual([20_000_000_000, 8080]);
    expect(Object.keys(providers)).toEqual(["mistral"]);
  });

  test("asks a person, and asks again until an answer makes sense", async () => {
    using folder = makeTempFolder("cli-init");
    const answers = ["opnai", "openai, anthropic", "a b", "bot", "much", "none", "", ""];
    const input = fakeInput(answers.join("\n"), true);
    const { code, text, complained } = await init(folder.path, { input });
    expect(code).toBe(0);
    expect(complained).toEqual([
      '"opnai" is no provider that Tollgate knows; did you mean openai?',
      "A name has 1 to 128 of A-Z a-z 0-9 . _ -",
      "Expected an amount such as 20 or 0.50, or none.",
      "Until OPENAI_API_KEY and ANTHROPIC_API_KEY is set, agents bring keys of their own.",
      "`tollgate providers set <name>` stores a key in the running gateway instead.",
    ]);
    const { agents, providers } = read(text ?? "");
    expect(Object.keys(providers)).toEqual(["openai", "anthropic"]);
    expect(agents["*"].budget.max_cost_per_day).toBe(Number.POSITIVE_INFINITY);
    expect(agents.bot?.owner).toBe("me");
  });

  test("asks nobody with --yes", async () => {
    using folder = makeTempFolder("cli-init");
    expect((await init(folder.path, { input: fakeInput("", true) }, "--yes")).code).toBe(0);
  });

  test("writes nothing when the person goes away", async () => {
    using folder = makeTempFolder("cli-init");
    const { code, text, complained } = await init(folder.path, { input: fakeInput("openai", true) });
    expect([code, text, complained]).toEqual([1, null, ["tollgate: Nothing was written."]]);
  });

  test("replaces no file unasked", async () => {
    using folder = makeTempFolder("cli-init");
    writeFileSync(join(folder.path, "gateway.yaml"), "mine");
    const refused = await init(folder.path);
    expect([refused.code, refused.text]).toEqual([1, "mine"]);
    expect(refused.complained).toEqual(["tollgate: gateway.yaml is there already.", "--force replaces it."]);
    expect((await init(folder.path, {}, "--force")).text).toContain("identity:");
  });
});

test("whatever is answered, the file is valid and means it, with and without the keys", () => {
  const answers = fc.record({
    providers: fc.uniqueArray(fc.constantFrom(...KNOWN_PROVIDERS)),
    agent: fc.stringMatching(/^[A-Za-z0-9._-]{1,20}$/).filter(isAgentName),
    dailyCap: fc.option(fc.integer({ min: 0, max: 1_000_000 })),
    port: fc.integer({ min: 1, max: 65_535 }),
  });
  fc.assert(
    fc.property(answers, (given: Answers) => {
      const settings = read(renderFirstConfig(given));
      expect(settings.gateway.port).toBe(given.port);
      expect(settings.dashboard.port).not.toBe(given.port);
      expect(Object.keys(settings.providers).toSorted()).toEqual([...given.providers].toSorted());
      expect(Object.hasOwn(settings.agents, given.agent)).toBe(true);
      const cap = given.dailyCap === null ? Number.POSITIVE_INFINITY : given.dailyCap * 1e9;
      expect(settings.agents["*"].budget.max_cost_per_day).toBe(cap);
    }),
  );
  expect(guessAnswers(KNOWN_PROVIDERS, {}).providers).toEqual([]);
});
