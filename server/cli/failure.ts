/** Why a command did not do what it was asked to, for the person who asked. */
import { EXIT } from "./terminal.ts";

export interface Failure {
  readonly kind: "failure";
  /** What is wrong, in a sentence. */
  readonly message: string;
  /** What to do next, in a sentence; null when there is nothing to add. */
  readonly hint: string | null;
  /** One of EXIT, or what a shell means by it. */
  readonly code: number;
}

/** A failure as a value, for functions whose callers may know better. */
export function failure(message: string, hint: string | null = null, code: number = EXIT.failure): Failure {
  return { kind: "failure", message, hint, code };
}

/** Ends the command: `runCli` tells the failure and makes its code the process's. */
export function fail(message: string, hint: string | null = null, code: number = EXIT.failure): never {
  throw new CommandFailed(failure(message, hint, code));
}

/** The value, which may be none, unless it is a failure, which ends the command. */
export function orFail<Value extends object | null>(value: Value | Failure): Value {
  if (isFailure(value)) throw new CommandFailed(value);
  return value;
}

export function isFailure(value: object | null): value is Failure {
  return value !== null && "kind" in value && value.kind === "failure";
}

/** How a failure travels from inside a command to `runCli`, past the argument parser that called it. */
export class CommandFailed extends Error {
  readonly failure: Failure;

  constructor(cause: Failure) {
    super(cause.message);
    this.failure = cause;
  }
}
