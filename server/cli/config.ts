/** What can be done with configuration files, without a gateway (SPEC 2.3). */
import { defineCommand } from "citty";
import { checkCommand } from "./config-check.ts";
import { importCommand } from "./config-import.ts";
import { schemaCommand } from "./config-schema.ts";
import { unsetCommand } from "./config-unset.ts";
import type { Terminal } from "./terminal.ts";

export function configCommand(terminal: Terminal) {
  return defineCommand({
    meta: { name: "config", description: "Check, describe or import configuration files" },
    subCommands: {
      check: checkCommand(terminal),
      schema: schemaCommand(terminal),
      import: importCommand(terminal),
      unset: unsetCommand(terminal),
    },
  });
}
