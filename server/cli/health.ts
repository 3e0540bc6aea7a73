/** Whether a gateway answers, which needs no token. */
import { createClient } from "../client.ts";
import type { Millis } from "../core/duration.ts";
import type { HealthAnswer } from "../management/wire/status.ts";

/** Something else may listen there and never answer. */
const PATIENCE: Millis = 3_000;

/** What the gateway at this address says of itself, also when it is degraded; null when none answers there. */
export async function readHealth(url: string): Promise<HealthAnswer | null> {
  const { data, error } = await createClient(url, "").health.get({
    fetch: { signal: AbortSignal.timeout(PATIENCE) },
  });
  const said: unknown = data ?? error?.value;
  return isHealth(said) ? said : null;
}

function isHealth(said: unknown): said is HealthAnswer {
  return (
    typeof said === "object" && said !== null && "status" in said && "uptime_ms" in said && "version" in said
  );
}
