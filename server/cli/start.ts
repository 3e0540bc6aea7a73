/** `tollgate start`: brings a gateway up in this process and stays until it is told to stop. */
import { resolve } from "node:path";
import { defineCommand } from "citty";
import { launch } from "../launch.ts";
import { VERSION } from "../version.ts";
import { fail } from "./failure.ts";

/** Requests in flight to upstreams, all together: the most that Bun accepts. Its default of 256 would block a fleet. */
const MAX_UPSTREAM_REQUESTS = "65535";

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
    liftUpstreamLimit();
    if (process.env.NODE_TLS_REJECT_UNAUTHORIZED === "0") {
      fail(
        "NODE_TLS_REJECT_UNAUTHORIZED=0 would let anyone read the API keys on their way. Unset it and start again.",
      );
    }
    const log = (message: string): void => console.error(message);
    const file = args.config ? resolve(args.config) : null;
    const running = await launch({ file, overrides: args, isTerminal: process.stdout.isTTY === true, log });
    if ("problem" in running) return fail(running.problem);
    // From here on only: what breaks a start must end the process.
    guardAgainstDefects(log);

    console.log(`tollgate ${VERSION}`);
    console.log(`  gateway    ${running.gatewayUrl}`);
    console.log(
      `  dashboard  ${running.dashboardUrl}   (\`${renderDashboardCommand(args)}\` opens it, logged in)`,
    );
    for (const notice of running.notices) console.log(`  ${notice}`);
    for (const warning of running.warnings) log(`warning: ${warning}`);

    process.on("SIGHUP", () => running.refresh());
    let stopping = false;
    const stop = async (): Promise<void> => {
      if (stopping) {
        running.abandon();
        process.exit(1);
      }
      stopping = true;
      try {
        await running.stop();
        process.exit(0);
      } catch (cause) {
        log(
          `The gateway did not end in good order: ${cause instanceof Error ? cause.message : String(cause)}`,
        );
        running.abandon();
        process.exit(1);
      }
    };
    process.on("SIGTERM", stop);
    process.on("SIGINT", stop);
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

/** Bun reads this limit when a process starts, so the process starts itself again with it: same pid, some milliseconds. */
function liftUpstreamLimit(): void {
  if (process.env.BUN_CONFIG_MAX_HTTP_REQUESTS !== undefined || process.platform === "win32") return;
  const environment = { ...process.env, BUN_CONFIG_MAX_HTTP_REQUESTS: MAX_UPSTREAM_REQUESTS };
  const [, script = "", ...rest] = process.argv;
  // Compiled, argv[1] is a path inside the executable and not one of the arguments.
  const argv = script.startsWith("/$bunfs/")
    ? [process.execPath, ...rest]
    : [process.execPath, script, ...rest];
  process.execve?.(process.execPath, argv, environment);
}

/** A rejection that nobody waited for is a defect of one request, not the end of all of them. */
function guardAgainstDefects(log: (message: string) => void): void {
  const tell = (cause: unknown): void => log(`defect: ${cause instanceof Error ? cause.name : typeof cause}`);
  process.on("unhandledRejection", tell);
  process.on("uncaughtException", tell);
}
