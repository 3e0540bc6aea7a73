/** Whether the gateway can do its duty, and what about its settings deserves attention. Pure. */
import type { Health } from "./management/context.ts";
import type { Store } from "./store/store.ts";

/** Sentences for the person: reasons of degradation, and the configuration's warnings. */
export function findHealth({ journal, holds }: Store, warnings: readonly string[]): Health {
  return { degraded: [journal.problem, holds.problem].filter((problem) => problem !== null), warnings };
}
