import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { runCli } from "../../server/cli/main.ts";
import { makeTempFolder } from "../support/temp.ts";
import { fakeTerminal } from "./fake-terminal.ts";

async function examine(cwd: string) {
  const terminal = fakeTerminal({ cwd });
  const code = await runCli(["doctor", "--json", "-c", "gateway.yaml"], terminal);
  return { code, ...JSON.parse(terminal.printed.join("\n")) };
}

test("doctor finds a file that cannot be read, as it finds everything else", async () => {
  using folder = makeTempFolder("doctor-unreadable");
  writeFileSync(join(folder.path, "gateway.yaml"), "gateway:\n\tport: 8080\n");
  expect(await examine(folder.path)).toEqual({
    code: 1,
    findings: [
      {
        level: "wrong",
        message: `${join(folder.path, "gateway.yaml")}:2:1: A tab stands in the indentation; YAML wants spaces.`,
        remedy: "Correct it; a gateway does not start with it.",
      },
    ],
  });
});

test("doctor finds that there is no file, and says where to look", async () => {
  using folder = makeTempFolder("doctor-missing");
  const { code, findings } = await examine(folder.path);
  expect(code).toBe(1);
  expect(findings).toEqual([
    {
      level: "wrong",
      message: `There is no file ${join(folder.path, "gateway.yaml")}.`,
      remedy: "Check the path after -c.",
    },
  ]);
});
