import { resolve } from "node:path";
import { defineCommand } from "citty";
import { renderProblem } from "../config/problem.ts";
import { loadConfiguration } from "../load.ts";
import { fail } from "./failure.ts";
import { renderAmount } from "./figures.ts";
import { styleFor } from "./style.ts";
import { EXIT, type Terminal } from "./terminal.ts";

/** Reads the file as a start would, with this environment, and tells everything that is wrong with it. */
export function checkCommand(terminal: Terminal) {
  return defineCommand({
    meta: { name: "check", description: "Say everything that is wrong with a configuration file" },
    args: {
      file: { type: "positional", required: false, description: "The file, such as gateway.yaml" },
      json: { type: "boolean", description: "Print the verdict as JSON" },
    },
    run({ args }) {
      const { file, json } = args;
      if (file === undefined) {
        fail("The file is missing.", "`tollgate config check --help` shows what is possible.", EXIT.usage);
      }
      const loaded = loadConfiguration({ file: resolve(terminal.cwd, file), overrides: {} });
      const problems = "problems" in loaded ? loaded.problems : [];
      const warnings = "problems" in loaded ? [] : loaded.warnings;
      const { warning } = styleFor(terminal);
      const told = [...problems.map(renderProblem), ...warnings.map((one) => warning(`Warning: ${one}`))];
      const verdict = { valid: problems.length === 0, problems, warnings };
      for (const line of json ? [JSON.stringify(verdict, null, 2)] : told) terminal.print(line);
      if (problems.length > 0) {
        fail(`${file} has ${renderAmount(problems.length, "problem")}; a gateway would not start with it.`);
      }
      if (!json) terminal.print(`${file} is valid.`);
    },
  });
}
