/** `run.json`: where the command line finds the gateway that runs on a data folder. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { findNetwork } from "./network.ts";
import { writeWhole } from "./store/whole-file.ts";

export interface RunFile {
  remove(): void;
}

/** Writes the file for this process, whole and readable by its owner alone. Throws what the file system throws. */
export function writeRunFile(dataDir: string, gatewayUrl: string, dashboardUrl: string): RunFile {
  const path = join(dataDir, "run.json");
  const run = {
    pid: process.pid,
    gateway_url: gatewayUrl,
    dashboard_url: dashboardUrl,
    network: findNetwork(),
    data_dir: dataDir,
    started_at: new Date().toISOString(),
  };
  writeWhole(path, `${JSON.stringify(run, null, 2)}\n`);
  return { remove: () => rmSync(path, { force: true }) };
}
