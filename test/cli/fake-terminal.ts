import type { Input } from "../../server/cli/input.ts";
import type { Terminal } from "../../server/cli/terminal.ts";
import type { Environment } from "../../server/config/env.ts";

export const NOW = Date.parse("2026-01-31T12:00:00Z");

/** A terminal that remembers what it was told. */
export interface FakeTerminal extends Terminal {
  readonly printed: string[];
  readonly complained: string[];
  readonly launched: (readonly string[])[];
  /** Programs that ran in the foreground, with their environment. */
  readonly ran: { readonly command: readonly string[]; readonly env: Environment }[];
  /** Presses Ctrl-C. */
  interrupt(): void;
}

/** Nobody looks at it, its environment is empty and its home does not exist, unless told otherwise. */
export function fakeTerminal(over: Partial<Terminal> = {}): FakeTerminal {
  const printed: string[] = [];
  const complained: string[] = [];
  const launched: (readonly string[])[] = [];
  const ran: FakeTerminal["ran"] = [];
  const interrupts = new Set<() => void>();
  return {
    env: {},
    home: "/nonexistent/home",
    cwd: "/nonexistent",
    isPerson: false,
    columns: 100,
    now: () => NOW,
    input: fakeInput(),
    print: (line) => printed.push(line),
    complain: (line) => complained.push(line),
    onInterrupt(run) {
      interrupts.add(run);
      return () => interrupts.delete(run);
    },
    launch(command) {
      launched.push(command);
      return true;
    },
    run(command, env) {
      ran.push({ command, env });
      return Promise.resolve(0);
    },
    ...over,
    printed,
    complained,
    launched,
    ran,
    interrupt() {
      for (const run of interrupts) run();
    },
  };
}

/** A standard input from which `text` comes: line by line to a person's questions, or whole from a pipe. */
export function fakeInput(text = "", isPerson = false): Input {
  const lines = text === "" ? [] : text.split("\n");
  const ask = () => Promise.resolve(lines.shift() ?? null);
  return { isPerson, ask, askSecret: ask, readAll: () => Promise.resolve(text) };
}
