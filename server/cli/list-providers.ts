import type { ProviderEntry } from "../management/wire/settings.ts";
import { ask } from "./ask.ts";
import { isFailure } from "./failure.ts";
import { findTarget, type TargetOptions } from "./target.ts";
import type { Terminal } from "./terminal.ts";

/** Every provider as a running gateway has it; null where none can be asked, or none answers this user. */
export async function listProviders(
  options: TargetOptions,
  terminal: Terminal,
): Promise<readonly ProviderEntry[] | null> {
  const target = findTarget(options, terminal);
  if (isFailure(target)) return null;
  const answer = await ask(target, (client) => client.api.providers.get());
  return isFailure(answer) ? null : answer.providers;
}
