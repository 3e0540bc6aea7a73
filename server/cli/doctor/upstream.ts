/** Whether the configured providers can be reached, have a key, and agree with this machine on what time it is. */
import type { Instant, Millis } from "../../core/duration.ts";
import type { Settings } from "../../core/settings.ts";
import type { ProviderEntry } from "../../management/wire/settings.ts";
import { createProviders, KNOWN_PROVIDERS } from "../../providers/index.ts";
import { renderSpan } from "../figures.ts";
import { sayWhy } from "../files.ts";
import { type Finding, good, warning, wrong } from "./finding.ts";

const PATIENCE: Millis = 5_000;
/** Hours and days of budgets begin by this clock, and TLS goes by it, too. */
const MOST_SKEW: Millis = 30_000;

/** A provider that somebody has set up. */
export interface Upstream {
  readonly name: string;
  readonly base: string;
  readonly hasKey: boolean;
}

/** Those that the file names, or that an agent of it is served by. Pure. */
export function listConfigured({ providers, agents }: Settings): Upstream[] {
  const known = createProviders(providers);
  const serving = Object.values(agents).flatMap(({ provider }) => provider ?? []);
  const names = [...new Set([...Object.keys(providers), ...serving])];
  return names
    .filter((name) => providers[name]?.enabled !== false)
    .map((name) => {
      const { api_key = null, api_keys = [] } = providers[name] ?? {};
      return { name, base: known.find(name)?.base ?? "", hasKey: api_key !== null || api_keys.length > 0 };
    });
}

/** Those that a running gateway was told something about, in its file or since. Pure. */
export function listServed(providers: readonly ProviderEntry[]): Upstream[] {
  return providers
    .filter(({ enabled, sources }) => enabled && Object.keys(sources).length > 0)
    .map(({ name, base_url, key }) => ({ name, base: base_url, hasKey: key !== null }));
}

/** Calls each once, without a key. */
export async function checkUpstreams(upstreams: readonly Upstream[], now: () => Instant): Promise<Finding[]> {
  if (upstreams.length === 0) return [good("No provider is configured: agents bring their own keys.")];
  const visits = await Promise.all(
    upstreams.map(async (upstream) => ({ ...upstream, ...(await visit(upstream.base, now)) })),
  );
  const [skew] = visits.flatMap((one) => one.skew ?? []).toSorted((a, b) => Math.abs(a) - Math.abs(b));
  return [
    ...visits.map(({ name, base, failure }) => tellVisit(name, base, failure)),
    // A host of one's own, such as a local model, may need none.
    ...visits.filter(({ name, hasKey }) => !hasKey && KNOWN_PROVIDERS.includes(name)).map(tellMissingKey),
    ...(skew === undefined ? [] : [tellSkew(skew)]),
  ];
}

interface Visit {
  readonly failure: string | null;
  /** How far its clock is ahead of ours; null when it does not say. */
  readonly skew: Millis | null;
}

/** Any answer will do: that there is no such page, or that a key is missing. */
async function visit(base: string, now: () => Instant): Promise<Visit> {
  const before = now();
  try {
    const signal = AbortSignal.timeout(PATIENCE);
    const { headers } = await fetch(base, { redirect: "manual", signal });
    const date = Date.parse(headers.get("date") ?? "");
    // The header leaves out what is less than a second.
    return { failure: null, skew: Number.isNaN(date) ? null : date + 500 - (before + now()) / 2 };
  } catch (error) {
    return { failure: sayWhy(error), skew: null };
  }
}

function tellVisit(name: string, base: string, failure: string | null): Finding {
  const { host } = new URL(base);
  if (failure === null) return good(`${name} answers at ${host}.`);
  return wrong(
    `${name} cannot be reached at ${host}: ${failure.replace(/\.$/, "")}.`,
    `Check the network and its address: \`tollgate providers set ${name} --base-url URL\`, or providers.${name}.base_url.`,
  );
}

function tellMissingKey({ name }: Upstream): Finding {
  const remedy = `Store one with \`tollgate providers set ${name} -\`, or set providers.${name}.api_key.`;
  return warning(`No key of ${name} is stored: agents must bring their own.`, remedy);
}

function tellSkew(skew: Millis): Finding {
  if (Math.abs(skew) <= MOST_SKEW) return good("The clock agrees with the providers'.");
  const where = skew > 0 ? "behind" : "ahead of";
  const message = `This machine's clock is ${renderSpan(Math.abs(skew))} ${where} the providers': budgets begin at the wrong hour.`;
  return wrong(message, "Let it be set by the network, for example with `timedatectl set-ntp true`.");
}
