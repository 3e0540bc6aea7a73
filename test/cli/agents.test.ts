import { describe, expect, test } from "bun:test";
import { renderAgents } from "../../server/cli/agents-list.ts";
import { runCli } from "../../server/cli/main.ts";
import { styleFor } from "../../server/cli/style.ts";
import { type Harness, NOON, startManagement } from "../management/support.ts";
import { agentStatus } from "./fake-gateway.ts";
import { fakeInput, fakeTerminal, NOW } from "./fake-terminal.ts";

const CONFIG = "agents: { researcher: { owner: team-ml, budget: { max_cost_per_day: 40 } } }\n";

async function run(api: Harness, words: readonly string[], typed = "") {
  const terminal = fakeTerminal({ now: () => NOON, input: fakeInput(typed) });
  const code = await runCli(["agents", ...words, "--url", api.url, "--token", api.token], terminal);
  return { code, printed: terminal.printed, complained: terminal.complained };
}

/** What the API says of one setting. */
async function settingOf(api: Harness, agent: string, setting: string) {
  const { config } = await (await api.asAdmin(`/api/agents/${agent}`)).json();
  return config.find((one: { setting: string }) => one.setting === setting);
}

describe("tollgate agents", () => {
  test("alone lists every agent, as `list` does; as JSON the API's answer", async () => {
    await using api = startManagement({ config: CONFIG });
    const listed = await run(api, ["list"]);
    expect(listed).toEqual({
      code: 0,
      printed: [
        "AGENT       STATUS  OWNER    PURPOSE  TAGS  LANE    TRUST        LAST SEEN",
        "researcher  idle    team-ml  —        —     normal  50 baseline  never",
      ],
      complained: [],
    });
    expect(await run(api, [])).toEqual(listed);
    const json = (await run(api, ["--json"])).printed.join("\n");
    expect(JSON.parse(json)).toEqual(await (await api.asAdmin("/api/agents")).json());
  });

  test("says what to do while there is none", async () => {
    await using api = startManagement();
    const { code, printed, complained } = await run(api, []);
    expect([code, printed]).toEqual([0, []]);
    expect(complained[0]).toStartWith("No agent has called or is configured.");
  });

  test("sorts by name, fits 80 columns, and lets no agent steer the terminal", () => {
    const lines = renderAgents(
      [
        agentStatus({
          id: "z",
          last_seen: new Date(NOW - 5_000).toISOString(),
          tags: ["a", "b"],
          trust: null,
        }),
        agentStatus({
          id: "an-agent-with-quite-a-long-name",
          owner: "plat\u001b[2Jform",
          purpose: "production",
        }),
      ],
      NOW,
      80,
      styleFor(fakeTerminal()),
    );
    expect(lines[1]).toStartWith("an-agent-with-quite-a-long-name");
    expect(lines[2]).toEndWith("5s ago");
    for (const line of lines) expect(Bun.stringWidth(line)).toBeLessThanOrEqual(80);
    expect(lines.join()).not.toContain("\u001b");
  });
});

describe("tollgate agents show", () => {
  test("shows what holds and where each value comes from", async () => {
    await using api = startManagement({ config: `${CONFIG}loops: { window: 30 }\n` });
    await run(api, ["set", "researcher", "budget.max_cost_per_hour=5"]);
    const { code, printed, complained } = await run(api, ["show", "researcher"]);
    expect(code).toBe(0);
    const rows = printed.map((line) => line.split(/ {2,}/));
    expect(rows[0]).toEqual(["SETTING", "VALUE", "SOURCE"]);
    expect(rows).toContainEqual(["owner", "team-ml", "file"]);
    expect(rows).toContainEqual(["budget.max_cost_per_hour", "5", "runtime"]);
    expect(rows).toContainEqual(["budget.max_cost_per_day", "40", "file"]);
    expect(rows).toContainEqual(["circuit_breaker.reset_timeout", "30s", "default"]);
    expect(complained[0]).toMatch(/^\d+ more settings without a value; --json has all\.$/);
  });

  test("as JSON is the API's answer", async () => {
    await using api = startManagement({ config: CONFIG });
    const { printed } = await run(api, ["show", "researcher", "--json"]);
    expect(JSON.parse(printed.join("\n"))).toEqual(
      await (await api.asAdmin("/api/agents/researcher")).json(),
    );
  });

  test("of an agent that nobody knows names the one that was probably meant", async () => {
    await using api = startManagement({ config: CONFIG });
    const { code, complained } = await run(api, ["show", "reasercher"]);
    expect(code).toBe(1);
    expect(complained[0]).toEndWith("did you mean researcher?");
  });
});

describe("tollgate agents set", () => {
  test("sets values in the file's own forms, all or nothing, and shows what holds then", async () => {
    await using api = startManagement({ config: CONFIG });
    const words = ["budget.max_cost_per_day=unlimited", "rate_limit=100/min", "tags=[prod, eu]", "owner=me"];
    const { code, printed } = await run(api, ["set", "researcher", ...words]);
    expect(code).toBe(0);
    expect(printed.map((line) => line.split(/ {2,}/))).toEqual([
      ["SETTING", "VALUE", "SOURCE"],
      ["owner", "me", "runtime"],
      ["tags", '["prod","eu"]', "runtime"],
      ["budget.max_cost_per_day", "unlimited", "runtime"],
      ["rate_limit", "100/min", "runtime"],
    ]);

    const refused = await run(api, ["set", "researcher", "owner=you", "rate_limit=often", "bugdet=1"]);
    expect([refused.code, refused.printed]).toEqual([1, []]);
    expect(refused.complained[0]).toBe("tollgate: The gateway refuses this for 2 reasons.");
    expect(refused.complained[1]).toContain('rate_limit is "often"');
    expect(refused.complained[1]).toContain("did you mean agents.researcher.budget?");
    expect(await settingOf(api, "researcher", "owner")).toMatchObject({ value: "me" });
  });

  test("as JSON prints the API's answer, with what holds for the agent now", async () => {
    await using api = startManagement({ config: CONFIG });
    const { printed } = await run(api, ["set", "researcher", "owner=me", "--json"]);
    expect(JSON.parse(printed.join("\n"))).toEqual(
      await (await api.asAdmin("/api/agents/researcher")).json(),
    );
  });

  test("configures an agent that has never called only with --new", async () => {
    await using api = startManagement({ config: CONFIG });
    const refused = await run(api, ["set", "newcomer", "owner=me"]);
    expect(refused.code).toBe(1);
    expect(refused.complained[1]).toBe("With --new it is configured before its first call.");
    expect((await api.asAdmin("/api/agents/newcomer")).status).toBe(404);
    expect((await run(api, ["set", "newcomer", "--new", "owner=me"])).code).toBe(0);
    expect(await settingOf(api, "newcomer", "owner")).toMatchObject({ value: "me", source: "runtime" });
  });

  test("reads a key from standard input, repeats none, and warns of one that was typed", async () => {
    await using api = startManagement({ config: CONFIG });
    const key = "sk-secret-of-the-agent-77aa";
    const piped = await run(api, ["set", "researcher", "provider=openai", "api_key=-"], `${key}\n`);
    expect(piped).toMatchObject({ code: 0, complained: [] });
    expect(await settingOf(api, "researcher", "api_key")).toMatchObject({ value: "…77aa" });
    const typed = await run(api, ["set", "researcher", `api_key=${key}`]);
    expect(typed.complained[0]).toStartWith("The key stood on the command line");
    expect(JSON.stringify([piped, typed])).not.toContain(key);
  });

  test.each([
    [[], "The agent's name is missing."],
    [["a b", "owner=x"], '"a b" cannot be an agent;'],
    [["researcher"], "No setting is named."],
    [["researcher", "owner"], '"owner" sets nothing;'],
    [["researcher", "owner="], "owner has no value;"],
    [["researcher", "tags=[a"], "The value of tags is no YAML:"],
    [["researcher", "api_key=-"], "Standard input is empty."],
    [["researcher", "owner=-", "purpose=-"], "Only one value can be read from standard input."],
  ])("with the words %j ends with 2 and changes nothing", async (words, says) => {
    await using api = startManagement({ config: CONFIG });
    const { code, printed, complained } = await run(api, ["set", ...words]);
    expect([code, printed]).toEqual([2, []]);
    expect(complained[0]).toContain(says);
    expect(api.store.state.readSettings()).toEqual([]);
  });
});

describe("tollgate agents unset", () => {
  test("takes back what was set, one value or a whole part, and the file's holds again", async () => {
    await using api = startManagement({ config: CONFIG });
    await run(api, ["set", "researcher", "owner=me", "budget.max_cost_per_day=1", "budget.max_cost_total=2"]);
    const { code, printed } = await run(api, ["unset", "researcher", "owner", "budget"]);
    expect(code).toBe(0);
    const rows = printed.map((line) => line.split(/ {2,}/));
    expect(rows).toContainEqual(["owner", "team-ml", "file"]);
    expect(rows).toContainEqual(["budget.max_cost_per_day", "40", "file"]);
    expect(rows).toContainEqual(["budget.max_cost_total", "—", "default"]);
    expect(api.store.state.readSettings()).toEqual([]);
  });
});
