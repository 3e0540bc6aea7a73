import { defineCommand } from "citty";
import { VERSION } from "../version.ts";
import type { Terminal } from "./terminal.ts";

export function versionCommand(terminal: Terminal) {
  return defineCommand({
    meta: { name: "version", description: "Print the version" },
    run() {
      terminal.print(`tollgate ${VERSION}`);
    },
  });
}
