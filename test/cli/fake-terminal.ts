import type { Terminal } from "../../server/cli/terminal.ts";

export const NOW = Date.parse("2026-01-31T12:00:00Z");

/** A terminal that remembers what it was told. */
export interface FakeTerminal extends Terminal {
  readonly printed: string[];
  readonly complained: string[];
  readonly launched: (readonly string[])[];
  /** Presses Ctrl-C. */
  interrupt(): void;
}

/** Nobody looks at it, its environment is empty and its home does not exist, unless told otherwise. */
export function fakeTerminal(over: Partial<Terminal> = {}): FakeTerminal {
  const printed: string[] = [];
  const complained: string[] = [];
  const launched: (readonly string[])[] = [];
  const interrupts = new Set<() => void>();
  return {
    env: {},
    home: "/nonexistent/home",
    cwd: "/nonexistent",
    isPerson: false,
    columns: 100,
    now: () => NOW,
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
    ...over,
    printed,
    complained,
    launched,
    interrupt() {
      for (const run of interrupts) run();
    },
  };
}
