/** Brings a gateway up in this process: configuration, store, world, listeners. And takes it down again. */
import { randomBytes } from "node:crypto";
import { listen } from "./app.ts";
import { type AssetTable, loadAssets } from "./assets.ts";
import { type Problem, renderProblem } from "./config/problem.ts";
import { watchConfig } from "./config/watch.ts";
import { type Configuration, createConfiguration } from "./configuration.ts";
import type { Millis } from "./core/duration.ts";
import type { NoteLine } from "./core/event.ts";
import type { Settings } from "./core/settings.ts";
import type { Setup } from "./gateway/setup.ts";
import { findHealth } from "./health.ts";
import { layAnew, loadConfiguration, loadLocations, type Source } from "./load.ts";
import { provisionAdminToken, renderTokenAtStart, type TokenAtStart } from "./management/admin-token.ts";
import type { ReloadResult } from "./management/context.ts";
import { createEventExport } from "./outbound/event-export.ts";
import { writeRunFile } from "./run-file.ts";
import { openRunTime } from "./run-time.ts";
import { openStore } from "./store/open.ts";
import { createSealer } from "./store/sealing.ts";
import { VERSION } from "./version.ts";
import { createWorld } from "./world.ts";

export interface LaunchOptions extends Source {
  /** Whether a person reads what is printed: only then is a new admin token shown. */
  readonly isTerminal: boolean;
  /** Whether a caller's own key pays on every route, as in a standalone proxy (SPEC 5.1). */
  readonly ownKeyFirst?: boolean;
  /** How a problem of the configuration is told; by its place in the file if not given. */
  readonly say?: (problem: Problem) => string;
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

/** Why there is no gateway, in sentences for the person. */
export interface LaunchProblem {
  readonly problem: string;
}

/** How long a changed file must be quiet before it is read. */
const SETTLE: Millis = 100;

const UNFIT =
  "The file alone is valid: what was set at run time does not go with it any more. Correct the file, or clear what does not fit with `tollgate config unset PATH`, which takes -c and --data-dir too.";

/** Starts everything, or says why it cannot; then nothing is left open. */
export async function launch(options: LaunchOptions): Promise<Running | LaunchProblem> {
  return bringUp(options, await loadAssets());
}

/** The same without waiting: it listens when this returns. Without `assets` there is no page. */
export function bringUp(options: LaunchOptions, assets: AssetTable | null): Running | LaunchProblem {
  const { file, log, say = renderProblem } = options;
  const locations = loadLocations(options);
  if ("problems" in locations) return tellProblems(locations.problems, say);
  const { dataDir, audit, timezone } = locations;

  // Whatever ends this function early closes what it has opened.
  using opened = new DisposableStack();
  const store = openStore({ dataDir, audit, timezone, now: Date.now, log });
  if ("problem" in store) return store;
  opened.defer(() => store.close());
  const secretKey = process.env.TOLLGATE_SECRET_KEY || null;
  const runTime = openRunTime(store.state, createSealer({ dataDir, secretKey, random: randomBytes }));
  const first = loadConfiguration(options, runTime.values());
  if ("problems" in first) {
    const told = tellProblems(first.problems, say);
    return "problems" in loadConfiguration(options) ? told : { problem: `${told.problem}\n${UNFIT}` };
  }
  const { gateway, dashboard } = first.settings;
  const note = (type: NoteLine["type"], event: string, detail?: NoteLine["detail"]): void => {
    store.journal.append({ type, event, time: new Date().toISOString(), detail });
  };

  const inForce = createConfiguration({
    first,
    runTime,
    load: (values) => loadConfiguration(options, values),
    layAnew: (read, values) => layAnew(read, options, values),
    provision(next, changed) {
      if (!changed.some((path) => path.startsWith("admin."))) return null;
      const token = provisionToken(next, false);
      if ("problem" in token) return token.problem;
      for (const notice of renderTokenAtStart(token, false)) log(notice);
      return null;
    },
    onChange: (changed) => note("config", "config.changed", { changed }),
  });
  const configuration = options.ownKeyFirst ? preferOwnKeys(inForce) : inForce;
  const world = createWorld({ version: VERSION, configuration, store, assets, log });
  const provisionToken = ({ admin }: Settings, isTerminal: boolean): TokenAtStart | LaunchProblem => {
    const request = { configured: admin.token, keepFile: admin.token_file, dataDir, isTerminal };
    const what = `The admin token cannot be kept in ${dataDir}`;
    return attempt(what, () => provisionAdminToken(request, store.state, world.random));
  };

  const places = `${gateway.host}:${gateway.port} and ${dashboard.host}:${dashboard.port}`;
  const cannot = `Cannot listen on ${places} (choose others with --port and --dashboard-port)`;
  const listening = attempt(cannot, () => listen(world), sayWhyDeaf);
  if ("problem" in listening) return listening;
  // Nobody has called yet: what it does at once is all that there is to do.
  opened.defer(() => void listening.stop(Promise.resolve()));
  const { gatewayUrl, dashboardUrl } = listening;
  const runFile = attempt("run.json cannot be written", () =>
    writeRunFile(dataDir, gatewayUrl, dashboardUrl),
  );
  if ("problem" in runFile) return runFile;
  opened.defer(() => runFile.remove());
  // Last of what can fail: a token that is made is shown once, and a gateway that does not start shows nothing.
  const token = provisionToken(first.settings, options.isTerminal);
  if ("problem" in token) return token;
  note("gateway", "gateway.started", { version: VERSION });
  const events = createEventExport({ ...world, settings: () => configuration.setup().settings.events });
  store.journal.onLine(events.take);
  world.alerts.start();

  const reload = async (): Promise<void> => tellReload(await configuration.reload(), log);
  const unwatch =
    file === null
      ? null
      : watchConfig({ file, text: first.text, settle: SETTLE, onChange: reload, onProblem: log });
  opened.move();
  return {
    gatewayUrl,
    dashboardUrl,
    notices: renderTokenAtStart(token, options.isTerminal),
    warnings: findHealth(store, configuration.warnings()).warnings,
    refresh() {
      store.journal.reopen();
      return reload();
    },
    async stop() {
      unwatch?.();
      await listening.stop(pass(configuration.setup().settings.gateway.shutdown_timeout));
      await Promise.all([events.close(), world.alerts.close()]);
      note("gateway", "gateway.stopped");
      runFile.remove();
      store.close();
    },
    abandon: () => store.close(),
  };
}

/** Resolves after a delay, and keeps no process alive that has nothing else to do. */
function pass(delay: Millis): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, delay).unref());
}

/** The configuration, with the caller's own key before every stored one. */
function preferOwnKeys(configuration: Configuration): Configuration {
  let shown = configuration.setup();
  let preferring: Setup = { ...shown, ownKeyFirst: true };
  return {
    ...configuration,
    // The same object for the same setup: others tell by it whether anything has changed.
    setup() {
      const current = configuration.setup();
      if (current !== shown) preferring = { ...current, ownKeyFirst: true };
      shown = current;
      return preferring;
    },
  };
}

function tellProblems(problems: readonly Problem[], say: (problem: Problem) => string): LaunchProblem {
  // Two settings may be one in the words of who gave it.
  return { problem: [...new Set(problems.map(say))].join("\n") };
}

/** What `run` gives, or what could not be done and the system's reason. */
function attempt<Result extends object>(
  what: string,
  run: () => Result,
  say: (cause: unknown) => string = sayWhy,
): Result | LaunchProblem {
  try {
    return run();
  } catch (cause) {
    return { problem: `${what}: ${say(cause)}` };
  }
}

function sayWhy(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

/** Of two ports the system names the one that is taken, as a question: here it is the answer. */
function sayWhyDeaf(cause: unknown): string {
  const [, port] = /Is port (\d+) in use\?/.exec(sayWhy(cause)) ?? [];
  return port === undefined ? sayWhy(cause) : `port ${port} is taken. \`tollgate doctor\` says by whom`;
}

function tellReload(result: ReloadResult, log: (message: string) => void): void {
  if (result.outcome === "refused") {
    log("The changed configuration is refused as a whole; the one in force goes on:");
    for (const { file, line, column, path, message } of result.problems) {
      log(renderProblem({ file, line, column, path, message }));
    }
    return;
  }
  log("Configuration reloaded.");
  if (result.needs_restart.length > 0) log(`After a restart only: ${result.needs_restart.join(", ")}`);
  if (result.shadowed.length > 0) log(`Set otherwise at run time: ${result.shadowed.join(", ")}`);
}
