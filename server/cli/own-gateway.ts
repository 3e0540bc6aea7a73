/**
 * The gateway that runs on a data folder: where its `run.json` says it is, believed while it holds the folder's lock and
 * by those that see its network (SPEC 20).
 */
import { join } from "node:path";
import { findNetwork } from "../network.ts";
import { findLockHolder } from "../store/lock.ts";
import { type Failure, failure, isFailure } from "./failure.ts";
import { readText, sayWhy } from "./files.ts";

export interface OwnGateway {
  /** `http://127.0.0.1:8080`, no path and no trailing slash. */
  readonly url: string;
  readonly dashboardUrl: string | null;
  /** The file that says so. */
  readonly file: string;
}

/**
 * The folder's running gateway, or why there is none. A file that a killed one left behind names none: by now its port may
 * be anybody's, and whoever listens there must be shown no token. Nor does that of a gateway in a container or on another
 * machine: the same port may be anybody's here.
 */
export function findOwnGateway(dataDir: string): OwnGateway | Failure {
  const file = join(dataDir, "run.json");
  const read = readText(file);
  if (isFailure(read)) return read;
  if (read.text === null) return failure(`No gateway runs on ${dataDir}: ${file} is missing.`, START_ONE);
  const run = parseRun(read.text);
  if (run === null) return failure(`${file} names no gateway.`, START_ONE);
  const holder = attempt(() => findLockHolder(dataDir));
  if (typeof holder === "string")
    return failure(`Whether a gateway runs on ${dataDir} is unknown: ${holder}.`);
  if (holder?.pid !== run.pid) {
    return failure(
      `No gateway runs on ${dataDir}: ${file} was left behind by one that was killed.`,
      START_ONE,
    );
  }
  if (run.network !== findNetwork()) {
    return failure(
      `The gateway that runs on ${dataDir} is in another network than this command, as one in a container is: ${file} says where it is there, not here.`,
      "Name its address with --url, and give its token with --token or TOLLGATE_ADMIN_TOKEN.",
    );
  }
  return { url: run.url, dashboardUrl: run.dashboardUrl, file };
}

/**
 * The address at which this gateway itself listens, where `address` means one of its two; else null. `localhost` means
 * either loopback address, of which the other may be somebody else's: the given address must not be used instead. Pure.
 */
export function findMeant(address: string, { url, dashboardUrl }: OwnGateway): string | null {
  return [url, dashboardUrl].find((own) => own !== null && means(address, own)) ?? null;
}

/** What to do where none runs at all: which is no trouble by itself. */
export const START_ONE = "Start one with `tollgate start`, or name one with --url, --data-dir or -c FILE.";

const LOOPBACK = /^(?:127(?:\.\d+){3}|\[::1\])$/;

function means(address: string, own: string): boolean {
  const [given, held] = [URL.parse(address), URL.parse(own)];
  if (!given || !held || given.protocol !== held.protocol || given.port !== held.port) return false;
  return given.hostname === held.hostname || (given.hostname === "localhost" && LOOPBACK.test(held.hostname));
}

interface Run {
  readonly pid: number;
  readonly url: string;
  readonly dashboardUrl: string | null;
  readonly network: string | null;
}

function parseRun(text: string): Run | null {
  try {
    const run: unknown = JSON.parse(text);
    if (typeof run !== "object" || run === null || !("gateway_url" in run) || !("pid" in run)) return null;
    const { pid, gateway_url: url } = run;
    if (typeof url !== "string" || typeof pid !== "number") return null;
    const dashboard = "dashboard_url" in run ? run.dashboard_url : null;
    const network = "network" in run ? run.network : null;
    return {
      pid,
      url,
      dashboardUrl: typeof dashboard === "string" ? dashboard : null,
      network: typeof network === "string" ? network : null,
    };
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
