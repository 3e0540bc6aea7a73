import { defineCommand } from "citty";
import { ask } from "./ask.ts";
import { orFail } from "./failure.ts";
import { findTarget, TARGET_ARGS } from "./target.ts";
import type { Terminal } from "./terminal.ts";

/** Prints a link that logs one browser in, and opens it where there is a browser to open. */
export function dashboardCommand(terminal: Terminal) {
  return defineCommand({
    meta: { name: "dashboard", description: "Open the dashboard with a one-time login link" },
    args: {
      open: {
        type: "boolean",
        default: true,
        description: "Open the browser",
        negativeDescription: "Only print the link",
      },
      ...TARGET_ARGS,
    },
    async run({ args }) {
      const target = orFail(findTarget(args, terminal));
      const link = orFail(await ask(target, (client) => client.api.session.link.post()));
      terminal.print(link.url);
      terminal.complain("The link works once, within a minute.");
      const opener = args.open && terminal.isPerson ? openerFor(process.platform, terminal) : null;
      if (opener) terminal.launch([...opener, link.url]);
    },
  });
}

/** The program that opens an address in the person's browser, or null where no screen is in reach. */
export function openerFor(
  platform: NodeJS.Platform,
  { env }: Pick<Terminal, "env">,
): readonly string[] | null {
  if (platform === "darwin") return ["open"];
  if (platform === "win32") return ["rundll32", "url.dll,FileProtocolHandler"];
  return env.DISPLAY || env.WAYLAND_DISPLAY ? ["xdg-open"] : null;
}
