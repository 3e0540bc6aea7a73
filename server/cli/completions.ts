import { defineCommand } from "citty";
import { renderCompletions, SHELLS, type Shell } from "./completion-scripts.ts";
import { fail } from "./failure.ts";
import { EXIT, type Terminal } from "./terminal.ts";
import type { CommandNode } from "./tree.ts";

/** Prints what makes a shell complete the commands and options; `readCommands` gives the tree as it is now. */
export function completionsCommand(terminal: Terminal, readCommands: () => Promise<CommandNode>) {
  return defineCommand({
    meta: { name: "completions", description: "Print what makes a shell complete commands and options" },
    args: {
      shell: { type: "positional", required: false, description: `One of ${SHELLS.join(", ")}` },
    },
    async run({ args }) {
      const shell = SHELLS.find((one) => one === args.shell);
      if (shell === undefined) {
        const message =
          args.shell === undefined
            ? "The shell is missing"
            : `There is nothing for ${JSON.stringify(args.shell)}`;
        fail(
          `${message}; expected one of ${SHELLS.join(", ")}.`,
          "`tollgate completions --help` shows how.",
          EXIT.usage,
        );
      }
      terminal.print(renderCompletions(shell satisfies Shell, await readCommands()));
    },
  });
}
