/** The World: time, chance, network, storage and configuration, built once and passed down. Tests pass their own. */
import { randomBytes } from "node:crypto";
import { totalmem } from "node:os";
import type { AssetTable } from "./assets.ts";
import type { ParsedConfig } from "./config/load.ts";
import { compareSettings } from "./config/reload.ts";
import type { Bytes, Instant, Millis } from "./core/duration.ts";
import type { Settings } from "./core/settings.ts";
import { createFleet, type LiveFleet } from "./gateway/fleet.ts";
import type { Fetch } from "./gateway/forward.ts";
import { createSetup, type Setup } from "./gateway/setup.ts";
import type { Resolve } from "./gateway/target-url.ts";
import type { ReloadResult } from "./management/context.ts";
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
  readonly resolve: Resolve;
  /** What buffered request bodies may hold together: a quarter of the machine's memory. */
  readonly bodyMemory: Bytes;
  readonly store: Store;
  readonly fleet: LiveFleet;
  readonly configuration: Configuration;
  /** The built page, or null when running from source. */
  readonly assets: AssetTable | null;
  readonly stopping: AbortController;
  log(message: string): void;
}

/** The configuration in force, and the way to another one. */
export interface Configuration {
  setup(): Setup;
  /** Sentences about settings that work but deserve attention. */
  warnings(): readonly string[];
  /** Reads the file anew and swaps everything in at once, or refuses it whole. */
  reload(): Promise<ReloadResult>;
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
  return {
    version,
    startedAt,
    now: Date.now,
    newId: () => Bun.randomUUIDv7(),
    random: (bytes) => randomBytes(bytes),
    every,
    fetch: (url, init) => fetch(url, init),
    resolve: async (host) => (await Bun.dns.lookup(host)).map(({ address }) => address),
    bodyMemory: totalmem() / 4,
    store,
    fleet: createFleet(store.index, configuration.setup().settings.gateway.timezone, startedAt),
    configuration,
    assets,
    stopping: new AbortController(),
    log,
  };
}

/**
 * Keeps the configuration. `read` parses the file as it is now; `onChange` is told of every swap with the paths that
 * changed. What is fixed at the start (sockets, folders, the journal) keeps its value until a restart.
 */
export function createConfiguration(
  first: Extract<ParsedConfig, { settings: Settings }>,
  read: () => Promise<ParsedConfig>,
  onChange: (changed: readonly string[]) => void,
): Configuration {
  let warnings = first.warnings;
  let setup = createSetup(first.settings);
  return {
    setup: () => setup,
    warnings: () => warnings,
    async reload() {
      const parsed = await read();
      if ("problems" in parsed) return { outcome: "refused", problems: parsed.problems };
      const { changed, needsRestart } = compareSettings(setup.settings, parsed.settings);
      if (changed.length > 0) {
        setup = createSetup(keepFixed(parsed.settings, setup.settings));
        warnings = parsed.warnings;
        onChange(changed);
      }
      return {
        outcome: "applied",
        applied: true,
        needs_restart: [...needsRestart],
        warnings: [...parsed.warnings],
      };
    },
  };
}

function keepFixed(next: Settings, current: Settings): Settings {
  const { port, host, data_dir, timezone } = current.gateway;
  return {
    ...next,
    gateway: { ...next.gateway, port, host, data_dir, timezone },
    dashboard: current.dashboard,
    audit: current.audit,
  };
}

function every(period: Millis, run: () => void): () => void {
  const timer = setInterval(run, period);
  timer.unref();
  return () => clearInterval(timer);
}
