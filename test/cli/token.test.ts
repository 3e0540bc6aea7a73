import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runCli } from "../../server/cli/main.ts";
import { hashSecret } from "../../server/management/secrets.ts";
import { openStore } from "../../server/store/open.ts";
import { verifyJournal } from "../../server/store/verify.ts";
import { makeTempFolder } from "../support/temp.ts";
import { fakeTerminal, NOW } from "./fake-terminal.ts";

async function reset(folder: string, ...words: string[]) {
  const terminal = fakeTerminal({ cwd: folder });
  const code = await runCli(["token", "reset", "--data-dir", join(folder, "data"), ...words], terminal);
  return { code, printed: terminal.printed, complained: terminal.complained };
}

/** Opens the data folder as a gateway does. */
function open(folder: string) {
  const dataDir = join(folder, "data");
  const audit = {
    log_file: join(dataDir, "audit.jsonl"),
    max_entries: 1_000,
    retention: 86_400_000,
    rotate: 1 << 20,
    fsync: "never",
    on_failure: "stop",
  } as const;
  const store = openStore({ dataDir, audit, timezone: "UTC", now: () => NOW, log: () => undefined });
  if ("problem" in store) throw new Error(store.problem);
  return store;
}

describe("tollgate token reset", () => {
  test("makes a new token, printed once and kept hashed, ends every login, and is in the journal", async () => {
    using folder = makeTempFolder("cli-token");
    const before = open(folder.path);
    before.state.writeAdminToken({ hash: hashSecret("tga_old"), origin: "made" });
    before.state.createSession(hashSecret("session"), NOW + 1_000, null);
    before.close();

    const { code, printed, complained } = await reset(folder.path);
    expect(code).toBe(0);
    expect(printed).toHaveLength(1);
    const [token = ""] = printed;
    expect(token).toMatch(/^tga_\S{40,}$/);
    expect(complained.join()).not.toContain(token);
    const copy = join(folder.path, "data/admin.token");
    expect(readFileSync(copy, "utf8").trim()).toBe(token);
    expect(statSync(copy).mode & 0o777).toBe(0o600);

    const after = open(folder.path);
    expect(after.state.readAdminToken()?.hash).toBe(hashSecret(token));
    expect(after.state.findSession(hashSecret("session"), NOW)).toBeNull();
    after.close();
    const log = join(folder.path, "data/audit.jsonl");
    expect(readFileSync(log, "utf8")).toContain('"event":"token.reset"');
    expect(readFileSync(log, "utf8")).not.toContain(token);
    expect((await verifyJournal(log, join(folder.path, "data"))).ok).toBe(true);
  });

  test("keeps no copy where the configuration wants none", async () => {
    using folder = makeTempFolder("cli-token");
    writeFileSync(join(folder.path, "g.yaml"), "admin: { token_file: false }\n");
    const { code, complained } = await reset(folder.path, "-c", "g.yaml");
    expect([code, complained.length]).toEqual([0, 1]);
    expect(existsSync(join(folder.path, "data/admin.token"))).toBe(false);
  });

  test("changes nothing while a gateway runs, and names it", async () => {
    using folder = makeTempFolder("cli-token");
    const store = open(folder.path);
    store.state.writeAdminToken({ hash: hashSecret("tga_old"), origin: "made" });
    const { code, printed, complained } = await reset(folder.path);
    expect([code, printed]).toEqual([1, []]);
    expect(complained[0]).toContain(`in use by another gateway (process ${process.pid})`);
    expect(store.state.readAdminToken()?.hash).toBe(hashSecret("tga_old"));
    store.close();
  });

  test("changes nothing where the configuration sets the token", async () => {
    using folder = makeTempFolder("cli-token");
    writeFileSync(join(folder.path, "g.yaml"), "admin: { token: a-token-of-my-own }\n");
    const { code, complained } = await reset(folder.path, "-c", "g.yaml");
    expect(code).toBe(1);
    expect(complained[1]).toBe("Change it there.");
    expect(existsSync(join(folder.path, "data"))).toBe(false);
  });
});
