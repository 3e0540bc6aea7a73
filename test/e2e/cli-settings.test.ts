/** The commands that people type after they have read about them, on the executable. */
import { describe, expect, test } from "bun:test";
import { exchange } from "../support/client.ts";
import { allowForProcesses } from "../support/fixture.ts";
import { makeHome, startGateway } from "../support/gateway.ts";
import { startUpstream } from "../support/upstream.ts";

allowForProcesses();
const CHAT = "/agents/researcher/openai/v1/chat/completions";
const BODY = JSON.stringify({
  model: "gpt-4o-mini",
  max_tokens: 16,
  messages: [{ role: "user", content: "Hi" }],
});
const KEY = "sk-of-the-operator-5b5b";

describe("a gateway that was started with -c gateway.yaml", () => {
  test("is asked, governed and opened by the commands that name the file", async () => {
    await using upstream = startUpstream();
    await using gateway = await startGateway({ upstream: upstream.origin });
    const run = (...words: string[]) => gateway.home.run(...words, "-c", "gateway.yaml");
    const call = () => exchange(gateway.url, { target: CHAT, body: BODY });

    const set = await run("providers", "set", "openai", KEY);
    expect(set.code).toBe(0);
    expect(set.stdout + set.stderr).not.toContain(KEY);
    expect((await call()).status).toBe(200);
    expect(upstream.requests.at(-1)?.header("authorization")).toBe(`Bearer ${KEY}`);

    expect((await run("status")).stdout).toContain("researcher");
    expect((await run("logs")).stdout).toContain("openai/gpt-4o-mini");
    expect((await run("pause", "researcher")).stdout).toContain("researcher is paused by a person");
    expect((await call()).body.toString()).toContain("Request blocked: agent_deactivated");
    expect((await run("pause", "researcher", "-r")).stdout).toBe("researcher may call again.\n");

    expect((await run("budget", "researcher")).stdout).toMatch(/^hour .* none$/m);
    expect((await run("budget", "researcher", "--hourly", "10")).stdout).toMatch(/^hour .* \$10\.00$/m);
    expect((await call()).status).toBe(200);
    await run("budget", "researcher", "--hourly", "0");
    expect((await call()).body.toString()).toContain("Request blocked: budget_exceeded");

    const link = await run("dashboard", "--no-open");
    expect(link.stdout).toStartWith(`${gateway.dashboardUrl}/#code=`);
    expect(upstream.requests).toHaveLength(2);
  });

  test("keeps over a restart what was set, and gives it back when it is unset", async () => {
    await using upstream = startUpstream();
    using home = await makeHome({
      upstream: upstream.origin,
      file: { agents: { researcher: { owner: "of-the-file" } } },
    });
    const run = (...words: string[]) => home.run(...words, "-c", "gateway.yaml");
    const owner = async () => {
      const { stdout } = await run("agents", "show", "researcher");
      return /^owner +(\S+) +(\S+)$/m.exec(stdout)?.slice(1);
    };
    {
      await using gateway = await home.start();
      expect((await run("agents", "set", "researcher", "owner=set-here")).code).toBe(0);
      await gateway.stop();
    }
    await using _ = await home.start();
    expect(await owner()).toEqual(["set-here", "runtime"]);
    expect((await run("agents", "unset", "researcher", "owner")).code).toBe(0);
    expect(await owner()).toEqual(["of-the-file", "file"]);
  });

  test("tells in a sentence what is missing, whatever is asked", async () => {
    await using gateway = await startGateway();
    const run = (...words: string[]) => gateway.home.run(...words, "-c", "gateway.yaml");
    const unknown = await run("budget", "nobody", "--hourly", "1");
    expect([unknown.code, unknown.stdout]).toEqual([1, ""]);
    expect(unknown.stderr).toStartWith('tollgate: No agent "nobody" has called or is configured.');
    const stranger = await run("agents", "--token", "tga_wrong");
    expect(stranger.stderr).toContain("refuses the token from --token");
    await gateway.stop();
    const silent = await run("providers");
    expect(silent.code).toBe(1);
    expect(silent.stderr).toContain("No gateway runs on");
  });
});
