import { expect, test } from "bun:test";
import { join } from "node:path";
import { runCli } from "../../server/cli/main.ts";
import { openState } from "../../server/store/state.ts";
import type { Token } from "../../server/store/store.ts";
import { makeTempFolder } from "../support/temp.ts";
import { fakeTerminal, NOW } from "./fake-terminal.ts";

const TOKEN: Token = {
  id: "tok_1",
  name: null,
  role: "admin",
  created: NOW - 1_000,
  expires: null,
  revoked: null,
  used: null,
};

async function reset(folder: string): Promise<string> {
  const terminal = fakeTerminal({ cwd: folder });
  expect(await runCli(["token", "reset", "--data-dir", join(folder, "data")], terminal)).toBe(0);
  return terminal.complained.join("\n");
}

test("tollgate token reset says which tokens it does not end", async () => {
  using folder = makeTempFolder("token-others");
  expect(await reset(folder.path)).not.toContain("further");
  const state = openState(join(folder.path, "data"), () => NOW);
  state.addToken(TOKEN, "hash-1");
  state.addToken({ ...TOKEN, id: "tok_2", revoked: NOW - 1 }, "hash-2");
  state.addToken({ ...TOKEN, id: "tok_3", expires: NOW }, "hash-3");
  state.close();
  const told = await reset(folder.path);
  expect(told).toContain("1 further token still works: tok_1.");
});
