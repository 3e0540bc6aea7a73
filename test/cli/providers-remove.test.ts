import { describe, expect, test } from "bun:test";
import { runCli } from "../../server/cli/main.ts";
import { type Harness, NOON, startManagement } from "../management/support.ts";
import { fakeInput, fakeTerminal } from "./fake-terminal.ts";

const BASE = "http://127.0.0.1:11434/v1";

async function run(api: Harness, words: readonly string[], input = fakeInput()) {
  const terminal = fakeTerminal({ now: () => NOON, input });
  const code = await runCli(["providers", ...words, "--url", api.url, "--token", api.token], terminal);
  return { code, printed: terminal.printed, complained: terminal.complained };
}

async function startWithHouse(): Promise<Harness> {
  const api = startManagement({ config: "agents: {}\n" });
  await run(api, ["set", "house", "--protocol", "openai", "--base-url", BASE]);
  await run(api, ["set", "house", "-"], fakeInput("sk-of-the-house-4242"));
  return api;
}

const find = (api: Harness, name: string) => api.context.setup().providers.find(name);

describe("tollgate providers remove", () => {
  test("of a provider that was made at run time removes it whole, and nothing else", async () => {
    await using api = await startWithHouse();
    await run(api, ["set", "openai", "--no-enabled"]);
    expect(await run(api, ["remove", "house"])).toEqual({
      code: 0,
      printed: ["house is removed, and its key with it."],
      complained: [],
    });
    expect(find(api, "house")).toBeNull();
    expect(api.context.settings().providers.openai?.enabled).toBe(false);
    expect((await run(api, ["remove", "house"])).complained[0]).toStartWith(
      'tollgate: There is no provider "house"',
    );
  });

  test("--key forgets only its key", async () => {
    await using api = await startWithHouse();
    expect((await run(api, ["remove", "house", "--key"])).printed).toEqual([
      "No key of house is stored any more.",
    ]);
    expect([find(api, "house")?.base, find(api, "house")?.apiKey]).toEqual([BASE, null]);
  });

  test("of one that an agent is set to says so, and removes nothing", async () => {
    await using api = await startWithHouse();
    const body = JSON.stringify({ provider: "house" });
    await api.asAdmin("/api/agents/researcher", { method: "PATCH", body });
    const { code, complained } = await run(api, ["remove", "house"]);
    expect([code, complained[0]]).toEqual([
      1,
      expect.stringContaining("agents.researcher.provider is house"),
    ]);
    expect(find(api, "house")?.base).toBe(BASE);
  });

  test("as JSON prints what the API answers", async () => {
    await using api = await startWithHouse();
    const { printed } = await run(api, ["remove", "house", "--json"]);
    expect(JSON.parse(printed.join("\n"))).toHaveProperty("values");
  });
});
