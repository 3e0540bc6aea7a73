/** Whether nothing is found because a name is misspelt: silence would be taken for an answer. */
import { type Failure, isFailure } from "./failure.ts";
import { findAgent } from "./find-agent.ts";
import { findProvider } from "./find-provider.ts";
import { readLogs } from "./logs-read.ts";
import type { Target } from "./target.ts";

/** The names that somebody asks for; each may be left out. */
export interface AskedNames {
  readonly agent?: string | undefined;
  readonly provider?: string | undefined;
}

/**
 * The first of the names that the gateway knows neither now nor from its log, as a failure that names the one that was
 * probably meant; null where there is none. Names of old, and of those that only report events, stand in the log alone.
 */
export async function findMisspelt(target: Target, { agent, provider }: AskedNames): Promise<Failure | null> {
  const isLogged = async (query: AskedNames): Promise<boolean> => {
    const entries = await readLogs(target, query, { most: 1, after: 0 });
    return !isFailure(entries) && entries.length > 0;
  };
  if (agent !== undefined && !(await isLogged({ agent }))) {
    const found = await findAgent(target, agent);
    if (isFailure(found)) return found;
  }
  if (provider !== undefined && !(await isLogged({ provider }))) {
    const found = await findProvider(target, provider);
    if (isFailure(found)) return found;
  }
  return null;
}
