import { defineCommand } from "citty";
import { listProvidersCommand } from "./providers-list.ts";
import { removeProviderCommand } from "./providers-remove.ts";
import { setProviderCommand } from "./providers-set.ts";
import { testProvidersCommand } from "./providers-test.ts";
import type { Terminal } from "./terminal.ts";

/** Everything about the hosts that calls go to, and the keys that are stored for them (SPEC 5.4). */
export function providersCommand(terminal: Terminal) {
  return defineCommand({
    meta: { name: "providers", description: "List providers, store and try out their keys" },
    subCommands: {
      list: listProvidersCommand(terminal),
      set: setProviderCommand(terminal),
      remove: removeProviderCommand(terminal),
      test: testProvidersCommand(terminal),
    },
  });
}
