import { describe, expect, test } from "bun:test";
import { runCli } from "../../server/cli/main.ts";
import { markProgram } from "../../server/cli/options.ts";
import { renderEnvironment } from "../../server/cli/run-variables.ts";
import { startManagement } from "../management/support.ts";
import { fakeTerminal } from "./fake-terminal.ts";

const URL = "http://127.0.0.1:8080";
const NOTHING = new Set<string>();

describe("the environment of a program", () => {
  test("points every base URL to the gateway under the agent's name", () => {
    const env = renderEnvironment({ url: URL, agent: "bot", stored: NOTHING }, { PATH: "/bin" });
    expect(env).toEqual({
      PATH: "/bin",
      OPENAI_BASE_URL: `${URL}/agents/bot/openai/v1`,
      OPENAI_API_BASE: `${URL}/agents/bot/openai/v1`,
      ANTHROPIC_BASE_URL: `${URL}/agents/bot/anthropic`,
      ANTHROPIC_API_BASE: `${URL}/agents/bot/anthropic`,
      GOOGLE_GEMINI_BASE_URL: `${URL}/agents/bot/google`,
      MISTRAL_BASE_URL: `${URL}/agents/bot/mistral/v1`,
      MISTRAL_API_BASE: `${URL}/agents/bot/mistral/v1`,
      CO_API_URL: `${URL}/agents/bot/cohere`,
      DEEPSEEK_BASE_URL: `${URL}/agents/bot/deepseek/v1`,
      DEEPSEEK_API_BASE: `${URL}/agents/bot/deepseek/v1`,
      MOONSHOT_BASE_URL: `${URL}/agents/bot/moonshot/v1`,
      MOONSHOT_API_BASE: `${URL}/agents/bot/moonshot/v1`,
      ZHIPUAI_BASE_URL: `${URL}/agents/bot/zhipu`,
      LITELLM_PROXY_API_BASE: `${URL}/agents/bot/auto/v1`,
    });
  });

  test("without an agent leads to the default one", () => {
    const env = renderEnvironment({ url: URL, agent: null, stored: NOTHING }, {});
    expect(env.OPENAI_BASE_URL).toBe(`${URL}/openai/v1`);
  });

  test("has a key that is none where the gateway has one and the program has not", () => {
    const stored = new Set(["openai", "anthropic", "google"]);
    const given = { ANTHROPIC_AUTH_TOKEN: "sk-ant-mine", GOOGLE_API_KEY: "AIza-mine", OPENAI_API_KEY: "" };
    const env = renderEnvironment({ url: URL, agent: "bot", stored }, given);
    expect(env.OPENAI_API_KEY).toBe("managed-by-tollgate");
    expect(env).toMatchObject({ ANTHROPIC_AUTH_TOKEN: "sk-ant-mine", GOOGLE_API_KEY: "AIza-mine" });
    for (const name of ["ANTHROPIC_API_KEY", "GEMINI_API_KEY", "MISTRAL_API_KEY"])
      expect(env).not.toHaveProperty(name);
  });

  test("does not give an agent what governs it", () => {
    const env = renderEnvironment(
      { url: URL, agent: "bot", stored: NOTHING },
      { TOLLGATE_ADMIN_TOKEN: "tga_x", TOLLGATE_SECRET_KEY: "x", TOLLGATE_URL: URL },
    );
    expect(Object.keys(env)).toContain("TOLLGATE_URL");
    expect(JSON.stringify(env)).not.toContain("tga_x");
    expect(env).not.toHaveProperty("TOLLGATE_SECRET_KEY");
  });
});

describe("tollgate run", () => {
  test("starts the program with its own options and the gateway's addresses, and ends with its code", async () => {
    await using api = startManagement();
    const terminal = fakeTerminal({ env: { MINE: "1" } });
    const target = ["--url", api.url, "--token", api.token];
    const words = ["python", "agent.py", "--agent", "x", "--help", "-c"];
    expect(await runCli(["run", "--agent", "bot", ...target, ...words], terminal)).toBe(0);
    expect(terminal.ran).toHaveLength(1);
    expect(terminal.ran[0]?.command).toEqual(words);
    expect(terminal.ran[0]?.env).toMatchObject({
      MINE: "1",
      OPENAI_BASE_URL: `${api.url}/agents/bot/openai/v1`,
      // The test's gateway has a key of this provider.
      OPENAI_API_KEY: "managed-by-tollgate",
    });
    expect(terminal.ran[0]?.env).not.toHaveProperty("MISTRAL_API_KEY");

    const failing = fakeTerminal({ run: () => Promise.resolve(143) });
    expect(await runCli(["run", ...target, "--", "sleep", "1"], failing)).toBe(143);
    const missing = fakeTerminal({ run: () => Promise.resolve(null) });
    expect(await runCli(["run", ...target, "nosuch"], missing)).toBe(127);
    expect(missing.complained[0]).toBe('tollgate: There is no program "nosuch".');
  });

  test("needs no token, and then leaves the keys as they are", async () => {
    await using api = startManagement();
    const terminal = fakeTerminal();
    expect(await runCli(["run", "--url", api.url, "env"], terminal)).toBe(0);
    expect(terminal.ran[0]?.env).not.toHaveProperty("OPENAI_API_KEY");
  });

  test.each([
    [[], "The program is missing."],
    [["--agent", "a b", "env"], '"a b" cannot be an agent;'],
    [["--agnt", "a", "env"], "There is no option --agnt; did you mean --agent?"],
  ])("with the words %j ends with 2 and starts nothing", async (words, says) => {
    const terminal = fakeTerminal();
    expect(await runCli(["run", ...words], terminal)).toBe(2);
    expect(terminal.complained[0]).toContain(says);
    expect(terminal.ran).toEqual([]);
  });

  test("starts nothing where no gateway answers", async () => {
    const terminal = fakeTerminal();
    expect(await runCli(["run", "--url", "http://127.0.0.1:1", "env"], terminal)).toBe(1);
    expect(terminal.complained[0]).toStartWith("tollgate: No gateway answers at http://127.0.0.1:1");
    expect(terminal.ran).toEqual([]);
  });
});

test("only a command that takes a program leaves what follows it alone", () => {
  const program = { type: "positional", valueHint: "PROGRAM" } as const;
  const agent = { type: "string", alias: "a" } as const;
  const words = ["-a", "bot", "--agent=b", "x", "--y"];
  expect(markProgram(words, { program, agent })).toEqual(["-a", "bot", "--agent=b", "--", "x", "--y"]);
  expect(markProgram(["-a", "b", "--", "x"], { program, agent })).toEqual(["-a", "b", "--", "x"]);
  expect(markProgram(words, { agent })).toEqual(words);
});
