import { existsSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { defineCommand } from "citty";
import { KNOWN_PROVIDERS } from "../providers/index.ts";
import { fail, orFail } from "./failure.ts";
import { readText, sayWhy } from "./files.ts";
import { readForeignConfig, renderImported } from "./foreign-config.ts";
import { EXIT, type Terminal } from "./terminal.ts";

/** Turns the configuration of AgentTrace or AgentGazer into one of ours, without its keys (SPEC 2.3). */
export function importCommand(terminal: Terminal) {
  return defineCommand({
    meta: { name: "import", description: "Make a gateway.yaml of AgentTrace's or AgentGazer's config.json" },
    args: {
      file: {
        type: "positional",
        required: false,
        description: "The file, such as ~/.agentgazer/config.json",
      },
      out: { type: "string", valueHint: "FILE", description: "Write it there; printed if not given" },
      force: { type: "boolean", description: "Replace the file after --out if it is there" },
    },
    run({ args }) {
      const { file, out, force } = args;
      if (file === undefined) {
        fail("The file is missing.", "`tollgate config import --help` shows what is possible.", EXIT.usage);
      }
      const { text } = orFail(readText(resolve(terminal.cwd, file)));
      if (text === null) fail(`There is no file ${file}.`, "Check its path.");
      const read = readForeignConfig(text, KNOWN_PROVIDERS);
      if ("problems" in read) {
        for (const problem of read.problems) terminal.print(`${file}: ${problem}`);
        fail(`${file} cannot be imported.`, "Correct it, or write the gateway.yaml with `tollgate init`.");
      }
      const yaml = renderImported(read);
      if (out === undefined) terminal.print(yaml.trimEnd());
      else {
        const path = resolve(terminal.cwd, out);
        if (existsSync(path) && !force) fail(`${out} is there already.`, "--force replaces it.");
        try {
          writeFileSync(path, yaml, { mode: 0o600 });
        } catch (error) {
          fail(`${out} cannot be written: ${sayWhy(error)}.`);
        }
        terminal.print(`${out} is written. Start with \`tollgate start -c ${out}\`.`);
      }
      for (const { variable, path } of read.secrets) {
        terminal.complain(`Set ${variable} to what stands in ${file} as ${path}.`);
      }
      for (const { path, why } of read.leftOut) terminal.complain(`Left out: ${path}${why}.`);
    },
  });
}
