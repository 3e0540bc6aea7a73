// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are references of the configuration file.
/** The commands that need no gateway, or prepare one, on the executable. */
import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { allowForProcesses } from "../support/fixture.ts";
import { makeHome } from "../support/gateway.ts";

allowForProcesses();

describe("from nothing to a gateway", () => {
  test("init writes what config check accepts, doctor finds well and start runs", async () => {
    using home = await makeHome();
    expect((await home.run("init", "first.yaml")).code).toBe(0);
    expect(await home.run("config", "check", "first.yaml")).toEqual({
      code: 0,
      stdout: "first.yaml is valid.\n",
      stderr: "",
    });
    const again = await home.run("init", "first.yaml");
    expect([again.code, again.stdout]).toEqual([1, ""]);

    const free = ["--port", "0", "--dashboard-port", "0", "--data-dir", home.dataDir];
    await using gateway = await home.start("-c", "first.yaml", ...free);
    const doctor = await home.run("doctor", "--data-dir", home.dataDir);
    expect(doctor.stdout).toContain(`A gateway answers at ${gateway.url}.`);
    expect(doctor.stdout).not.toMatch(/^wrong/m);
    expect([doctor.code, doctor.stderr]).toEqual([0, ""]);
  });

  test("config import makes a file without keys that starts once they are set", async () => {
    using home = await makeHome({ env: { OPENAI_API_KEY: "sk-that-is-moved-7c7c" } });
    const config = {
      providers: {
        openai: { apiKey: "sk-that-is-moved-7c7c", rateLimit: { maxRequests: 100, windowSeconds: 60 } },
      },
    };
    writeFileSync(join(home.folder, "config.json"), JSON.stringify(config));
    const imported = await home.run("config", "import", "config.json", "--out", "moved.yaml");
    expect(imported.stderr).toContain("Set OPENAI_API_KEY to what stands in config.json");
    expect(readFileSync(join(home.folder, "moved.yaml"), "utf8")).not.toContain("sk-that-is-moved-7c7c");
    expect((await home.run("config", "check", "moved.yaml")).code).toBe(0);
    const free = ["--port", "0", "--dashboard-port", "0", "--data-dir", home.dataDir];
    await using _ = await home.start("-c", "moved.yaml", ...free);
    const { stdout } = await home.run("providers", "--data-dir", home.dataDir);
    expect(stdout).toMatch(/^openai +…7c7c +file +on +100 per 60s/m);
  });

  test("config check names every problem of a file and ends with 1; config schema is JSON", async () => {
    using home = await makeHome();
    writeFileSync(
      join(home.folder, "bad.yaml"),
      "gateway: { prot: 1 }\nagents: { a: { owner: '${NOBODY}' } }\n",
    );
    const { code, stdout, stderr } = await home.run("config", "check", "bad.yaml");
    expect(code).toBe(1);
    expect(stdout.trim().split("\n")).toHaveLength(2);
    expect(stdout).toContain("bad.yaml:2:");
    expect(stdout).toContain("NOBODY");
    expect(stderr).toContain("bad.yaml has 2 problems");
    const schema = JSON.parse((await home.run("config", "schema")).stdout);
    expect(Object.keys(schema.properties)).toContain("agents");
  });
});

describe("token reset", () => {
  test("replaces a lost token while the gateway is stopped, and only then", async () => {
    using home = await makeHome();
    const reset = () => home.run("token", "reset", "-c", "gateway.yaml");
    let old = "";
    {
      await using gateway = await home.start();
      old = gateway.adminToken;
      expect((await reset()).stderr).toContain(`process ${gateway.pid}`);
      expect((await gateway.api("/api/status")).status).toBe(200);
      await gateway.stop();
    }
    const { code, stdout } = await reset();
    expect(code).toBe(0);
    await using gateway = await home.start();
    expect(gateway.adminToken).toBe(stdout.trim());
    expect(gateway.adminToken).not.toBe(old);
    expect((await gateway.api("/api/status")).status).toBe(200);
    expect((await home.run("status", "-c", "gateway.yaml", "--token", old)).code).toBe(1);
    expect((await home.run("audit", "verify", "-c", "gateway.yaml")).code).toBe(0);
  });
});

test("completions load in the shells that are here", async () => {
  using home = await makeHome();
  for (const shell of ["bash", "zsh", "fish"]) {
    const { code, stdout } = await home.run("completions", shell);
    expect(code).toBe(0);
    expect(stdout).toContain("tollgate agents show");
  }
  const script = join(home.folder, "completions.bash");
  writeFileSync(script, (await home.run("completions", "bash")).stdout);
  const loaded = Bun.spawnSync(["bash", "-c", `source '${script}' && complete -p tollgate`]);
  expect(loaded.stdout.toString()).toContain("_tollgate");
  expect(existsSync(home.dataDir)).toBe(false);
});
