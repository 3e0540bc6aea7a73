/** What `tollgate doctor` says of a gateway that holds the folder and cannot be reached from here. */
import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { runCli } from "../../server/cli/main.ts";
import { takeLock } from "../../server/store/lock.ts";
import { makeTempFolder } from "../support/temp.ts";
import { fakeTerminal } from "./fake-terminal.ts";

test("doctor warns of a gateway in another network, and says how to reach it", async () => {
  using folder = makeTempFolder("elsewhere");
  const lock = takeLock(folder.path);
  if (typeof lock === "string") throw new Error(lock);
  const run = { pid: process.pid, gateway_url: "http://127.0.0.1:9", network: "net:[1] of a container" };
  writeFileSync(join(folder.path, "run.json"), JSON.stringify(run));
  const terminal = fakeTerminal({ cwd: folder.path, now: Date.now });
  await runCli(["doctor", "--json", "--data-dir", folder.path], terminal);
  lock.release();
  const { findings } = JSON.parse(terminal.printed.join("\n"));
  expect(findings).toContainEqual({
    level: "warning",
    message: expect.stringContaining("is in another network than this command"),
    remedy: "Name its address with --url, and give its token with --token or TOLLGATE_ADMIN_TOKEN.",
  });
});
