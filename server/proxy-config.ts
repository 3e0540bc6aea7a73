/** What `startProxy` is given as a gateway.yaml, and what is wrong with that in the words of who gave it (SPEC 14.5). Pure. */
import { NO_FILE, type Problem, renamePath, renderPath, renderProblem } from "./config/problem.ts";
import type { ProxyOptions } from "./proxy.ts";

const USUAL_PORT = 4000;

/** The options as a gateway.yaml: JSON is YAML. What looks like a reference in them is none. */
export function renderConfig(options: ProxyOptions): string {
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
      const limit = Object.hasOwn(rateLimits, name) ? rateLimits[name] : undefined;
      return [
        name,
        {
          ...(Object.hasOwn(providers, name) && providers[name]),
          ...(Object.hasOwn(providerKeys, name) && { api_key: providerKeys[name] }),
          ...(limit && {
            rate_limit: { max_requests: limit.maxRequests, window_seconds: limit.windowSeconds },
          }),
        },
      ];
    }),
  );
}

/** A problem of what `renderConfig` rendered by the name of the option; where it stands in there helps nobody. */
export function sayOption(problem: Problem, options: NamedOptions): string {
  if (problem.file !== NO_FILE) return renderProblem(problem);
  const option = listOptions(options).get(problem.path);
  return option === undefined ? problem.message : renamePath(problem, option).message;
}

type NamedOptions = Pick<ProxyOptions, "providerKeys" | "rateLimits">;

/** By the path of each setting, the option that it was rendered from. */
function listOptions({ providerKeys = {}, rateLimits = {} }: NamedOptions): ReadonlyMap<string, string> {
  const keys = renderNames(providerKeys).map((name) => {
    return [`providers.${name}.api_key`, `providerKeys.${name}`] as const;
  });
  const limits = renderNames(rateLimits).flatMap((name) =>
    LIMITS.map(
      ([setting, member]) => [`providers.${name}.${setting}`, `rateLimits.${name}${member}`] as const,
    ),
  );
  return new Map([...OPTIONS, ...keys, ...limits]);
}

/** The providers' names as they stand in a path. */
function renderNames(byProvider: object): string[] {
  return Object.keys(byProvider).map((name) => renderPath([name]));
}

const OPTIONS = [
  ["gateway.port", "port"],
  ["dashboard.port", "port"],
  ["gateway.default_agent", "agentId"],
  ["events.endpoint", "endpoint"],
  ["events.api_key", "apiKey"],
  ["events.flush_interval", "flushInterval"],
  ["events.max_buffer_size", "maxBufferSize"],
] as const;

const LIMITS = [
  ["rate_limit", ""],
  ["rate_limit.max_requests", ".maxRequests"],
  ["rate_limit.window_seconds", ".windowSeconds"],
] as const;
