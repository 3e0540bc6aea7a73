/** What `startProxy` is given as a gateway.yaml, and what is wrong with that in the words of who gave it (SPEC 14.5). Pure. */
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

/** The problems of what `renderConfig` rendered, a line each, by the names of the options. */
export function renderProblems(
  problem: string,
  { providerKeys = {}, rateLimits = {} }: Pick<ProxyOptions, "providerKeys" | "rateLimits">,
): string {
  const lines = problem.split("\n").map((line) => {
    // Where it stands in what was rendered helps nobody.
    const told = line.replace(/^\(no file\)(?::\d+)*: /, "");
    const renamed = OPTIONS.find(([setting]) => told.startsWith(`${setting} `));
    if (renamed) return renamed[1] + told.slice(renamed[0].length);
    return told.replace(PROVIDER_PATH, (setting, written: string, member: string) => {
      const name = written.startsWith('"') ? String(JSON.parse(written)) : written;
      if (member === "api_key")
        return Object.hasOwn(providerKeys, name) ? `providerKeys.${written}` : setting;
      const option = `rateLimits.${written}${LIMIT_MEMBERS.get(member) ?? ""}`;
      return Object.hasOwn(rateLimits, name) ? option : setting;
    });
  });
  return [...new Set(lines)].join("\n");
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

const PROVIDER_PATH =
  /^providers\.([\w-]+|"(?:[^"\\]|\\.)*")\.(api_key|rate_limit\.max_requests|rate_limit\.window_seconds|rate_limit)(?= )/;

const LIMIT_MEMBERS: ReadonlyMap<string, string> = new Map([
  ["rate_limit.max_requests", ".maxRequests"],
  ["rate_limit.window_seconds", ".windowSeconds"],
]);
