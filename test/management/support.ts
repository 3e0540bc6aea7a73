/** A management API on a real socket, over a real store and a fleet that the test writes. */
import { writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { Elysia } from "elysia";
import { createConfiguration } from "../../server/configuration.ts";
import { emptyTally, type Tally } from "../../server/core/agent.ts";
import type { Instant } from "../../server/core/duration.ts";
import type { NewLine } from "../../server/core/event.ts";
import { type Controls, createControls } from "../../server/gateway/controls.ts";
import { type AgentState, createFleet } from "../../server/gateway/fleet.ts";
import { createKeyring } from "../../server/gateway/keys.ts";
import { type Loaded, type LoadResult, layAnew, loadConfiguration } from "../../server/load.ts";
import type { Health, ManagementContext, ReloadResult } from "../../server/management/context.ts";
import { LIVE_LIMITS } from "../../server/management/live.ts";
import { createManagement } from "../../server/management/management.ts";
import { createAdminToken, hashSecret } from "../../server/management/secrets.ts";
import type { ErrorAnswer } from "../../server/management/wire/access.ts";
import { createAlerts } from "../../server/outbound/alerts/alerts.ts";
import { openRunTime } from "../../server/run-time.ts";
import { openStore } from "../../server/store/open.ts";
import { createSealer } from "../../server/store/sealing.ts";
import type { Store } from "../../server/store/store.ts";
import { makeTempFolder } from "../support/temp.ts";

/** Noon, so that going back an hour stays within the day. */
export const NOON: Instant = Date.UTC(2026, 0, 10, 12);

/** The fleet's own key, which the settings hold and nobody is told. */
export const UPSTREAM_KEY = "sk-upstream-7b1f";

export interface Harness extends AsyncDisposable {
  readonly url: string;
  readonly token: string;
  readonly store: Store;
  /** The gateway's, whole: what the test does with them has happened to the fleet. */
  readonly controls: Controls;
  /** Agents whose calls in flight were ended. */
  readonly killed: string[];
  /** What the operator was told. */
  readonly told: string[];
  /** What the gateway says of itself; the test changes it. */
  health: Health;
  reload: () => Promise<ReloadResult>;
  /** Swaps another configuration in: what `makeConfig` does not say. */
  configure(config: string): void;
  advance(millis: number): void;
  /** Lets the one timer ring, as after a second. */
  tick(): void;
  /** What the API was made with, for tests of its parts. */
  readonly context: ManagementContext;
  /** How many timers run. */
  readonly timers: number;
  /** How often the gateway was asked how it is. */
  readonly healthChecks: number;
  /** Makes the agent what is given beside what it was, and marks it as changed. */
  setAgent(name: string, state?: Partial<Omit<AgentState, "name">>): void;
  append(line: NewLine): void;
  /** Says that the gateway begins to stop. */
  beginStopping(): void;
  /** A request to the API as whoever holds these headers. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** The same with the admin token. */
  asAdmin(path: string, init?: RequestInit): Promise<Response>;
  /** Logs in and gives the Cookie header of the session. */
  logIn(): Promise<string>;
}

/**
 * Starts an API; `token` is the admin token, a generated one when the test does not care. `config` is more of
 * gateway.yaml: what `makeConfig` does not say.
 */
export function startManagement(options: { token?: string; host?: string; config?: string } = {}): Harness {
  const folder = makeTempFolder("management");
  let now = NOON;
  const { host = "127.0.0.1" } = options;
  const file = join(folder.path, "gateway.yaml");
  const source = { file, overrides: { "data-dir": folder.path } };
  const write = (config: string) => writeFileSync(file, makeConfig(host) + config);
  write(options.config ?? AGENTS);
  const told: string[] = [];
  const log = (message: string) => void told.push(message);
  const { audit } = loaded(loadConfiguration(source)).settings;
  const store = openStore({ dataDir: folder.path, audit, timezone: "UTC", now: () => now, log });
  if ("problem" in store) throw new Error(store.problem);
  const random = (bytes: number) => crypto.getRandomValues(new Uint8Array(bytes));
  const token = options.token ?? createAdminToken(random);
  store.state.writeAdminToken({ hash: hashSecret(token), origin: "made" });
  const sealer = createSealer({ dataDir: folder.path, secretKey: null, random });
  const runTime = openRunTime(store.state, sealer);
  const configuration = createConfiguration({
    first: loaded(loadConfiguration(source, runTime.values())),
    runTime,
    load: (values) => loadConfiguration(source, values),
    layAnew: (read, values) => layAnew(read, source, values),
    provision: () => null,
    onChange: () => undefined,
  });
  const { setup } = configuration;

  const fleet = createFleet({ index: store.index, zone: "UTC", now });
  const controls = createControls({ store, fleet, now: () => now, setup, log });
  const killed: string[] = [];
  const timers = new Set<() => void>();
  const stopping = new AbortController();
  let healthChecks = 0;

  const every = (_period: number, run: () => void) => {
    timers.add(run);
    return () => timers.delete(run);
  };
  const alerts = createAlerts({
    store,
    fleet,
    setup,
    every,
    now: () => now,
    newId: () => crypto.randomUUID(),
    fetch: (url, init) => fetch(url, init),
    connect,
    telegram: "http://127.0.0.1:1",
    log,
  });

  const context: ManagementContext = {
    now: () => now,
    version: "1.2.3",
    startedAt: NOON - 60_000,
    fleet,
    store,
    keys: createKeyring(store.state, random),
    controls,
    kill: (agent) => void killed.push(agent),
    fetch: () => Promise.reject(new Error("this API has no network")),
    settings: () => setup().settings,
    setup,
    configuration,
    alerts,
    health() {
      healthChecks++;
      return harness.health;
    },
    reload: () => harness.reload(),
    gatewayUrl: () => "http://127.0.0.1:8080",
    dashboardUrl: () => "http://127.0.0.1:4040",
    random,
    every,
    stopping: stopping.signal,
    log,
  };
  const app = new Elysia({
    handler: { standardHostname: false },
    websocket: LIVE_LIMITS,
    serve: { development: false, reusePort: false },
  })
    .use(createManagement(context))
    .get("/*", () => "the page")
    .listen({ port: 0, hostname: "127.0.0.1" });
  const url = `http://127.0.0.1:${app.server?.port}`;

  const harness: Harness = {
    url,
    token,
    store,
    controls,
    killed,
    told,
    health: { degraded: [], warnings: [] },
    reload: configuration.reload,
    configure(config) {
      write(config);
      loaded(loadConfiguration(source, runTime.values()));
      // Swapped in before it returns; only its answer is a promise.
      void configuration.reload();
    },
    advance(millis) {
      now += millis;
    },
    tick() {
      now += 1_000;
      for (const ring of [...timers]) ring();
    },
    context,
    get timers() {
      return timers.size;
    },
    get healthChecks() {
      return healthChecks;
    },
    setAgent(name, state = {}) {
      Object.assign(fleet.meet(name, NOON), state);
      fleet.changed(name);
    },
    append(line) {
      store.journal.append(line);
    },
    beginStopping: () => stopping.abort(),
    fetch: (path, init) => fetch(url + path, init),
    asAdmin(path, init = {}) {
      const headers = new Headers(init.headers);
      headers.set("authorization", `Bearer ${token}`);
      return fetch(url + path, { ...init, headers });
    },
    async logIn() {
      const answer = await fetch(`${url}/api/session`, { method: "POST", body: JSON.stringify({ token }) });
      return answer.headers.get("set-cookie")?.split(";")[0] ?? "";
    },
    async [Symbol.asyncDispose]() {
      await app.server?.stop(true);
      store.close();
      folder[Symbol.dispose]();
    },
  };
  return harness;
}

/** What was loaded; a configuration that is wrong is the test's mistake. */
function loaded(result: LoadResult): Loaded {
  if ("problems" in result) throw new Error(result.problems.map(({ message }) => message).join("\n"));
  return result;
}

/** A tally of nothing but what is given. */
export function makeTally(given: Partial<Tally>): Tally {
  return { ...emptyTally(), ...given };
}

/** The line of a call that went well, a second before noon, but for what is given. */
export function makeCall(given: Partial<Extract<NewLine, { type: "call" }>> = {}): NewLine {
  return {
    type: "call",
    time: new Date(NOON - 1_000).toISOString(),
    request_id: "req-1",
    agent: "researcher",
    provider: "openai",
    model: "gpt-4o",
    method: "POST",
    path: "/v1/chat/completions",
    stream: false,
    status: 200,
    ending: "complete",
    tokens_in: 10,
    tokens_out: 5,
    cost: 0.000_125,
    cost_nano: 125_000,
    latency_ms: 250,
    attempts: 1,
    ...given,
  };
}

/** No agent is named, so that none is there unless a test makes it. */
const AGENTS = `agents: { "*": { provider: openai, api_key: ${UPSTREAM_KEY} } }\n`;

function makeConfig(host: string): string {
  return `
gateway: { port: 0, host: "${host}" }
dashboard: { port: 0, host: "${host}" }
providers: { openai: { api_key: ${UPSTREAM_KEY} } }
audit: { fsync: never }
`;
}

/** What an error answer says. */
export async function readError(answer: Response): Promise<ErrorAnswer["error"]> {
  return ((await answer.json()) as ErrorAnswer).error;
}

/** A request that carries JSON. */
export function post(body: unknown, headers: Record<string, string> = {}): RequestInit {
  return { method: "POST", body: JSON.stringify(body), headers };
}
