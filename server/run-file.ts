/** `run.json`: where the command line finds the gateway that runs on a data folder. */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface RunFile {
  remove(): void;
}

/** Writes the file for this process, readable by its owner alone. Throws what the file system throws. */
export function writeRunFile(dataDir: string, gatewayUrl: string, dashboardUrl: string): RunFile {
  const path = join(dataDir, "run.json");
  const run = {
    pid: process.pid,
    gateway_url: gatewayUrl,
    dashboard_url: dashboardUrl,
    data_dir: dataDir,
    started_at: new Date().toISOString(),
  };
  writeFileSync(path, `${JSON.stringify(run, null, 2)}\n`, { mode: 0o600 });
  return { remove: () => rmSync(path, { force: true }) };
}
