import { defineCommand } from "citty";
import { isAgentName } from "../core/agent.ts";
import { fail, orFail } from "./failure.ts";
import { readHealth } from "./health.ts";
import { listProviders } from "./list-providers.ts";
import { PROGRAM } from "./options.ts";
import { renderEnvironment } from "./run-variables.ts";
import { findGateway, TARGET_ARGS } from "./target.ts";
import { EXIT, type Terminal } from "./terminal.ts";

/** Starts an agent's program so that it calls the gateway without knowing of it, and ends with its exit code. */
export function runCommand(terminal: Terminal) {
  return defineCommand({
    meta: { name: "run", description: "Start a program whose SDKs then call the gateway" },
    args: {
      program: PROGRAM,
      agent: {
        type: "string",
        alias: "a",
        valueHint: "NAME",
        description: "Who it is; the default agent if not given",
      },
      ...TARGET_ARGS,
    },
    async run({ args }) {
      const { agent = null, _: program } = args;
      if (program.length === 0) misuse("The program is missing.");
      if (agent !== null && !isAgentName(agent)) {
        misuse(`${JSON.stringify(agent)} cannot be an agent; expected 1 to 128 of A-Z a-z 0-9 . _ -`);
      }
      const { url, urlSource } = orFail(findGateway(args, terminal));
      if ((await readHealth(url)) === null) {
        fail(`No gateway answers at ${url} (from ${urlSource}).`, "Start one with `tollgate start`.");
      }
      const providers = (await listProviders(args, terminal)) ?? [];
      const stored = new Set(providers.filter(({ key }) => key !== null).map(({ name }) => name));
      const code = await terminal.run(program, renderEnvironment({ url, agent, stored }, terminal.env));
      if (code === null)
        fail(`There is no program ${JSON.stringify(program[0])}.`, "Check its name and PATH.", 127);
      return code;
    },
  });
}

function misuse(message: string): never {
  return fail(message, "`tollgate run --help` shows what is possible.", EXIT.usage);
}
