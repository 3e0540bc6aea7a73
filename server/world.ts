/** The World: time, chance, network, storage and configuration, built once and passed down. Tests pass their own. */
import { randomBytes } from "node:crypto";
import { connect } from "node:net";
import { totalmem } from "node:os";
import type { AssetTable } from "./assets.ts";
import type { Configuration } from "./configuration.ts";
import type { Bytes, Instant, Millis } from "./core/duration.ts";
import type { IsUnconnected } from "./gateway/contact.ts";
import { createFleet, type LiveFleet } from "./gateway/fleet.ts";
import type { Fetch } from "./gateway/forward.ts";
import { createKeyring, type Keyring } from "./gateway/keys.ts";
import type { Resolve } from "./gateway/target-url.ts";
import { type Alerts, createAlerts } from "./outbound/alerts/alerts.ts";
import { createIsUnconnected, SYSTEM_TABLES } from "./sockets.ts";
import type { Store } from "./store/store.ts";

export interface World {
  readonly version: string;
  readonly startedAt: Instant;
  now(): Instant;
  newId(): string;
  random(bytes: number): Uint8Array;
  /** Calls back each period until the returned function is called. Does not keep the process alive. */
  every(period: Millis, run: () => void): () => void;
  readonly fetch: Fetch;
  readonly isUnconnected: IsUnconnected;
  readonly resolve: Resolve;
  /** What buffered request bodies may hold together: a quarter of the machine's memory. */
  readonly bodyMemory: Bytes;
  readonly store: Store;
  readonly keys: Keyring;
  readonly fleet: LiveFleet;
  readonly configuration: Configuration;
  /** Watch nothing before they are started. */
  readonly alerts: Alerts;
  /** The built page, or null when running from source. */
  readonly assets: AssetTable | null;
  readonly stopping: AbortController;
  log(message: string): void;
}

/** What is not decided by the machine. */
export interface WorldParts {
  readonly version: string;
  readonly configuration: Configuration;
  readonly store: Store;
  readonly assets: AssetTable | null;
  log(message: string): void;
}

/** The world of a running gateway. */
export function createWorld({ version, configuration, store, assets, log }: WorldParts): World {
  const startedAt = Date.now();
  const { settings } = configuration.setup();
  const world: Omit<World, "alerts"> = {
    version,
    startedAt,
    now: Date.now,
    newId: () => Bun.randomUUIDv7(),
    random: (bytes) => randomBytes(bytes),
    every,
    fetch: (url, init) => fetch(url, init),
    isUnconnected: createIsUnconnected({ ...SYSTEM_TABLES, resolve: lookUp }),
    resolve: lookUp,
    bodyMemory: totalmem() / 4,
    store,
    keys: createKeyring(store.state, randomBytes),
    fleet: createFleet({
      index: store.index,
      zone: settings.gateway.timezone,
      now: startedAt,
    }),
    configuration,
    assets,
    stopping: new AbortController(),
    log,
  };
  const alerts = createAlerts({ ...world, setup: configuration.setup, connect, telegram: TELEGRAM });
  return { ...world, alerts };
}

const TELEGRAM = "https://api.telegram.org";
const LOOKUP_LIMIT: Millis = 5_000;

/** A name server that does not answer must not hold a request, or the gateway's end, for as long as it likes. */
async function lookUp(host: string): Promise<string[]> {
  const late = Promise.withResolvers<string[]>();
  const timer = setTimeout(late.resolve, LOOKUP_LIMIT, []);
  const found = Bun.dns.lookup(host).then((all) => all.map(({ address }) => address));
  return Promise.race([found, late.promise]).finally(() => clearTimeout(timer));
}

function every(period: Millis, run: () => void): () => void {
  const timer = setInterval(run, period);
  timer.unref();
  return () => clearInterval(timer);
}
