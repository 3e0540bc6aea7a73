/** Whether the configured providers can be reached, have a key, and agree with this machine on what time it is. */
import type { Instant, Millis } from "../../core/duration.ts";
import type { Settings } from "../../core/settings.ts";
import { createProviders } from "../../providers/index.ts";
import { renderSpan } from "../figures.ts";
import { sayWhy } from "../files.ts";
import { type Finding, good, warning, wrong } from "./finding.ts";

const PATIENCE: Millis = 5_000;
/** Hours and days of budgets begin by this clock, and TLS goes by it, too. */
const MOST_SKEW: Millis = 30_000;

/** Calls each provider that the file names once, without a key. `stored`: those whose key the running gateway keeps. */
export async function checkUpstreams(
  { providers, agents }: Settings,
  stored: ReadonlySet<string>,
  now: () => Instant,
): Promise<Finding[]> {
  const known = createProviders(providers);
  const called = Object.values(agents).flatMap(({ provider }) => provider ?? []);
  const named = [...new Set([...Object.keys(providers), ...called])];
  const enabled = named.filter((name) => providers[name]?.enabled !== false);
  if (enabled.length === 0) return [good("No provider is configured: agents bring their own keys.")];
  const visits = await Promise.all(
    enabled.map(async (name) => {
      const base = known.find(name)?.base ?? "";
      return { name, base, ...(await visit(base, now)) };
    }),
  );
  const skew = visits.flatMap(({ skew }) => skew ?? []).toSorted((a, b) => Math.abs(a) - Math.abs(b))[0];
  return [
    ...visits.map(({ name, base, failure }) => tellVisit(name, base, failure)),
    ...enabled.filter((name) => lacksKey(name) && !stored.has(name)).map(tellMissingKey),
    ...(skew === undefined ? [] : [tellSkew(skew)]),
  ];

  /** A host of one's own, such as a local model, may need none. */
  function lacksKey(name: string): boolean {
    const own = providers[name];
    return (own?.protocol ?? null) === null && !own?.api_key && (own?.api_keys.length ?? 0) === 0;
  }
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
    `Check the network and providers.${name}.base_url.`,
  );
}

function tellMissingKey(name: string): Finding {
  const remedy = `Store one with \`tollgate providers set ${name} -\`, or set providers.${name}.api_key.`;
  return warning(`No key of ${name} is stored: agents must bring their own.`, remedy);
}

function tellSkew(skew: Millis): Finding {
  if (Math.abs(skew) <= MOST_SKEW) return good("The clock agrees with the providers'.");
  const where = skew > 0 ? "behind" : "ahead of";
  const message = `This machine's clock is ${renderSpan(Math.abs(skew))} ${where} the providers': budgets begin at the wrong hour.`;
  return wrong(message, "Let it be set by the network, for example with `timedatectl set-ntp true`.");
}
