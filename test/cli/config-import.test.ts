// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are references of the configuration file.
import { describe, expect, test } from "bun:test";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readForeignConfig, renderImported } from "../../server/cli/foreign-config.ts";
import { runCli } from "../../server/cli/main.ts";
import { makeTempFolder } from "../support/temp.ts";
import { fakeTerminal } from "./fake-terminal.ts";

const KEY = "sk-this-stays-where-it-is";
/** As AgentTrace's documentation shows it, with what else such files hold. */
const CONFIG = {
  token: "at-token",
  providers: {
    openai: { apiKey: KEY, rateLimit: { maxRequests: 100, windowSeconds: 60 } },
    anthropic: { apiKey: "", nickname: "claude" },
    qwen: { apiKey: KEY },
  },
};

async function importFile(folder: string, content: unknown, ...words: string[]) {
  writeFileSync(join(folder, "config.json"), typeof content === "string" ? content : JSON.stringify(content));
  const terminal = fakeTerminal({ cwd: folder });
  const code = await runCli(["config", "import", "config.json", ...words], terminal);
  return { code, printed: terminal.printed.join("\n"), complained: terminal.complained };
}

describe("tollgate config import", () => {
  test("prints a gateway.yaml with references in place of keys, and says what to set and what is left out", async () => {
    using folder = makeTempFolder("cli-import");
    const { code, printed, complained } = await importFile(folder.path, CONFIG);
    expect(code).toBe(0);
    expect(printed).toBe(
      [
        "# What else can be set here: `tollgate config schema`, docs/configuration.md.",
        "providers:",
        "  openai:",
        "    api_key: ${OPENAI_API_KEY}",
        "    rate_limit:",
        "      max_requests: 100",
        "      window_seconds: 60",
        "  anthropic: {}",
      ].join("\n"),
    );
    expect(complained).toEqual([
      "Set OPENAI_API_KEY to what stands in config.json as providers.openai.apiKey.",
      "Left out: token.",
      "Left out: providers.anthropic.nickname.",
      "Left out: providers.qwen: Tollgate does not know it; give it a protocol and a base_url by hand.",
    ]);
    expect(printed + complained.join()).not.toContain(KEY);
  });

  test("writes a file for this user alone, that is valid, and replaces none unasked", async () => {
    using folder = makeTempFolder("cli-import");
    const config = { providers: { openai: { rateLimit: { maxRequests: 5, windowSeconds: 1 } } } };
    const { code, printed } = await importFile(folder.path, config, "--out", "gateway.yaml");
    expect([code, printed]).toEqual([
      0,
      "gateway.yaml is written. Start with `tollgate start -c gateway.yaml`.",
    ]);
    const file = join(folder.path, "gateway.yaml");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const terminal = fakeTerminal({ cwd: folder.path });
    expect(await runCli(["config", "check", "gateway.yaml"], terminal)).toBe(0);

    writeFileSync(file, "mine");
    const again = await importFile(folder.path, config, "--out", "gateway.yaml");
    expect(again.code).toBe(1);
    expect(again.complained).toEqual(["tollgate: gateway.yaml is there already.", "--force replaces it."]);
    expect(readFileSync(file, "utf8")).toBe("mine");
    expect((await importFile(folder.path, config, "--out", "gateway.yaml", "--force")).code).toBe(0);
    expect(readFileSync(file, "utf8")).toContain("max_requests: 5");
  });

  test.each([
    ["no JSON", "{", ["This is no JSON object."]],
    ["a list", [], ["This is no JSON object."]],
    ["providers that are none", { providers: [] }, ["providers must be an object."]],
    [
      "every value that is wrong",
      { providers: { openai: { apiKey: 1, rateLimit: { maxRequests: 0 } }, mistral: "x" } },
      [
        "providers.openai.rateLimit must have maxRequests and windowSeconds, whole numbers from 1.",
        "providers.openai.apiKey must be text.",
        "providers.mistral must be an object.",
      ],
    ],
  ])("of %s prints what is wrong and ends with 1", async (_, content, problems) => {
    using folder = makeTempFolder("cli-import");
    const { code, printed, complained } = await importFile(folder.path, content);
    expect(code).toBe(1);
    expect(printed.split("\n")).toEqual(problems.map((problem) => `config.json: ${problem}`));
    expect(complained[0]).toBe("tollgate: config.json cannot be imported.");
  });

  test("of an empty configuration gives an empty one", () => {
    const read = readForeignConfig("{}", ["openai"]);
    if ("problems" in read) throw new Error("an empty object has nothing wrong");
    expect(renderImported(read)).toEndWith("\n{}\n");
  });
});
