import { defineCommand } from "citty";
import { renderPath } from "../config/problem.ts";
import { pathOf } from "../config/run-time.ts";
import { openStore } from "../store/open.ts";
import { fail, orFail } from "./failure.ts";
import { locate, TARGET_ARGS } from "./target.ts";
import type { Terminal } from "./terminal.ts";

const { config, "data-dir": dataDir } = TARGET_ARGS;
const WHILE_RUNNING =
  "A running gateway changes its own: `agents unset`, `providers remove`, or null by PATCH /api/config.";

/** The way back for a gateway that starts no longer with what was set while it ran (SPEC 2.2). Works on the files alone. */
export function unsetCommand(terminal: Terminal) {
  return defineCommand({
    meta: { name: "unset", description: "Clear what was set at run time; the gateway must be stopped" },
    args: {
      path: {
        type: "positional",
        required: false,
        description: "What to clear, and all beneath it; lists what is set if not given",
      },
      config,
      "data-dir": dataDir,
    },
    run({ args }) {
      const { path } = args;
      const { now, complain, print } = terminal;
      const located = orFail(locate(args, terminal));
      const store = openStore({ ...located, now, log: complain });
      if ("problem" in store) return fail(`${store.problem}.`, WHILE_RUNNING);
      try {
        const kept = store.state.readSettings().map(({ path: key }) => ({ key, name: nameOf(key) }));
        if (path === undefined) {
          for (const { name } of kept) print(name);
          return;
        }
        const cleared = kept.filter(({ name }) => name === path || name.startsWith(`${path}.`));
        if (cleared.length === 0) {
          fail(`Nothing at ${path} was set at run time.`, "Without a path, all that was set is listed.");
        }
        const names = cleared.map(({ name }) => name);
        store.state.writeSettings(
          [],
          cleared.map(({ key }) => key),
        );
        const time = new Date(now()).toISOString();
        const detail = { by: "command line", cleared: names };
        store.journal.append({ type: "admin", event: "config.changed", time, detail });
        for (const name of names) print(`${name} is not set at run time any more.`);
      } finally {
        store.close();
      }
    },
  });
}

/** As problems name it; a row that was edited by hand by whatever stands there. */
function nameOf(key: string): string {
  const path = pathOf(key);
  return path === null ? key : renderPath(path);
}
