/** What makes a command a server: the process is made ready for a fleet, and stays until it is told to stop. */
import { fail } from "./failure.ts";

/** Requests in flight to upstreams, all together: the most that Bun accepts. Its default of 256 would block a fleet. */
const MAX_UPSTREAM_REQUESTS = "65535";

/** What is there to be stopped. */
interface Stoppable {
  stop(): Promise<void>;
  /** Ends at once; what was settled is kept. */
  abandon(): void;
}

/** Comes before everything else of the command: the process may start itself anew. */
export function prepareProcess(): void {
  liftUpstreamLimit();
  if (process.env.NODE_TLS_REJECT_UNAUTHORIZED === "0") {
    fail(
      "NODE_TLS_REJECT_UNAUTHORIZED=0 would let anyone read the API keys on their way. Unset it and start again.",
    );
  }
}

/**
 * Stops what runs at SIGTERM or SIGINT and ends the process with it; a second signal ends it at once. From here on a defect
 * of one request is not the end of all: what breaks a start must have ended the process before.
 */
export function stay(running: Stoppable, log: (message: string) => void): void {
  guardAgainstDefects(log);
  let stopping = false;
  const stop = async (): Promise<void> => {
    if (stopping) {
      running.abandon();
      process.exit(1);
    }
    stopping = true;
    log("Stopping; calls in flight may end first. A second signal ends them at once.");
    try {
      await running.stop();
      process.exit(0);
    } catch (cause) {
      log(`The gateway did not end in good order: ${cause instanceof Error ? cause.message : String(cause)}`);
      running.abandon();
      process.exit(1);
    }
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
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
