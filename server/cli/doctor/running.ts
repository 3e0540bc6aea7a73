/** How the gateway is that runs on the data folder, if one does. */
import { createClient } from "../../client.ts";
import { VERSION } from "../../version.ts";
import { isFailure } from "../failure.ts";
import { readHealth } from "../health.ts";
import { START_ONE } from "../own-gateway.ts";
import { findGateway, findTarget, type TargetOptions } from "../target.ts";
import type { Terminal } from "../terminal.ts";
import { type Finding, good, warning, wrong } from "./finding.ts";

export interface Running {
  readonly isRunning: boolean;
  readonly findings: readonly Finding[];
}

/** Asks it how it is, and whether it takes the token that the other commands would show. */
export async function checkRunning(options: TargetOptions, terminal: Terminal): Promise<Running> {
  const address = findGateway(options, terminal);
  if (isFailure(address)) {
    const { message, hint } = address;
    return { isRunning: false, findings: [hint === START_ONE ? good(message) : warning(message, hint)] };
  }
  const { url, urlSource } = address;
  const health = await readHealth(url);
  if (health === null) {
    const message = `No gateway answers at ${url} (from ${urlSource}).`;
    return { isRunning: false, findings: [warning(message, "Start one with `tollgate start`.")] };
  }
  const { version, reasons = [] } = health;
  return {
    isRunning: true,
    findings: [
      good(`A gateway answers at ${url}.`),
      ...reasons.map((reason) => wrong(`The gateway is degraded: ${reason}`, null)),
      ...(version === VERSION
        ? []
        : [
            warning(
              `The gateway is of version ${version}, this command of ${VERSION}.`,
              "Restart the gateway.",
            ),
          ]),
      ...(await checkToken(options, terminal)),
    ],
  };
}

async function checkToken(options: TargetOptions, terminal: Terminal): Promise<Finding[]> {
  const target = findTarget(options, terminal);
  if (isFailure(target)) return [warning(target.message, target.hint)];
  const { data, response } = await createClient(target.url, target.token).api.status.get();
  if (response?.status === 401) {
    const message = `The gateway refuses the token from ${target.tokenSource}.`;
    return [
      wrong(
        message,
        "Give the right one with --token or TOLLGATE_ADMIN_TOKEN; `tollgate token reset` makes a new one.",
      ),
    ];
  }
  return (data?.gateway.warnings ?? []).map((one) => warning(one, null));
}
