import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  provisionAdminToken,
  renderTokenAtStart,
  resetAdminToken,
} from "../../server/management/admin-token.ts";
import { hashSecret } from "../../server/management/secrets.ts";
import { openState } from "../../server/store/state.ts";
import { makeTempFolder } from "../support/temp.ts";

const NOW = Date.UTC(2026, 0, 1);
const random = (bytes: number) => crypto.getRandomValues(new Uint8Array(bytes));

function open() {
  const folder = makeTempFolder("admin-token");
  const state = openState(folder.path, () => NOW);
  const file = join(folder.path, "admin.token");
  return {
    state,
    folder: folder.path,
    file,
    provision: (options: { configured?: string; keepFile?: boolean; isTerminal?: boolean } = {}) =>
      provisionAdminToken(
        {
          configured: options.configured ?? null,
          keepFile: options.keepFile ?? true,
          dataDir: folder.path,
          isTerminal: options.isTerminal ?? false,
        },
        state,
        random,
      ),
    [Symbol.dispose]() {
      state.close();
      folder[Symbol.dispose]();
    },
  };
}

describe("the admin token", () => {
  test("is made at the first start: hashed in the state, in the clear only in a file of mode 0600", () => {
    using home = open();
    const made = home.provision();
    if (made.kind !== "created") throw new Error(made.kind);
    expect(made.token).toMatch(/^tga_[A-Za-z0-9_-]{43}$/);
    expect(home.state.readAdminToken()?.hash).toBe(hashSecret(made.token));
    expect(readFileSync(home.file, "utf8")).toBe(`${made.token}\n`);
    expect(statSync(home.file).mode & 0o777).toBe(0o600);
    for (const name of readdirSync(home.folder)) {
      if (name !== "admin.token")
        expect(readFileSync(join(home.folder, name)).includes(made.token)).toBe(false);
    }
  });

  test("stays what it was at later starts, sessions included", () => {
    using home = open();
    home.provision();
    const before = home.state.readAdminToken();
    home.state.createSession("session", NOW + 1_000, null);
    expect(home.provision()).toEqual({ kind: "known", file: home.file });
    expect(home.state.readAdminToken()).toEqual(before);
    expect(home.state.findSession("session", NOW)).not.toBeNull();
  });

  test("is what the operator set, and a new one ends every session", () => {
    using home = open();
    home.provision({ configured: "first token" });
    home.state.createSession("session", NOW + 1_000, null);
    home.provision({ configured: "first token" });
    expect(home.state.findSession("session", NOW)).not.toBeNull();
    expect(home.provision({ configured: "second token" })).toEqual({ kind: "known", file: home.file });
    expect(home.state.readAdminToken()?.hash).toBe(hashSecret("second token"));
    expect(home.state.findSession("session", NOW)).toBeNull();
    expect(readFileSync(home.file, "utf8")).toBe("second token\n");
  });

  test("ends once the operator sets it no longer: another is made, as at the first start", () => {
    using home = open();
    home.provision({ configured: "old" });
    home.state.createSession("session", NOW + 1_000, null);
    const made = home.provision();
    if (made.kind !== "created") throw new Error(made.kind);
    expect(home.state.readAdminToken()).toEqual({ hash: hashSecret(made.token), origin: "made" });
    expect(home.state.findSession("session", NOW)).toBeNull();
    expect(readFileSync(home.file, "utf8")).toBe(`${made.token}\n`);
    expect(renderTokenAtStart(made, false).join()).toContain(home.file);
    expect(home.provision()).toEqual({ kind: "known", file: home.file });
  });

  test("ends also where nobody could be told another: then nobody is let in", () => {
    using home = open();
    home.provision({ configured: "old" });
    home.state.createSession("session", NOW + 1_000, null);
    expect(home.provision({ keepFile: false })).toEqual({ kind: "withheld" });
    expect(home.state.readAdminToken()).toBeNull();
    expect(home.state.findSession("session", NOW)).toBeNull();
    expect(existsSync(home.file)).toBe(false);
  });

  test("that was made and is then set goes on with its logins, and ends when it is set no longer", () => {
    using home = open();
    const made = home.provision();
    if (made.kind !== "created") throw new Error(made.kind);
    home.state.createSession("session", NOW + 1_000, null);
    home.provision({ configured: made.token });
    expect(home.state.findSession("session", NOW)).not.toBeNull();
    expect(home.provision().kind).toBe("created");
    expect(home.state.readAdminToken()?.hash).not.toBe(hashSecret(made.token));
  });

  test("that was reset stays: nobody has to set it", () => {
    using home = open();
    home.provision({ configured: "old" });
    const place = { keepFile: true, dataDir: home.folder };
    const { token, file } = resetAdminToken(place, home.state, random);
    expect([file, readFileSync(home.file, "utf8")]).toEqual([home.file, `${token}\n`]);
    expect(home.provision().kind).toBe("known");
    expect(home.state.readAdminToken()?.hash).toBe(hashSecret(token));
  });

  test("leaves no file when that is turned off, and takes an earlier one away", () => {
    using home = open();
    home.provision();
    home.provision({ keepFile: false });
    expect(existsSync(home.file)).toBe(false);
    home.provision({ keepFile: false, configured: "set" });
    expect(existsSync(home.file)).toBe(false);
  });

  test("replaces a file that others could read by one that they cannot", () => {
    using home = open();
    writeFileSync(home.file, "stale", { mode: 0o644 });
    home.provision();
    expect(statSync(home.file).mode & 0o777).toBe(0o600);
    expect(readdirSync(home.folder).filter((name) => name.startsWith("admin.token"))).toEqual([
      "admin.token",
    ]);
  });

  test("is not made when nobody could learn it", () => {
    using home = open();
    const withheld = home.provision({ keepFile: false });
    expect(withheld).toEqual({ kind: "withheld" });
    expect(home.state.readAdminToken()).toBeNull();
    expect(renderTokenAtStart(withheld, false).join()).toContain("TOLLGATE_ADMIN_TOKEN");
    expect(home.provision({ keepFile: false, isTerminal: true }).kind).toBe("created");
  });

  test("is printed on a terminal only; elsewhere the file is named", () => {
    using home = open();
    const made = home.provision();
    if (made.kind !== "created") throw new Error(made.kind);
    expect(renderTokenAtStart(made, true).join("\n")).toContain(made.token);
    const elsewhere = renderTokenAtStart(made, false).join("\n");
    expect(elsewhere).toContain(home.file);
    expect(elsewhere).not.toContain(made.token);
    expect(renderTokenAtStart(home.provision(), true)).toEqual([]);
  });
});
