/** Tries a provider's stored key out, at the cost of nothing: its list of models is asked for (SPEC 19). */
import type { Millis } from "../core/duration.ts";
import type { Provider } from "../providers/provider.ts";
import type { ManagementContext } from "./context.ts";
import type { ProviderCheckAnswer } from "./wire/settings.ts";

const PATIENCE: Millis = 10_000;
/** Some providers call a wrong key a bad request, and this one cannot be bad otherwise. */
const WRONG_KEY = [400, 401, 403];

/** One authenticated GET; never follows a redirect, since the key would go along, and reads no answer's text. */
export async function checkKey(
  provider: Provider,
  { fetch, now, every }: Pick<ManagementContext, "fetch" | "now" | "every">,
): Promise<ProviderCheckAnswer> {
  const { id, apiKey } = provider;
  const headers = new Headers({ ...provider.headers, accept: "application/json" });
  const located = provider.locate({ method: "GET", rest: "models", query: "", headers });
  if (apiKey !== null) provider.authorize(headers, apiKey, located);
  const late = new AbortController();
  const stop = every(PATIENCE, () => late.abort());
  const began = now();
  const status = await fetch(located.url, { headers, redirect: "manual", signal: late.signal })
    .then(async (response) => {
      await response.body?.cancel();
      return response.status;
    })
    // Refused, unknown host, broken TLS, too late: all the same to whoever asks whether it can be used.
    .catch(() => null)
    .finally(stop);
  const outcome = judge(status, apiKey !== null);
  return {
    provider: id,
    outcome,
    status,
    latency_ms: now() - began,
    message: describe(outcome, id, status, provider.base),
  };
}

type Outcome = ProviderCheckAnswer["outcome"];

function judge(status: number | null, hasKey: boolean): Outcome {
  if (status === null) return "unreachable";
  if (status >= 200 && status < 300) return "valid";
  if (WRONG_KEY.includes(status)) return hasKey ? "wrong_key" : "no_key";
  return "unclear";
}

function describe(outcome: Outcome, id: string, status: number | null, base: string): string {
  switch (outcome) {
    case "valid":
      return `${id} can be used.`;
    case "wrong_key":
      return `${id} does not accept the stored key (status ${status}). Set another one.`;
    case "no_key":
      return `${id} wants a key (status ${status}), and none is stored. Set one.`;
    case "unreachable":
      return `${id} cannot be reached at ${base}. Check base_url and the network.`;
    case "unclear":
      return `${id} answered with status ${status}, which says nothing of the key. Try a call.`;
  }
}
