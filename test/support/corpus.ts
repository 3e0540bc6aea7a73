/** Recorded provider traffic, where it lies beside the project: one exchange a line, as its README describes. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ProviderSettings } from "../../server/core/settings.ts";
import { createCustom } from "../../server/providers/custom.ts";
import { createProviders } from "../../server/providers/index.ts";
import type { Located, Provider } from "../../server/providers/provider.ts";

export interface Exchange {
  readonly id: string;
  readonly provider: string;
  readonly endpoint: string;
  readonly method: string;
  readonly host: string;
  /** With its query. */
  readonly path: string;
  readonly model: string | null;
  readonly requestHeaders: Readonly<Record<string, string>>;
  readonly requestBody: string | null;
  readonly status: number;
  readonly responseHeaders: Readonly<Record<string, string>>;
  /** The decoded body. */
  readonly body: Uint8Array;
  /** The pieces in which the network brought it, where that is known. */
  readonly chunks: readonly Uint8Array[] | null;
  readonly streaming: boolean;
  readonly expectedUsage: ExpectedUsage | null;
  readonly flags: readonly string[];
}

/** What the answer says it used; null is "it does not say". */
export interface ExpectedUsage {
  readonly total_input?: number | null;
  readonly total_output?: number | null;
  readonly cached_read?: number | null;
  readonly cache_write?: number | null;
  readonly reasoning?: number | null;
  readonly billed_input?: number | null;
  readonly billed_output?: number | null;
  readonly billed_search_units?: number | null;
}

const FILE = join(import.meta.dir, "../../../shared/corpus/exchanges.jsonl");

/** Every recorded exchange, or null where the recordings are not there. */
export function loadCorpus(file: string = FILE): Exchange[] | null {
  if (!existsSync(file)) return null;
  return readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => toExchange(JSON.parse(line)));
}

/** The provider that an exchange was recorded at: one that is known by name, else a host that speaks OpenAI's formats. */
export function providerOf(exchange: Exchange): Provider {
  const known = createProviders({}).find(exchange.provider);
  if (known) return known;
  const settings: ProviderSettings = {
    protocol: "openai",
    base_url: `https://${exchange.host}`,
    api_key: null,
  };
  return createCustom(exchange.provider, "openai", settings);
}

/** Where the recorded request goes, and what it is. */
export function locate(provider: Provider, exchange: Exchange): Located {
  const url = new URL(exchange.path, "https://recorded");
  const headers = new Headers({ ...exchange.requestHeaders, host: exchange.host });
  return provider.locate({
    method: exchange.method,
    rest: url.pathname.slice(1),
    query: url.search,
    headers,
  });
}

/** Whether the recorded request asked for a stream. */
export function asksForStream(exchange: Exchange, located: Located): boolean {
  if (located.operation.stream !== null) return located.operation.stream;
  return exchange.streaming || /"stream"\s*:\s*true/.test(exchange.requestBody ?? "");
}

type Recorded = Omit<Exchange, "body" | "chunks" | "expectedUsage" | "flags"> & {
  responseBodyRaw?: string | null;
  responseBodyB64?: string;
  chunksB64?: string[];
  expectedUsage: ExpectedUsage | null;
  flags?: string[];
};

function toExchange(recorded: Recorded): Exchange {
  const { responseBodyRaw, responseBodyB64, chunksB64, ...rest } = recorded;
  return {
    ...rest,
    requestHeaders: recorded.requestHeaders ?? {},
    responseHeaders: recorded.responseHeaders ?? {},
    body: responseBodyB64
      ? Buffer.from(responseBodyB64, "base64")
      : Buffer.from(responseBodyRaw ?? "", "utf8"),
    chunks: chunksB64?.map((chunk) => Buffer.from(chunk, "base64")) ?? null,
    flags: recorded.flags ?? [],
  };
}
