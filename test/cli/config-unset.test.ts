import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { runCli } from "../../server/cli/main.ts";
import { openHome } from "../support/launched.ts";
import { fakeTerminal } from "./fake-terminal.ts";

const KEY = "sk-planted-where-none-may-see-it";
const PROVIDERS = "providers: { local: { protocol: openai, base_url: http://127.0.0.1:9 } }\n";

async function unset(dataDir: string, ...words: string[]) {
  const terminal = fakeTerminal({ cwd: dataDir });
  const code = await runCli(["config", "unset", ...words, "--data-dir", dataDir], terminal);
  return { code, printed: terminal.printed, complained: terminal.complained.join("\n") };
}

/** A data folder in which settings are kept that the file no longer goes with. */
async function strand() {
  const home = openHome(PROVIDERS);
  {
    await using gateway = await home.start();
    await gateway.api.providers({ name: "local" }).put({ api_key: KEY });
    await gateway.api.agents({ id: "my.bot" }).patch({ owner: "team-x", budget: { max_cost_per_day: 3 } });
    await gateway.api.agents({ id: "my" }).patch({ owner: "team-y" });
  }
  home.configure("");
  return home;
}

describe("tollgate config unset", () => {
  test("is what a start tells of that fails by what was set at run time; then it starts, with everything else", async () => {
    using home = await strand();
    const start = async () => {
      await using gateway = await home.start();
      return (await gateway.api.config.get()).data?.values.filter(({ source }) => source === "runtime");
    };
    const refused = await start().catch((error: Error) => error.message);
    expect(refused).toContain("providers.local is not known to Tollgate");
    expect(refused).toContain("`tollgate config unset PATH`");

    const { code, printed } = await unset(home.dataDir, "providers.local");
    expect([code, printed]).toEqual([0, ["providers.local.api_key is not set at run time any more."]]);
    expect((await start())?.map(({ path }) => path).toSorted()).toEqual([
      'agents."my.bot".budget.max_cost_per_day',
      'agents."my.bot".owner',
      "agents.my.owner",
    ]);
    const journal = readFileSync(join(home.dataDir, "audit.jsonl"), "utf8");
    expect(journal).toContain('"detail":{"by":"command line","cleared":["providers.local.api_key"]}');
  });

  test("lists what is set without a path, clears what stands beneath one and nothing beside it", async () => {
    using home = await strand();
    const all = await unset(home.dataDir);
    expect(all.printed).toEqual([
      "providers.local.api_key",
      'agents."my.bot".owner',
      'agents."my.bot".budget.max_cost_per_day',
      "agents.my.owner",
    ]);
    expect(JSON.stringify(all)).not.toContain(KEY.slice(-4));
    const nothing = await unset(home.dataDir, "agents.my.own");
    expect([nothing.code, nothing.printed]).toEqual([1, []]);
    expect(nothing.complained).toContain("Nothing at agents.my.own was set at run time.");
    expect((await unset(home.dataDir, 'agents."my.bot"')).printed).toHaveLength(2);
    expect((await unset(home.dataDir)).printed).toEqual(["providers.local.api_key", "agents.my.owner"]);
  });

  test("changes nothing while a gateway runs, which has its own ways", async () => {
    using home = openHome(PROVIDERS);
    await using gateway = await home.start();
    await gateway.api.agents({ id: "a" }).patch({ owner: "team-x" });
    const { code, complained } = await unset(home.dataDir, "agents.a");
    expect(code).toBe(1);
    expect(complained).toContain("PATCH /api/config");
    expect((await gateway.api.agents({ id: "a" }).get()).data?.owner).toBe("team-x");
  });
});
