/** A provider is where it is said: a host, its base path, its way of authentication, its oddities. A record, not code. */
import type { Dialect } from "../core/call.ts";
import type { ModelSize, ProviderSettings } from "../core/settings.ts";
import type { Framing, Quirks } from "../protocols/protocol.ts";
import type { HostTakes } from "../protocols/translation/takes.ts";

export interface Provider {
  readonly id: string;
  /** The wire format that the host speaks by nature; single paths of it may speak another. */
  readonly speaks: Speech;
  /**
   * The dialects in which it generates, with the path of each after the provider; `{model}` and `{action}` where they
   * stand in it. Callers of other dialects are translated into the first, or into the model's home.
   */
  readonly serves: ReadonlyMap<Dialect, string>;
  /** The models that have a home among them: the first that fits. Left out where every dialect serves every model whole. */
  readonly homes?: readonly ModelHome[];
  /** Host names by which a call in plain form is recognised; the first one's origin is the official base. */
  readonly hosts: readonly string[];
  /** Its id in the price list, when that differs. */
  readonly pricesAs?: string;
  readonly quirks: Quirks;
  /** What its requests may hold, where that is not what its format says. */
  readonly takes?: HostTakes;
  /** `ask`: streams report usage only when asked with `stream_options.include_usage`; `unasked`: they always do. */
  readonly streamUsage: "ask" | "unasked";
  /** Tokens that a prompt costs beyond its text: what an estimate adds. */
  readonly overhead: Overhead;
  /** What models write at most where the request sets no bound, by their own names: the first that fits. */
  readonly maxOutput: MaxOutput;
  /** What the configuration says of its models, by glob: the first that fits. Left out where it says nothing. */
  readonly sizes?: readonly (readonly [models: string, size: ModelSize])[];
  /** Where this host is reached: origin and path prefix from `base_url` or the official base. No trailing slash. */
  readonly base: string;
  /** The configured key of the fleet, or null. Never logged. */
  readonly apiKey: string | null;
  /** Turns what follows the provider in the caller's path into the upstream's. Pure. */
  locate(request: RequestLine): Located;
  /** Sets the upstream's auth headers for this key; the caller's have been stripped before. */
  authorize(headers: Headers, key: string, located: Located): void;
  /** What the configuration adds to the headers of every call. Never logged. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** How a host may be spoken to, as `providers.<name>.protocol` names it. */
export type Speech = NonNullable<ProviderSettings["protocol"]>;

/** Tokens that a provider's template adds to a prompt, without and with tools: p99 of what was seen. */
export interface Overhead {
  readonly plain: number;
  readonly tools: number;
}

/** Models that one dialect of a provider serves whole, and its others in part or not at all. */
export interface ModelHome {
  /** Their own names, lower-case, with nothing before them. */
  readonly models: RegExp;
  readonly dialect: Dialect;
  /**
   * What its others take of them: `nothing`; everything `without-tools`; tools too, but only where the request says no
   * effort (`tools-without-effort`), or says that there is to be none (`tools-at-effort-none`).
   */
  readonly elsewhere: "nothing" | "without-tools" | "tools-without-effort" | "tools-at-effort-none";
}

/** A glob of models' names and the tokens that they make at most, each; empty where nobody says. */
export type MaxOutput = readonly (readonly [models: string, tokens: number])[];

/** What a provider's file contributes: how it is made from its settings, and which plain paths are its own. */
export interface ProviderRecord {
  readonly id: string;
  readonly hosts: readonly string[];
  /** Settings must have passed `checkBaseUrl`. */
  create(settings: ProviderSettings): Provider;
  /** The names of its own models (SPEC 12.1). */
  readonly models: RegExp;
  /** Whether a path without a provider in it is this provider's (SPEC 3.3). `path` begins with a slash. */
  owns?(path: string, headers: Headers): boolean;
}

export interface RequestLine {
  readonly method: string;
  /** The path after the provider, undecoded, without leading slash; empty for the bare form. */
  readonly rest: string;
  /** With the question mark, or empty. */
  readonly query: string;
  readonly headers: Headers;
}

/** Where a call goes and what it is. */
export interface Located {
  /** Full upstream URL, query included. */
  readonly url: string;
  /** Its path without the query, for the journal. */
  readonly path: string;
  readonly operation: Operation;
}

/** What a method and path do at a provider. */
export interface Operation {
  /** `chat`, `responses`, `messages`, `generate_content`, `embeddings`, `models`, … or `other`. */
  readonly name: string;
  /** The format that the caller speaks here, for reading answers and telling errors. */
  readonly dialect: Dialect;
  /** `generate`: an answer of tokens. `meter`: billed otherwise (embeddings, rerank …). `pass`: the answer is not read. */
  readonly kind: "generate" | "meter" | "pass";
  /** `json`: the request is a JSON document that names the model. `any`: an upload or nothing, not to be read. */
  readonly requestBody: "json" | "any";
  /** The model named in the path (Gemini), else null: then it stands in the body. */
  readonly model: string | null;
  /** Whether the path itself asks for a stream (Gemini), else null: then the body says so. */
  readonly stream: boolean | null;
  /** The framing of a streamed answer when its content type does not tell. */
  readonly streamFraming: Framing;
}
