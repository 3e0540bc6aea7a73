/** The gateway inside another program, set up by options instead of a file (SPEC 14.5). Needs Bun. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Problem } from "./config/problem.ts";
import { bringUp } from "./launch.ts";
import { renderConfig, sayOption } from "./proxy-config.ts";

/** What AgentTrace's `startProxy` takes, and where to keep what is kept. Times are milliseconds. */
export interface ProxyOptions {
  /** Where agents connect, on 127.0.0.1; 0 takes a free port. 4000 if not given. */
  readonly port?: number;
  /** Sent to `endpoint` as `Authorization: Bearer`. */
  readonly apiKey: string;
  /** The agent that calls without a name are counted for. */
  readonly agentId: string;
  /** Where calls are reported; without one they are not. */
  readonly endpoint?: string;
  /** 5,000 if not given. */
  readonly flushInterval?: number;
  /** 50 if not given. */
  readonly maxBufferSize?: number;
  /** By provider; for calls that bring no key of their own. */
  readonly providerKeys?: Readonly<Record<string, string>>;
  /** By provider, over all agents together: a window that slides along. */
  readonly rateLimits?: Readonly<Record<string, ProxyRateLimit>>;
  /** More about providers, as under `providers` in gateway.yaml: `{ local: { protocol: …, base_url: … } }`. */
  readonly providers?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Keeps the journal, the sums and the admin token; without one they go when the proxy or the process does. */
  readonly dataDir?: string;
  /** Gets one line for the operator at a time, and never a secret. `console.warn` if not given. */
  readonly log?: (message: string) => void;
}

export interface ProxyRateLimit {
  readonly maxRequests: number;
  readonly windowSeconds: number;
}

export interface RunningProxy {
  /** Where it listens, from the moment at which `startProxy` returns. */
  readonly server: { readonly url: string; readonly hostname: string; readonly port: number };
  /** Lets calls in flight finish, reports what waits, closes everything. The same promise each time. */
  shutdown(): Promise<void>;
}

/**
 * Starts a gateway in this process, which listens when this returns. A caller's own key wins on every route over those of
 * `providerKeys`. Throws an Error that names everything that is wrong with the options, or why it cannot listen.
 */
export function startProxy(options: ProxyOptions): RunningProxy {
  checkNeeded(options);
  const { dataDir, log = (message) => console.warn(message) } = options;
  const folder = dataDir ?? mkdtempSync(join(tmpdir(), "tollgate-proxy-"));
  const clear = (): void => {
    if (dataDir === undefined) rmSync(folder, { recursive: true, force: true });
  };
  const source = { file: null, text: renderConfig(options), overrides: { "data-dir": folder } };
  const say = (problem: Problem): string => sayOption(problem, options);
  // No file of the page: it is a proxy for programs.
  const running = bringUp({ ...source, ownKeyFirst: true, isTerminal: false, say, log }, new Map());
  if ("problem" in running) {
    clear();
    throw new Error(running.problem);
  }
  const leave = (): void => {
    running.abandon();
    clear();
  };
  // A program may end without shutting down: what the proxy has recorded holds names of agents, and a token.
  if (dataDir === undefined) process.once("exit", leave);
  const { hostname, port } = new URL(running.gatewayUrl);
  let ending: Promise<void> | null = null;
  return {
    server: { url: running.gatewayUrl, hostname, port: Number(port) },
    shutdown: () =>
      (ending ??= running.stop().finally(() => {
        process.off("exit", leave);
        clear();
      })),
  };
}

/** For callers whose compiler does not check: without these a proxy would start that counts and reports for nobody. */
function checkNeeded(options: Partial<Pick<ProxyOptions, "apiKey" | "agentId">> | undefined): void {
  const missing = [
    ...(typeof options?.apiKey === "string"
      ? []
      : ["apiKey is missing: the token that `endpoint` takes, as a string."]),
    ...(options?.agentId ? [] : ["agentId is missing: the agent that calls without a name are counted for."]),
  ];
  if (missing.length > 0) throw new Error(missing.join("\n"));
}
