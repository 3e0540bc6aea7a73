/** The data plane in this process: real store, real protocols, and an upstream that is a function of the test. */
import { writeSync } from "node:fs";
import { parseConfig } from "../../server/config/load.ts";
import type { Instant } from "../../server/core/duration.ts";
import type { CallLine, Line } from "../../server/core/event.ts";
import type { Settings } from "../../server/core/settings.ts";
import { checkCondition } from "../../server/gateway/condition.ts";
import { createFleet, type LiveFleet } from "../../server/gateway/fleet.ts";
import { createGateway, type Gateway } from "../../server/gateway/gateway.ts";
import { createKeyring, type Keyring } from "../../server/gateway/keys.ts";
import { createSetup } from "../../server/gateway/setup.ts";
import { KNOWN_PROVIDERS, ownerOfModel } from "../../server/providers/index.ts";
import type { WriteText } from "../../server/store/append-file.ts";
import { openStore } from "../../server/store/open.ts";
import type { Store } from "../../server/store/store.ts";
import { makeTempFolder, type TempFolder } from "./temp.ts";

export interface DataPlane extends Disposable {
  readonly gateway: Gateway;
  readonly store: Store;
  readonly fleet: LiveFleet;
  readonly keys: Keyring;
  /** Swaps another configuration in. */
  configure(config: string): void;
  /** Every line that reached the journal, in order. */
  readonly lines: Line[];
  /** What went upstream, in order. */
  readonly sent: SentRequest[];
  /** What was told the operator. */
  readonly logs: string[];
  /** Lets time's part go on until `work` is done: timers fire, whatever their period. */
  drive<Result>(work: Promise<Result>): Promise<Result>;
  /** Runs the timers that are due every so often: the watchdog's sweep. */
  tick(): void;
  /** Moves the clock. */
  advance(millis: number): void;
  send(path: string, init?: RequestInit): Promise<Response>;
  /** The `call` lines among the journal's. */
  calls(): CallLine[];
}

export interface SentRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: Headers;
  readonly body: Uint8Array;
  readonly signal: AbortSignal;
}

export interface DataPlaneOptions {
  /** gateway.yaml's text. */
  readonly config?: string;
  /** Answers what goes upstream; a thrown error is a network failure. */
  readonly upstream: (request: SentRequest) => Response | Promise<Response>;
  readonly resolve?: (host: string) => Promise<string[]>;
  /** Whether a host takes no connections; every one takes them unless told. */
  readonly isUnconnected?: (host: string, port: number) => Promise<boolean>;
  readonly start?: Instant;
  /** Where it lives, and what an earlier one has left there; without one it has a folder that goes with it. */
  readonly folder?: string;
  /** How the store writes: gets the system's own way as its last argument. */
  readonly write?: (descriptor: number, text: string, write: WriteText) => number;
  readonly bodyMemory?: number;
}

/** Settings as the file's text gives them, all defaults filled in. */
export function settingsOf(config: string, dataDir: string): Settings {
  const parsed = parseConfig(config, {
    file: null,
    env: {},
    home: dataDir,
    cwd: dataDir,
    zone: "UTC",
    providers: KNOWN_PROVIDERS,
    checkCondition,
    isKnownModel: (model) => ownerOfModel(model) !== null,
    overrides: { "data-dir": dataDir },
  });
  if ("problems" in parsed) throw new Error(parsed.problems.map((problem) => problem.message).join("\n"));
  return parsed.settings;
}

/** Opens a data plane in a folder of its own, with a clock that stands still until it is moved. */
export function openDataPlane(options: DataPlaneOptions): DataPlane {
  const folder = options.folder === undefined ? makeTempFolder("plane") : lasting(options.folder);
  const settings = settingsOf(options.config ?? "", folder.path);
  let clock = options.start ?? Date.UTC(2026, 0, 15, 12);
  const now = (): Instant => clock;
  const logs: string[] = [];
  const log = (message: string): void => void logs.push(message);
  const { write } = options;
  const store = openStore({
    dataDir: folder.path,
    audit: settings.audit,
    timezone: settings.gateway.timezone,
    now,
    log,
    ...(write ? { write: (descriptor, text) => write(descriptor, text, (d, t) => writeSync(d, t)) } : {}),
  });
  if ("problem" in store) throw new Error(store.problem);
  const lines: Line[] = [];
  store.journal.onLine((line) => lines.push(line));

  const timers = new Set<() => void>();
  const sent: SentRequest[] = [];
  let ids = 0;
  let setup = createSetup(settings);
  const fleet = createFleet({
    index: store.index,
    zone: settings.gateway.timezone,
    now: clock,
  });
  let randomness = 0;
  const keys = createKeyring(store.state, (bytes) => new Uint8Array(bytes).fill(++randomness));
  const gateway = createGateway({
    now,
    newId: () => `call-${++ids}`,
    every: (_period, run) => {
      timers.add(run);
      return () => timers.delete(run);
    },
    fetch: async (url, init) => {
      const request = toSent(url, init);
      sent.push(request);
      return options.upstream(request);
    },
    isUnconnected: options.isUnconnected ?? (async () => false),
    resolve: options.resolve ?? (async () => []),
    store,
    fleet,
    keys,
    setup: () => setup,
    bodyMemory: options.bodyMemory ?? 1024 ** 3,
    log,
  });
  const connection = { timeout: () => undefined };

  return {
    gateway,
    store,
    fleet,
    keys,
    lines,
    sent,
    logs,
    configure: (config) => {
      setup = createSetup(settingsOf(config, folder.path));
    },
    async drive(work) {
      let done = false;
      const finished = work.finally(() => {
        done = true;
      });
      while (!done) {
        await new Promise(setImmediate);
        for (const run of [...timers]) run();
      }
      return finished;
    },
    tick: () => {
      for (const run of [...timers]) run();
    },
    advance: (millis) => {
      clock += millis;
    },
    send: (path, init) => gateway.handle(new Request(`http://gateway.test${path}`, init), connection),
    calls: () => lines.filter((line) => line.type === "call"),
    [Symbol.dispose]: () => {
      store.close();
      folder[Symbol.dispose]();
    },
  };
}

function lasting(path: string): TempFolder {
  return { path, [Symbol.dispose]: () => undefined };
}

function toSent(url: string, init: BunFetchRequestInit): SentRequest {
  const body = init.body instanceof Uint8Array ? init.body : new Uint8Array(0);
  const signal = init.signal ?? new AbortController().signal;
  return { url, method: init.method ?? "GET", headers: new Headers(init.headers as Headers), body, signal };
}

/** A JSON answer. */
export function json(body: unknown, init: ResponseInit = {}): Response {
  return Response.json(body, init);
}

/** An upstream's stream whose events the test hands out one by one. */
export interface ManualStream {
  readonly response: Response;
  push(text: string): void;
  end(): void;
  /** The connection breaks. */
  break(code?: string): void;
  /** Resolves when the gateway lets go of the stream. */
  readonly cancelled: Promise<void>;
}

export function manualStream(
  contentType = "text/event-stream",
  headers: Record<string, string> = {},
): ManualStream {
  const encoder = new TextEncoder();
  let controller: ReadableStreamDefaultController<Uint8Array>;
  let onCancel = (): void => undefined;
  const cancelled = new Promise<void>((resolve) => {
    onCancel = resolve;
  });
  const body = new ReadableStream<Uint8Array>({
    start: (given) => {
      controller = given;
    },
    cancel: () => onCancel(),
  });
  return {
    response: new Response(body, { headers: { "content-type": contentType, ...headers } }),
    push: (text) => controller.enqueue(encoder.encode(text)),
    end: () => controller.close(),
    break: (code = "ECONNRESET") => controller.error(Object.assign(new Error("broken"), { code })),
    cancelled,
  };
}
