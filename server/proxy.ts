/** The gateway inside another program, set up by options instead of a file (SPEC 14.5). Needs Bun. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bringUp } from "./launch.ts";

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
  /** Keeps the journal, the sums and the admin token; without one they go when the proxy does. */
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

const USUAL_PORT = 4000;

/**
 * Starts a gateway in this process, which listens when this returns. A caller's own key wins on every route over those of
 * `providerKeys`. Throws an Error that names everything that is wrong with the options, or why it cannot listen.
 */
export function startProxy(options: ProxyOptions): RunningProxy {
  const { dataDir, log = (message) => console.warn(message) } = options;
  const folder = dataDir ?? mkdtempSync(join(tmpdir(), "tollgate-proxy-"));
  const clear = (): void => {
    if (dataDir === undefined) rmSync(folder, { recursive: true, force: true });
  };
  const source = { file: null, text: renderConfig(options), overrides: { "data-dir": folder } };
  // No file of the page: it is a proxy for programs.
  const running = bringUp({ ...source, ownKeyFirst: true, isTerminal: false, log }, new Map());
  if ("problem" in running) {
    clear();
    // Where it stands in what was rendered of the options helps nobody.
    throw new Error(running.problem.replaceAll(/^\(no file\)(?::\d+)*: /gm, ""));
  }
  const { hostname, port } = new URL(running.gatewayUrl);
  let ending: Promise<void> | null = null;
  return {
    server: { url: running.gatewayUrl, hostname, port: Number(port) },
    shutdown: () => (ending ??= running.stop().finally(clear)),
  };
}

/** The options as a gateway.yaml: JSON is YAML. What looks like a reference in them is none. */
function renderConfig(options: ProxyOptions): string {
  const { port = USUAL_PORT, agentId, endpoint, apiKey, flushInterval, maxBufferSize } = options;
  const config = {
    gateway: { port, default_agent: agentId },
    // One listener for both; it has the management API and no page.
    dashboard: { port },
    providers: renderProviders(options),
    events: {
      endpoint,
      api_key: apiKey,
      flush_interval: flushInterval,
      max_buffer_size: maxBufferSize,
    },
  };
  return JSON.stringify(config).replaceAll("${", () => "$${");
}

function renderProviders({ providers = {}, providerKeys = {}, rateLimits = {} }: ProxyOptions): object {
  const names = new Set([providers, providerKeys, rateLimits].flatMap((part) => Object.keys(part)));
  return Object.fromEntries(
    [...names].map((name) => {
      const limit = rateLimits[name];
      return [
        name,
        {
          ...providers[name],
          ...(name in providerKeys && { api_key: providerKeys[name] }),
          ...(limit && {
            rate_limit: { max_requests: limit.maxRequests, window_seconds: limit.windowSeconds },
          }),
        },
      ];
    }),
  );
}
