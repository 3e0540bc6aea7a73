/** `tollgate proxy`: the gateway without a file, set up by options alone, reporting its calls elsewhere (SPEC 14.5). */
import { defineCommand } from "citty";
import { type ProxyOptions, startProxy } from "../proxy.ts";
import { type Failure, fail, failure, orFail } from "./failure.ts";
import { sayWhy } from "./files.ts";
import { API_KEY_VARIABLE, fillSecrets } from "./proxy-secrets.ts";
import { VISIBLE_KEY } from "./secret.ts";
import { prepareProcess, stay } from "./stay.ts";
import { EXIT, type Terminal } from "./terminal.ts";

export function proxyCommand(terminal: Terminal) {
  return defineCommand({
    meta: { name: "proxy", description: "Start a proxy that reports its calls to another server" },
    args: {
      port: { type: "string", valueHint: "PORT", description: "Port of the proxy (default 4000)" },
      "api-key": {
        type: "string",
        valueHint: "TOKEN",
        description: "Token for the server at --endpoint; - reads it from standard input",
      },
      "agent-id": { type: "string", valueHint: "AGENT", description: "Agent that calls are counted for" },
      endpoint: { type: "string", valueHint: "URL", description: "Where calls are reported" },
      "flush-interval": { type: "string", valueHint: "MS", description: "Between reports (default 5000)" },
      "max-buffer-size": {
        type: "string",
        valueHint: "COUNT",
        description: "Calls that are reported at once (default 50)",
      },
      "provider-keys": {
        type: "string",
        valueHint: "JSON",
        description: "API keys by provider; - reads them from standard input",
      },
      "rate-limits": { type: "string", valueHint: "JSON", description: "Limits by provider" },
      providers: { type: "string", valueHint: "JSON", description: "Other settings by provider" },
      "data-dir": { type: "string", valueHint: "DIR", description: "Folder to keep what is recorded" },
    },
    async run({ args: typed }) {
      prepareProcess();
      const { args, isVisible } = orFail(await fillSecrets(typed, terminal));
      const options = orFail(readProxyOptions(args));
      const log = (message: string): void => terminal.complain(message);
      const proxy = start({ ...options, log });
      terminal.print(`tollgate proxy ${proxy.server.url}, counting for ${options.agentId}`);
      terminal.print(
        options.endpoint
          ? `  reports to ${options.endpoint}`
          : "  reports nowhere: give --endpoint to have its calls reported",
      );
      if (isVisible) terminal.complain(VISIBLE_KEY);
      stay({ stop: proxy.shutdown, abandon: () => undefined }, log);
    },
  });
}

/** The options as `startProxy` takes them, or the first that makes no sense. Pure. */
export function readProxyOptions(args: {
  readonly [option: string]: unknown;
}): Omit<ProxyOptions, "log"> | Failure {
  const text = (name: string): string | undefined => {
    const value = args[name];
    return typeof value === "string" ? value : undefined;
  };
  const [apiKey, agentId] = [text("api-key"), text("agent-id")];
  if (apiKey === undefined) return misuse(`--api-key is missing, and ${API_KEY_VARIABLE} is not set.`);
  if (agentId === undefined) return misuse("--agent-id is missing.");
  const parsed: Record<string, unknown> = {};
  for (const [option, member, example] of OBJECTS) {
    const given = text(option);
    if (given === undefined) continue;
    const value = parseObject(given);
    if (value === null) return misuse(`--${option} is no JSON object; expected such as '${example}'.`);
    parsed[member] = value;
  }
  for (const [option, member] of NUMBERS) {
    const given = text(option);
    if (given === undefined) continue;
    if (!/^\d{1,9}$/.test(given))
      return misuse(`--${option} is ${JSON.stringify(given)}; expected a number.`);
    parsed[member] = Number(given);
  }
  const [endpoint, dataDir] = [text("endpoint"), text("data-dir")];
  return { ...parsed, apiKey, agentId, ...(endpoint && { endpoint }), ...(dataDir && { dataDir }) };
}

const OBJECTS = [
  ["provider-keys", "providerKeys", '{"PROVIDER":"KEY"}'],
  ["rate-limits", "rateLimits", '{"PROVIDER":{"maxRequests":100,"windowSeconds":60}}'],
  ["providers", "providers", '{"PROVIDER":{"base_url":"https://..."}}'],
] as const;

const NUMBERS = [
  ["port", "port"],
  ["flush-interval", "flushInterval"],
  ["max-buffer-size", "maxBufferSize"],
] as const;

function parseObject(text: string): object | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    // What does not parse may be a key: it is not repeated.
    return null;
  }
}

function misuse(message: string): Failure {
  return failure(message, "`tollgate proxy --help` shows what is possible.", EXIT.usage);
}

function start(options: ProxyOptions) {
  try {
    return startProxy(options);
  } catch (cause) {
    return fail(sayWhy(cause));
  }
}
