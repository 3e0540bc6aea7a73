import { randomBytes } from "node:crypto";
import { resolve } from "node:path";
import { defineCommand } from "citty";
import { renderProblem } from "../config/problem.ts";
import { loadConfiguration } from "../load.ts";
import { resetAdminToken } from "../management/admin-token.ts";
import { isWorking } from "../management/token-ring.ts";
import { openStore } from "../store/open.ts";
import { fail } from "./failure.ts";
import { renderAmount } from "./figures.ts";
import { TARGET_ARGS } from "./target.ts";
import type { Terminal } from "./terminal.ts";

export function tokenCommand(terminal: Terminal) {
  return defineCommand({
    meta: { name: "token", description: "Replace the admin token" },
    subCommands: { reset: resetCommand(terminal) },
  });
}

const { config, "data-dir": dataDir } = TARGET_ARGS;

/** Needs the files and not the old token, which may be lost; whoever may write the files could do the same by hand. */
function resetCommand(terminal: Terminal) {
  return defineCommand({
    meta: {
      name: "reset",
      description: "Make a new admin token and end every login; the gateway must be stopped",
    },
    args: { config, "data-dir": dataDir },
    run({ args }) {
      const file = args.config ? resolve(terminal.cwd, args.config) : null;
      const loaded = loadConfiguration({ file, overrides: { "data-dir": args["data-dir"] } });
      if ("problems" in loaded) return fail(loaded.problems.map(renderProblem).join("\n"));
      const { admin, audit, gateway } = loaded.settings;
      if (admin.token !== null) {
        fail("The configuration or TOLLGATE_ADMIN_TOKEN sets the admin token.", "Change it there.");
      }
      const { now, complain } = terminal;
      const { data_dir: folder, timezone } = gateway;
      const store = openStore({ dataDir: folder, audit, timezone, now, log: complain });
      if ("problem" in store) return fail(`${store.problem}.`);
      try {
        const place = { keepFile: admin.token_file, dataDir: folder };
        const { token, file: copy } = resetAdminToken(place, store.state, randomBytes);
        const time = new Date(now()).toISOString();
        store.journal.append({ type: "admin", event: "token.reset", time });
        terminal.print(token);
        complain("This token is shown this once; every login with the old one has ended.");
        if (copy !== null) complain(`This user's command line finds it in ${copy}.`);
        const others = store.state.readTokens().filter((one) => isWorking(one, now()));
        if (others.length > 0) complain(describeOthers(others.map(({ id }) => id)));
      } finally {
        store.close();
      }
    },
  });
}

/** Whoever had the old token may have made them. */
function describeOthers(ids: readonly string[]): string {
  const verb = ids.length === 1 ? "works" : "work";
  return `${renderAmount(ids.length, "further token")} still ${verb}: ${ids.join(", ")}. DELETE /api/tokens/{id} ends one.`;
}
