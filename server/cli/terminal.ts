/** What a command sees of the process it runs in; tests give it another. */
import { homedir } from "node:os";
import type { Environment } from "../config/env.ts";
import type { Instant } from "../core/duration.ts";
import { type Input, processInput } from "./input.ts";
import { runProgram } from "./program.ts";

/** What a process ends with: done; failed, and the reason was told; called in a way that makes no sense. */
export const EXIT = { ok: 0, failure: 1, usage: 2 } as const;

export interface Terminal {
  /** One line of the answer, to standard output. */
  print(line: string): void;
  /** One line about the answer, to standard error. */
  complain(line: string): void;
  readonly env: Environment;
  readonly home: string;
  readonly cwd: string;
  /** Whether a person reads standard output. */
  readonly isPerson: boolean;
  /** How many columns fit; unlimited where nobody looks. */
  readonly columns: number;
  readonly now: () => Instant;
  readonly input: Input;
  /** Calls back at Ctrl-C or SIGTERM, instead of the process ending. Returns the way to stop. */
  onInterrupt(run: () => void): () => void;
  /** Starts a program without waiting for it; false when it is not installed. */
  launch(command: readonly string[]): boolean;
  /** Runs a program in the foreground and resolves with its exit code; null when it is not installed. */
  run(command: readonly string[], env: Environment): Promise<number | null>;
}

/** The real one. */
export function processTerminal(): Terminal {
  const isPerson = process.stdout.isTTY === true;
  endWithReader();
  return {
    print: (line) => void process.stdout.write(`${line}\n`),
    complain: (line) => void process.stderr.write(`${line}\n`),
    env: process.env,
    home: homedir(),
    // Fails in a folder that is gone: then inside the command that asks, which tells it.
    get cwd() {
      return process.cwd();
    },
    isPerson,
    columns: isPerson ? process.stdout.columns || 80 : Number.POSITIVE_INFINITY,
    now: Date.now,
    input: processInput(),
    onInterrupt(run) {
      process.once("SIGINT", run).once("SIGTERM", run);
      return () => process.off("SIGINT", run).off("SIGTERM", run);
    },
    launch(command) {
      const [program = "", ...rest] = command;
      const path = Bun.which(program);
      if (!path) return false;
      Bun.spawn([path, ...rest], { stdio: ["ignore", "ignore", "ignore"] }).unref();
      return true;
    },
    run: runProgram,
  };
}

/** `tollgate logs | head` closes the pipe when it has enough: that is no failure. A full disk is one. */
function endWithReader(): void {
  process.stdout.on("error", (error: Error & { code?: string }) => {
    if (error.code === "EPIPE") process.exit(EXIT.ok);
    process.stderr.write(`tollgate: Standard output cannot be written: ${error.message}\n`);
    process.exit(EXIT.failure);
  });
}
