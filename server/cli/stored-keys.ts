/** For which providers a running gateway has a key, as far as it tells this user. */
import { ask } from "./ask.ts";
import { isFailure } from "./failure.ts";
import { findTarget, type TargetOptions } from "./target.ts";
import type { Terminal } from "./terminal.ts";

/** Their names, and `auto` when there are any; empty where the gateway cannot be asked. */
export async function findStoredKeys(
  options: TargetOptions,
  terminal: Terminal,
): Promise<ReadonlySet<string>> {
  const target = findTarget(options, terminal);
  if (isFailure(target)) return new Set();
  const answer = await ask(target, (client) => client.api.providers.get());
  if (isFailure(answer)) return new Set();
  const names = answer.providers.filter(({ key }) => key !== null).map(({ name }) => name);
  return new Set(names.length === 0 ? [] : [...names, "auto"]);
}
