/** `tollgate start`: brings a gateway up in this process and stays until it is told to stop. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { defineCommand } from "citty";
import { launch } from "../launch.ts";
import { VERSION } from "../version.ts";
import { fail } from "./failure.ts";
import { USUAL_FILE } from "./init.ts";
import { prepareProcess, stay } from "./stay.ts";

export const startCommand = defineCommand({
  meta: { name: "start", description: "Start the gateway and its dashboard" },
  args: {
    config: { type: "string", alias: "c", description: "Configuration file; without one all defaults hold" },
    port: { type: "string", description: "Port of the gateway (default 8080)" },
    host: { type: "string", description: "Address of the gateway (default 127.0.0.1)" },
    "dashboard-port": { type: "string", description: "Port of the dashboard (default 4040)" },
    "data-dir": { type: "string", description: "Folder for everything that is kept (default ~/.tollgate)" },
  },
  async run({ args }) {
    prepareProcess();
    const log = (message: string): void => console.error(message);
    const file = args.config ? resolve(args.config) : null;
    const running = await launch({ file, overrides: args, isTerminal: process.stdout.isTTY === true, log });
    if ("problem" in running) return fail(running.problem);
    console.log(`tollgate ${VERSION}`);
    console.log(`  gateway    ${running.gatewayUrl}`);
    console.log(`  dashboard  ${running.dashboardUrl}`);
    console.log(`  \`${renderDashboardCommand(args)}\` opens it, logged in.`);
    for (const notice of running.notices) console.log(`  ${notice}`);
    for (const warning of running.warnings) log(`warning: ${warning}`);
    if (file === null && existsSync(USUAL_FILE))
      log(`warning: ${USUAL_FILE} here is not read; \`tollgate start -c ${USUAL_FILE}\` reads it.`);

    process.on("SIGHUP", () => running.refresh());
    stay(running, log);
  },
});

/** What opens the dashboard of a gateway that was started with these options, from the same folder. Pure. */
export function renderDashboardCommand(options: {
  readonly config?: string | undefined;
  readonly "data-dir"?: string | undefined;
}): string {
  const { config, "data-dir": dataDir } = options;
  const words = ["tollgate", "dashboard"];
  if (config) words.push("-c", quote(config));
  if (dataDir) words.push("--data-dir", quote(dataDir));
  return words.join(" ");
}

/** As a shell reads it back. */
function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
