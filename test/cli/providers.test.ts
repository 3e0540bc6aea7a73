import { describe, expect, test } from "bun:test";
import { runCli } from "../../server/cli/main.ts";
import { renderProviders } from "../../server/cli/providers-list.ts";
import { renderCheck } from "../../server/cli/providers-test.ts";
import { styleFor } from "../../server/cli/style.ts";
import { type Harness, NOON, startManagement } from "../management/support.ts";
import { fakeInput, fakeTerminal } from "./fake-terminal.ts";

const KEY = "sk-secret-of-the-operator-4242";
const CONFIG = "agents: {}\n";

async function run(api: Harness, words: readonly string[], input = fakeInput()) {
  const terminal = fakeTerminal({ now: () => NOON, input });
  const code = await runCli(["providers", ...words, "--url", api.url, "--token", api.token], terminal);
  return { code, printed: terminal.printed, complained: terminal.complained };
}

/** The key that calls to this provider carry. */
const keyOf = (api: Harness, name: string) => api.context.setup().providers.find(name)?.apiKey;

describe("tollgate providers", () => {
  test("alone lists every provider and how its key ends, on 80 columns; as JSON the API's answer", async () => {
    await using api = startManagement({ config: CONFIG });
    const { code, printed } = await run(api, []);
    expect(code).toBe(0);
    expect(printed.find((line) => line.startsWith("openai"))).toMatch(
      /^openai +…7b1f +file +on +— +— +https/,
    );
    const json = (await run(api, ["list", "--json"])).printed.join("\n");
    expect(JSON.parse(json)).toEqual(await (await api.asAdmin("/api/providers")).json());
    const entry = { ...JSON.parse(json).providers[0], base_url: `http://${"x".repeat(90)}` };
    for (const line of renderProviders([entry], 80, styleFor(fakeTerminal()))) {
      expect(Bun.stringWidth(line)).toBeLessThanOrEqual(80);
    }
  });
});

describe("tollgate providers set", () => {
  test("stores the key that is typed, at once in use, and warns that it could be seen", async () => {
    await using api = startManagement({ config: CONFIG });
    const { code, printed, complained } = await run(api, ["set", "mistral", KEY]);
    expect(code).toBe(0);
    expect(printed).toEqual([
      "mistral is reached at https://api.mistral.ai/v1; its key ends in …4242 (runtime).",
    ]);
    expect(complained[0]).toStartWith("The key stood on the command line");
    expect(keyOf(api, "mistral")).toBe(KEY);
    expect(JSON.stringify([printed, complained])).not.toContain(KEY);
  });

  test.each([
    ["from a pipe after -", ["set", "mistral", "-"], fakeInput(`${KEY}\n`)],
    ["from a pipe alone", ["set", "mistral"], fakeInput(`${KEY}\n`)],
    ["from a person who is asked", ["set", "mistral"], fakeInput(KEY, true)],
  ])("takes the key %s, without a warning", async (_, words, input) => {
    await using api = startManagement({ config: CONFIG });
    const { code, complained } = await run(api, words, input);
    expect([code, complained]).toEqual([0, ["`tollgate providers test mistral` tries the key out."]]);
    expect(keyOf(api, "mistral")).toBe(KEY);
  });

  test("stores nothing where nothing is given", async () => {
    await using api = startManagement({ config: CONFIG });
    for (const input of [fakeInput(), fakeInput("\n"), fakeInput("", true)]) {
      const { code, complained } = await run(api, ["set", "mistral"], input);
      expect([code, complained[0]]).toEqual([2, "tollgate: No key was given."]);
    }
    expect(keyOf(api, "mistral")).toBeNull();
  });

  test("makes a provider of one's own and switches one off, without asking for a key", async () => {
    await using api = startManagement({ config: CONFIG });
    const base = "http://127.0.0.1:11434/v1";
    const made = await run(api, ["set", "house", "--protocol", "openai", "--base-url", base]);
    expect(made).toEqual({
      code: 0,
      printed: [`house is reached at ${base}; no key is stored.`],
      complained: [],
    });
    expect((await run(api, ["set", "openai", "--no-enabled"])).printed[0]).toContain("and switched off");
    expect(api.context.settings().providers.openai?.enabled).toBe(false);
    await run(api, ["set", "openai", "--enabled"]);
    expect(api.context.settings().providers.openai?.enabled).toBe(true);
  });

  test("of a name that is not known says what is needed", async () => {
    await using api = startManagement({ config: CONFIG });
    const { code, complained } = await run(api, ["set", "opnai", KEY]);
    expect(code).toBe(1);
    expect(complained[0]).toContain("If openai is meant, correct the name.");
    expect(complained.join()).not.toContain(KEY);
  });
});

describe("tollgate providers remove", () => {
  test("forgets a key, and the file's serves again where there is one", async () => {
    await using api = startManagement({ config: CONFIG });
    await run(api, ["set", "mistral", "-"], fakeInput(KEY));
    await run(api, ["set", "openai", "-"], fakeInput(KEY));
    expect((await run(api, ["remove", "mistral"])).printed).toEqual([
      "No key of mistral is stored any more.",
    ]);
    expect((await run(api, ["remove", "openai"])).printed[0]).toContain("its key ends in …7b1f (file)");
    expect([keyOf(api, "mistral"), keyOf(api, "openai")]).toEqual([null, "sk-upstream-7b1f"]);
    const again = await run(api, ["remove", "openai"]);
    expect(again.code).toBe(1);
    expect(again.complained[0]).toContain("is the configuration file's.");
  });

  test("of a name that is not known names the one that was probably meant", async () => {
    await using api = startManagement({ config: CONFIG });
    const { code, complained } = await run(api, ["remove", "mistrl"]);
    expect(code).toBe(1);
    expect(complained[0]).toBe('tollgate: There is no provider "mistrl"; did you mean mistral?');
  });
});

describe("tollgate providers test", () => {
  test("tries all stored keys out, and ends with 1 when one cannot be used", async () => {
    await using api = startManagement({ config: CONFIG });
    const { code, printed, complained } = await run(api, ["test"]);
    expect(code).toBe(1);
    expect(printed).toHaveLength(1);
    expect(printed[0]).toStartWith("openai cannot be reached at");
    expect(complained).toEqual(["tollgate: Not everything can be used: openai."]);
    const json = (await run(api, ["test", "openai", "--json"])).printed.join("\n");
    expect(JSON.parse(json).checks).toMatchObject([{ provider: "openai", outcome: "unreachable" }]);
  });

  test("says how long a key took to be accepted", () => {
    const check = { provider: "openai", outcome: "valid", status: 200, latency_ms: 120 } as const;
    expect(renderCheck({ ...check, message: "openai can be used." }, styleFor(fakeTerminal()))).toBe(
      "openai can be used. (120ms)",
    );
  });
});
