/** Brings a gateway up in this process: configuration, store, world, listeners. And takes it down again. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { listen } from "./app.ts";
import { loadAssets } from "./assets.ts";
import { type Overrides, type ParsedConfig, parseConfig } from "./config/load.ts";
import { renderProblem } from "./config/problem.ts";
import { watchConfig } from "./config/watch.ts";
import type { Millis } from "./core/duration.ts";
import type { NoteLine } from "./core/event.ts";
import { findHealth } from "./health.ts";
import { provisionAdminToken, renderTokenAtStart } from "./management/admin-token.ts";
import { KNOWN_PROVIDERS } from "./providers/index.ts";
import { checkPriceList } from "./providers/price-list.ts";
import { openStore } from "./store/open.ts";
import { VERSION } from "./version.ts";
import { createConfiguration, createWorld } from "./world.ts";

export interface LaunchOptions {
  /** Absolute path of the configuration, or null for the defaults. */
  readonly file: string | null;
  readonly overrides: Overrides;
  /** Whether a person reads what is printed: only then is a new admin token shown. */
  readonly isTerminal: boolean;
  log(message: string): void;
}

export interface Running {
  readonly gatewayUrl: string;
  readonly dashboardUrl: string;
  /** What a person should read now: where the admin token is, what is exposed. */
  readonly notices: readonly string[];
  readonly warnings: readonly string[];
  /** Reads the configuration anew, says in the log what came of it, and reopens the journal's file for log rotators. */
  refresh(): Promise<void>;
  /** Lets calls in flight finish within `gateway.shutdown_timeout`, settles and flushes everything. */
  stop(): Promise<void>;
  /** Ends at once; what was settled is kept. */
  abandon(): void;
}

/** How long a changed file must be quiet before it is read. */
const SETTLE: Millis = 100;

/** Starts everything, or says as a sentence why it cannot. */
export async function launch(options: LaunchOptions): Promise<Running | { readonly problem: string }> {
  const { file, log } = options;
  const read = (): ParsedConfig => readConfig(options);
  const first = read();
  if ("problems" in first) return { problem: first.problems.map(renderProblem).join("\n") };

  const { gateway, dashboard, audit, admin } = first.settings;
  const dataDir = gateway.data_dir;
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const store = openStore({ dataDir, audit, timezone: gateway.timezone, now: Date.now, log });
  if ("problem" in store) return store;
  const note = (type: NoteLine["type"], event: string, detail?: NoteLine["detail"]): void => {
    store.journal.append({ type, event, time: new Date().toISOString(), detail });
  };

  const configuration = createConfiguration(
    first,
    async () => read(),
    (changed) => note("config", "config.changed", { changed }),
  );
  const world = createWorld({ version: VERSION, configuration, store, assets: await loadAssets(), log });
  const token = provisionAdminToken(
    { configured: admin.token, keepFile: admin.token_file, dataDir, isTerminal: options.isTerminal },
    store.state,
    world.random,
  );
  let listening: ReturnType<typeof listen>;
  try {
    listening = listen(world);
  } catch (cause) {
    store.close();
    const places = `${gateway.host}:${gateway.port} and ${dashboard.host}:${dashboard.port}`;
    const reason = cause instanceof Error ? cause.message : String(cause);
    return {
      problem: `Cannot listen on ${places}: ${reason}\nChoose other ports with --port and --dashboard-port.`,
    };
  }
  note("gateway", "gateway.started", { version: VERSION });
  const { gatewayUrl, dashboardUrl } = listening;
  const runFile = join(dataDir, "run.json");
  writeRunFile(runFile, { gateway_url: gatewayUrl, dashboard_url: dashboardUrl, data_dir: dataDir });

  const reload = async (): Promise<void> => tellReload(await configuration.reload(), log);
  const unwatch = file === null ? null : watchFile(file, reload, log);
  return {
    gatewayUrl,
    dashboardUrl,
    notices: renderTokenAtStart(token, options.isTerminal),
    warnings: findHealth(store, first.settings, configuration.warnings()).warnings,
    refresh() {
      store.journal.reopen();
      return reload();
    },
    async stop() {
      unwatch?.();
      await listening.stop(Bun.sleep(configuration.setup().settings.gateway.shutdown_timeout));
      note("gateway", "gateway.stopped");
      rmSync(runFile, { force: true });
      store.close();
    },
    abandon: () => store.close(),
  };
}

function readConfig({ file, overrides }: LaunchOptions): ParsedConfig {
  const text = file === null ? "" : readText(file);
  if (text === null) {
    const message = "The configuration file cannot be read. Check its path and permissions.";
    return { problems: [{ file: file ?? "", line: null, column: null, path: "", message }] };
  }
  const parsed = parseConfig(text, {
    file,
    env: process.env,
    home: homedir(),
    cwd: process.cwd(),
    zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    providers: KNOWN_PROVIDERS,
    overrides,
  });
  const wrong = "settings" in parsed ? checkPriceFile(parsed.settings.pricing.file) : null;
  if (wrong === null) return parsed;
  const place = { file: file ?? "", line: null, column: null, path: "pricing.file" };
  return { problems: [{ ...place, message: `pricing.file cannot be used: ${wrong}.` }] };
}

/** What is wrong with the price list at a path; null when nothing is, or when the bundled one serves. */
function checkPriceFile(path: string | null): string | null {
  if (path === null) return null;
  const text = readText(path);
  return text === null ? `${path} cannot be read` : checkPriceList(text);
}

function readText(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch {
    // Missing, a folder, or not ours to read: told by the caller with the file's name.
    return null;
  }
}

function watchFile(file: string, reload: () => Promise<void>, log: (message: string) => void): () => void {
  return watchConfig({ file, text: readText(file) ?? "", settle: SETTLE, onChange: reload, onProblem: log });
}

function tellReload(
  result: Awaited<ReturnType<ReturnType<typeof createConfiguration>["reload"]>>,
  log: (message: string) => void,
): void {
  if (result.outcome === "refused") {
    log("The changed configuration is refused as a whole; the one in force goes on:");
    for (const problem of result.problems) log(renderProblem(problem));
    return;
  }
  log("Configuration reloaded.");
  if (result.needs_restart.length > 0) log(`After a restart only: ${result.needs_restart.join(", ")}`);
}

/** Where the command line finds this gateway. */
function writeRunFile(path: string, where: Readonly<Record<string, string>>): void {
  const run = { pid: process.pid, ...where, started_at: new Date().toISOString() };
  writeFileSync(path, `${JSON.stringify(run, null, 2)}\n`, { mode: 0o600 });
}
