/** Drives the compiled gateway as an operator would: a folder, a gateway.yaml, a process, signals. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import type { Line } from "../../server/core/event.ts";
import { KNOWN_PROVIDERS } from "../../server/providers/index.ts";
import { findBinary } from "./binary.ts";
import { until, within } from "./signals.ts";
import { makeTempFolder } from "./temp.ts";

/** A section of gateway.yaml: what is given here is laid over the test's defaults, section by section. */
export type Sections = Readonly<Record<string, Readonly<Record<string, unknown>> | readonly unknown[]>>;

export interface GatewayOptions {
  /** Where every known provider is made to live; without it the official hosts stand. */
  readonly upstream?: string;
  readonly file?: Sections;
  readonly env?: Readonly<Record<string, string>>;
}

/** A folder that outlives the processes started on it. */
export interface Home extends Disposable {
  readonly folder: string;
  readonly dataDir: string;
  /** The gateway.yaml, which a test may rewrite. */
  readonly file: string;
  readonly logFile: string;
  /** Writes gateway.yaml anew from these sections. */
  configure(file: Sections): Promise<void>;
  /** Starts the gateway on this folder, with its gateway.yaml or with these arguments, and waits until it answers. */
  start(...args: string[]): Promise<Gateway>;
  /** Runs another command of the same executable, e.g. `audit verify`, to its end. */
  run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }>;
  /** Every whole line of the journal file, parsed; archived files are not looked at. */
  journal(): Line[];
}

export interface Gateway extends AsyncDisposable {
  readonly home: Home;
  /** The data plane, `http://127.0.0.1:<port>`. */
  readonly url: string;
  readonly dashboardUrl: string;
  readonly adminToken: string;
  readonly pid: number;
  /** The exit code; null when a signal ended it. */
  readonly exited: Promise<number | null>;
  /** All it has printed so far, both streams. */
  output(): string;
  signal(name: NodeJS.Signals): void;
  /** SIGTERM, and waits for the end. */
  stop(): Promise<number | null>;
  /** SIGKILL, and waits for the end. */
  kill9(): Promise<void>;
  /** Calls the management API as the administrator. */
  api(path: string, init?: RequestInit): Promise<Response>;
  /** Resolves with the first journal line that is asked for, waiting for it to be written. */
  line(isWanted: (line: Line) => boolean, what: string): Promise<Line>;
}

/** Prepares a folder with a gateway.yaml. Ports are chosen by the system. */
export async function makeHome(options: GatewayOptions = {}): Promise<Home> {
  const temp = makeTempFolder("gateway");
  const binary = await findBinary();
  const dataDir = join(temp.path, "data");
  const file = join(temp.path, "gateway.yaml");
  const logFile = join(dataDir, "audit.jsonl");
  const env = { PATH: process.env.PATH ?? "", HOME: temp.path, ...options.env };
  const home: Home = {
    folder: temp.path,
    dataDir,
    file,
    logFile,
    async configure(sections) {
      await Bun.write(file, stringify(layer(defaults(dataDir, logFile, options.upstream), sections)));
    },
    start: (...args) =>
      startProcess(home, [binary, "start", ...(args.length > 0 ? args : ["-c", file])], env),
    async run(...args) {
      const run = Bun.spawn([binary, ...args], { cwd: temp.path, env, stdout: "pipe", stderr: "pipe" });
      const [stdout, stderr] = await Promise.all([
        new Response(run.stdout).text(),
        new Response(run.stderr).text(),
      ]);
      return { code: await run.exited, stdout, stderr };
    },
    journal: () => readJournal(logFile),
    [Symbol.dispose]: () => temp[Symbol.dispose](),
  };
  await home.configure(options.file ?? {});
  return home;
}

/** A home and a gateway on it in one: the everyday case. Disposing ends both. */
export async function startGateway(options: GatewayOptions = {}): Promise<Gateway> {
  const home = await makeHome(options);
  const gateway = await home.start().catch((cause: unknown) => {
    home[Symbol.dispose]();
    throw cause;
  });
  return {
    ...gateway,
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]();
      home[Symbol.dispose]();
    },
  };
}

/** The journal line of the call whose answer carried this `x-tollgate-request-id`. */
export async function callLine(gateway: Gateway, requestId: string | null): Promise<Line & { type: "call" }> {
  const line = await gateway.line(
    (one) => isCall(one) && one.request_id === requestId,
    `of call ${requestId}`,
  );
  if (!isCall(line)) throw new Error("unreachable: only calls were asked for");
  return line;
}

/** Whether a journal line is a call's. */
export function isCall(line: Line): line is Line & { type: "call" } {
  return line.type === "call";
}

async function startProcess(home: Home, command: string[], env: Record<string, string>): Promise<Gateway> {
  const child = Bun.spawn(command, { cwd: home.folder, env, stdout: "pipe", stderr: "pipe" });
  let output = "";
  for (const source of [child.stdout, child.stderr]) void collect(source, (text) => (output += text));
  const exited = child.exited.then(() => (child.signalCode === null ? child.exitCode : null));

  const run = await waitUntilReady(home, child, () => output);
  const adminToken = readFileSync(join(home.dataDir, "admin.token"), "utf8").trim();

  const gateway: Gateway = {
    home,
    url: run.gateway_url,
    dashboardUrl: run.dashboard_url,
    adminToken,
    pid: child.pid,
    exited,
    output: () => output,
    signal: (name) => child.kill(name),
    stop() {
      child.kill("SIGTERM");
      return within(exited, "the end of the gateway after SIGTERM", 40_000);
    },
    async kill9() {
      child.kill("SIGKILL");
      await exited;
    },
    api(path, init) {
      const headers = { ...init?.headers, Authorization: `Bearer ${adminToken}` };
      return fetch(run.gateway_url + path, { ...init, headers });
    },
    line: (isWanted, what) => until(() => home.journal().find(isWanted) ?? null, `a journal line: ${what}`),
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null) await gateway.kill9();
    },
  };
  return gateway;
}

/** Where the process listens, once it answers; one that does not come up is ended. */
async function waitUntilReady(home: Home, child: Bun.Subprocess, output: () => string): Promise<RunFile> {
  try {
    const look = () => readRun(home.dataDir, child.pid, child.exitCode, output());
    const run = await until(look, "run.json of the gateway");
    await until(() => isReady(run.gateway_url), `an answer of ${run.gateway_url}/health`);
    return run;
  } catch (cause) {
    child.kill("SIGKILL");
    throw cause;
  }
}

function defaults(dataDir: string, logFile: string, upstream: string | undefined): Sections {
  const providers = upstream ? KNOWN_PROVIDERS.map((id) => [id, { base_url: upstream }] as const) : [];
  return {
    gateway: { port: 0, data_dir: dataDir },
    dashboard: { port: 0 },
    audit: { log_file: logFile },
    providers: Object.fromEntries(providers),
  };
}

function layer(below: Sections, above: Sections): Sections {
  const names = new Set([...Object.keys(below), ...Object.keys(above)]);
  return Object.fromEntries(
    [...names].map((name) => {
      const given = above[name];
      return [name, Array.isArray(given) ? given : { ...below[name], ...given }];
    }),
  );
}

interface RunFile {
  readonly pid: number;
  readonly gateway_url: string;
  readonly dashboard_url: string;
}

function readRun(dataDir: string, pid: number, exitCode: number | null, output: string): RunFile | null {
  if (exitCode !== null)
    throw new Error(`the gateway ended with ${exitCode} instead of starting:\n${output}`);
  const path = join(dataDir, "run.json");
  if (!existsSync(path)) return null;
  const text = readFileSync(path, "utf8");
  if (!text.trimEnd().endsWith("}")) return null;
  const run: RunFile = JSON.parse(text);
  return run.pid === pid ? run : null;
}

async function isReady(url: string): Promise<true | null> {
  return fetch(`${url}/health`).then(
    (response) => (response.ok ? true : null),
    () => null,
  );
}

function readJournal(logFile: string): Line[] {
  if (!existsSync(logFile)) return [];
  const text = readFileSync(logFile, "utf8");
  const lines = text.slice(0, text.lastIndexOf("\n") + 1).split("\n");
  return lines.filter((line) => line !== "").map((line): Line => JSON.parse(line));
}

async function collect(source: ReadableStream<Uint8Array>, take: (text: string) => void): Promise<void> {
  const decoder = new TextDecoder();
  for await (const bytes of source) take(decoder.decode(bytes, { stream: true }));
}
