import { describe, expect, test } from "bun:test";
import { renderHelp } from "../../server/cli/help.ts";
import { createCommands } from "../../server/cli/index.ts";
import { runCli } from "../../server/cli/main.ts";
import { OPTIONAL_HINT } from "../../server/cli/options.ts";
import { styleFor } from "../../server/cli/style.ts";
import { readTree } from "../../server/cli/tree.ts";
import { fakeTerminal } from "./fake-terminal.ts";

const PLAIN = styleFor(fakeTerminal());

async function help(columns: number, ...words: string[]): Promise<string[]> {
  const terminal = fakeTerminal({ columns });
  expect(await runCli([...words, "--help"], terminal)).toBe(0);
  return terminal.printed;
}

describe("help", () => {
  test("breaks what options mean where the terminal ends, under their beginnings", async () => {
    const lines = await help(80, "policy", "add");
    const at = lines.findIndex((line) => line.includes("--for SPAN"));
    expect(lines[at]?.indexOf("pause: how long")).toBe(lines[at + 1]?.search(/\S/));
    expect(lines.join(" ").replace(/\s+/g, " ")).toContain("until somebody resumes it if not given");
  });

  test("of every command fits 80 columns, but for examples, which are copied", async () => {
    const { below } = await readTree(createCommands(fakeTerminal()), "tollgate");
    for (const { path } of below) {
      const lines = await help(80, ...path.split(" ").slice(1));
      const examples = lines.findIndex((line) => line.startsWith("Examples:"));
      for (const line of lines.slice(0, examples)) expect(Bun.stringWidth(line)).toBeLessThanOrEqual(80);
    }
  });

  test("sets brackets around a word that may be left out", () => {
    const args = {
      name: { type: "positional", required: false, description: "The name" },
      key: { type: "positional", required: false, valueHint: OPTIONAL_HINT, description: "The key" },
    } as const;
    const topic = { words: "tollgate x", description: "Do x", args, commands: [], examples: [] };
    expect(renderHelp(topic, 80, PLAIN)).toEqual([
      "Do x.",
      "",
      "Usage: tollgate x <name> [key]",
      "",
      "Words:",
      "  <name>  The name",
      "  [key]   The key",
    ]);
  });
});
