/** Runs a program in the foreground, as if it had been started in place of this one. */
import type { Environment } from "../config/env.ts";

/** What is passed on. Ctrl-C is not: the terminal sends it to the program itself. */
const PASSED = ["SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2"] as const;

/**
 * Resolves with its exit code, 128 and the signal's number when a signal ended it, as a shell says it; null when there is
 * no such program.
 */
export async function runProgram(command: readonly string[], env: Environment): Promise<number | null> {
  const [name = "", ...rest] = command;
  const path = Bun.which(name, { PATH: env.PATH ?? "" });
  if (path === null) return null;
  // Listened for before there is a program: one that is up at once may be signalled at once.
  const signals = process.stdin.isTTY ? PASSED : [...PASSED, "SIGINT" as const];
  const listeners = signals.map((signal) => [signal, () => child.kill(signal)] as const);
  for (const [signal, pass] of listeners) process.on(signal, pass);
  // Whoever waits for the program must not end before it.
  const stay = (): void => undefined;
  process.on("SIGINT", stay);
  const child = Bun.spawn([path, ...rest], { env: { ...env }, stdio: ["inherit", "inherit", "inherit"] });
  const code = await child.exited;
  for (const [signal, pass] of listeners) process.off(signal, pass);
  process.off("SIGINT", stay);
  return code;
}
