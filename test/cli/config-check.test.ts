import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { runCli } from "../../server/cli/main.ts";
import { makeTempFolder } from "../support/temp.ts";
import { fakeTerminal } from "./fake-terminal.ts";

const folder = makeTempFolder("cli-check");
afterAll(() => folder[Symbol.dispose]());
beforeAll(() => {
  writeFileSync(join(folder.path, "good.yaml"), "agents: { a: { budget: { max_cost_per_day: 5 } } }\n");
  writeFileSync(join(folder.path, "bad.yaml"), "gateway: { prot: 1, port: 99999 }\nagents: { 'a b': {} }\n");
  writeFileSync(join(folder.path, "open.yaml"), "gateway: { host: 0.0.0.0 }\n");
});

async function check(...words: string[]) {
  const terminal = fakeTerminal({ cwd: folder.path });
  const code = await runCli(["config", "check", ...words], terminal);
  return { code, printed: terminal.printed, complained: terminal.complained };
}

describe("tollgate config check", () => {
  test("says that a good file is valid", async () => {
    expect(await check("good.yaml")).toEqual({ code: 0, printed: ["good.yaml is valid."], complained: [] });
  });

  test("tells every problem with its line, and ends with 1", async () => {
    const { code, printed, complained } = await check("bad.yaml");
    expect(code).toBe(1);
    expect(printed.map((line) => line.replace(`${folder.path}/`, ""))).toEqual([
      "bad.yaml:1:12: gateway.prot is not a setting; did you mean gateway.port?",
      "bad.yaml:1:27: gateway.port is 99999; expected a whole number from 0 to 65535.",
      expect.stringContaining('bad.yaml:2:11: agents."a b" is not a possible name;'),
    ]);
    expect(complained).toEqual(["tollgate: bad.yaml has 3 problems; a gateway would not start with it."]);
  });

  test("warns of what is allowed and probably not meant, and ends with 0", async () => {
    const { code, printed } = await check("open.yaml");
    expect(code).toBe(0);
    expect(printed[0]).toStartWith("Warning: The gateway listens on 0.0.0.0");
    expect(printed.at(-1)).toBe("open.yaml is valid.");
  });

  test("as JSON gives the verdict alone", async () => {
    const { code, printed } = await check("bad.yaml", "--json");
    expect(code).toBe(1);
    const verdict = JSON.parse(printed.join("\n"));
    expect(verdict.valid).toBe(false);
    expect(verdict.problems).toHaveLength(3);
    expect(verdict.problems[1]).toMatchObject({ line: 1, column: 27, path: "gateway.port" });
    expect(JSON.parse((await check("good.yaml", "--json")).printed.join("\n"))).toEqual({
      valid: true,
      problems: [],
      warnings: [],
    });
  });

  test("of a file that is not there ends with 1, of none with 2", async () => {
    const missing = await check("nowhere.yaml");
    expect(missing.code).toBe(1);
    expect(missing.printed[0]).toContain("The configuration file cannot be read.");
    expect(await check()).toMatchObject({ code: 2, printed: [] });
  });
});
