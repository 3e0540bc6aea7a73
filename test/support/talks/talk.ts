/** A conversation that a program has through an official SDK: every SDK made to look alike. */

/** Whom it talks to, and how. */
export interface Line {
  /** What the SDK is given as its base URL: alone, or before the paths that the SDK adds. */
  readonly baseUrl: string;
  readonly key: string;
  readonly model: string;
  readonly stream: boolean;
}

/** What is asked for besides an answer in words. */
export interface Demand {
  readonly tools?: boolean;
  /** JSON of `SCHEMA`. */
  readonly structure?: boolean;
  readonly image?: boolean;
  readonly thinking?: boolean;
}

export interface Heard {
  readonly text: string;
  readonly thought: string;
  readonly calls: readonly { readonly id: string; readonly name: string; readonly input: unknown }[];
  /** Input (from a cache and to one included) and output (thinking included), in tokens. */
  readonly usage: readonly [input: number, output: number];
}

export interface Talk {
  ask(text: string, demand?: Demand): Promise<Heard>;
  /** Gives the results of the calls that were heard last, in their order, and hears what follows. */
  give(results: readonly string[]): Promise<Heard>;
}

/** What may be called. */
export const WEATHER_TOOL = {
  name: "get_weather",
  description: "Tells the weather of a city.",
  schema: {
    type: "object" as const,
    properties: { city: { type: "string" }, unit: { type: "string" } },
    required: ["city"],
  },
};

/** What structured answers must fit. */
export const SCHEMA = {
  type: "object",
  properties: { whoIsThere: { type: "string" } },
  required: ["whoIsThere"],
  additionalProperties: false,
};

/** A PNG of one pixel. */
export const PIXEL =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

export const MAX_OUTPUT = 4_000;
/** Tokens that it may think with. */
export const THINKING = 1_024;
