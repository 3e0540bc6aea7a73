/** The gateway that runs on a data folder: where its `run.json` says it is, believed while it holds the folder's lock. */
import { join } from "node:path";
import { findHolder } from "../store/lock.ts";
import { type Failure, failure, isFailure } from "./failure.ts";
import { readText, sayWhy } from "./files.ts";

export interface OwnGateway {
  /** `http://127.0.0.1:8080`, no trailing slash. */
  readonly url: string;
  readonly dashboardUrl: string | null;
  /** The file that says so. */
  readonly file: string;
}

/**
 * The folder's running gateway, or why there is none. A file that a killed one left behind names none: by now its port may
 * be anybody's, and whoever listens there must be shown no token.
 */
export function findOwnGateway(dataDir: string): OwnGateway | Failure {
  const file = join(dataDir, "run.json");
  const read = readText(file);
  if (isFailure(read)) return read;
  if (read.text === null) return failure(`No gateway runs on ${dataDir}: ${file} is missing.`, START_ONE);
  const run = parseRun(read.text);
  if (run === null) return failure(`${file} names no gateway.`, START_ONE);
  const holder = attempt(() => findHolder(dataDir));
  if (typeof holder === "string")
    return failure(`Whether a gateway runs on ${dataDir} is unknown: ${holder}.`);
  if (holder === null || holder !== run.pid) {
    return failure(
      `No gateway runs on ${dataDir}: ${file} was left behind by one that was killed.`,
      START_ONE,
    );
  }
  return { url: run.url, dashboardUrl: run.dashboardUrl, file };
}

/** Whether an address leads to this gateway: either of its ports, by whatever name for this machine. Pure. */
export function leadsTo(address: string, { url, dashboardUrl }: OwnGateway): boolean {
  const place = placeOf(address);
  return (
    place !== null && (place === placeOf(url) || (dashboardUrl !== null && place === placeOf(dashboardUrl)))
  );
}

const START_ONE = "Start one with `tollgate start`, or name one with --url, --data-dir or -c FILE.";

const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/;

/** Scheme, host and port, one host for every name of this machine. */
function placeOf(address: string): string | null {
  const url = URL.parse(address);
  if (!url) return null;
  return `${url.protocol}//${LOOPBACK.test(url.hostname) ? "loopback" : url.hostname}:${url.port}`;
}

interface Run {
  readonly pid: number;
  readonly url: string;
  readonly dashboardUrl: string | null;
}

function parseRun(text: string): Run | null {
  try {
    const run: unknown = JSON.parse(text);
    if (typeof run !== "object" || run === null || !("gateway_url" in run) || !("pid" in run)) return null;
    const { pid, gateway_url: url } = run;
    if (typeof url !== "string" || typeof pid !== "number") return null;
    const dashboard = "dashboard_url" in run ? run.dashboard_url : null;
    return { pid, url, dashboardUrl: typeof dashboard === "string" ? dashboard : null };
  } catch {
    return null; // Torn or foreign: it names no gateway either way.
  }
}

/** What it gives, or the system's reason why not. */
function attempt<Given>(look: () => Given): Given | string {
  try {
    return look();
  } catch (error) {
    return sayWhy(error);
  }
}
