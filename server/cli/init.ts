import { existsSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { defineCommand } from "citty";
import { KNOWN_PROVIDERS } from "../providers/index.ts";
import { fail } from "./failure.ts";
import { sayWhy } from "./files.ts";
import { type Answers, guessAnswers, QUESTIONS, renderFirstConfig } from "./first-config.ts";
import { OPTIONAL_HINT } from "./options.ts";
import type { Terminal } from "./terminal.ts";
import { apiKeyVariable } from "./variables.ts";

/** Where a configuration is written when nobody says where. */
export const USUAL_FILE = "gateway.yaml";

/** Asks what a first configuration needs and writes it; without somebody to ask, or with `--yes`, what is usual. */
export function initCommand(terminal: Terminal) {
  return defineCommand({
    meta: { name: "init", description: "Write a first gateway.yaml, with a few questions" },
    args: {
      file: {
        type: "positional",
        required: false,
        valueHint: OPTIONAL_HINT,
        description: `Where to; ${USUAL_FILE} if not given`,
      },
      yes: { type: "boolean", alias: "y", description: "Ask nothing, take what is usual" },
      force: { type: "boolean", description: "Replace the file if it is there" },
    },
    async run({ args }) {
      const { file = USUAL_FILE, yes, force } = args;
      const path = resolve(terminal.cwd, file);
      if (existsSync(path) && !force) fail(`${file} is there already.`, "--force replaces it.");
      const { env, input } = terminal;
      const usual = guessAnswers(KNOWN_PROVIDERS, env);
      const answers = input.isPerson && !yes ? await askAll(usual, terminal) : usual;
      try {
        writeFileSync(path, renderFirstConfig(answers), { mode: 0o600 });
      } catch (error) {
        fail(`${file} cannot be written: ${sayWhy(error)}.`);
      }
      terminal.print(`${file} is written. Start with \`tollgate start -c ${file}\`.`);
      const unset = answers.providers.map(apiKeyVariable).filter((variable) => !env[variable]);
      if (unset.length > 0) {
        terminal.complain(`Until ${unset.join(" and ")} is set, agents bring keys of their own.`);
        terminal.complain("`tollgate providers set <name>` stores a key in the running gateway instead.");
      }
    },
  });
}

/** Asks each question until the answer makes sense. */
async function askAll(usual: Answers, { input, complain }: Terminal): Promise<Answers> {
  let answers = usual;
  for (const { text, preset, take } of QUESTIONS) {
    for (;;) {
      const answer = await input.ask(`${text} [${preset(answers)}]: `);
      if (answer === null) fail("Nothing was written.");
      const next = answer.trim() === "" ? answers : take(answer.trim(), answers, KNOWN_PROVIDERS);
      if (typeof next !== "string") {
        answers = next;
        break;
      }
      complain(next);
    }
  }
  return answers;
}
