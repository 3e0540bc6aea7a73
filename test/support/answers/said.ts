/** What a scripted model says, before any wire format: every dialect renders the same thing. */

/** A call of a tool; the arguments as JSON text. */
export interface ToolCall {
  readonly name: string;
  readonly input: string;
}

export interface Said {
  readonly model: string;
  /** The words, in the pieces a stream would bring. */
  readonly words: readonly string[];
  /** A tool the model wants called instead of words. */
  readonly tool: ToolCall | null;
  /** A second tool that it wants called in the same turn. */
  readonly otherTool?: ToolCall;
  /** What it shows of its thinking before all else; signed where its dialect signs. */
  readonly thought?: string;
  /** All input, cached included. */
  readonly inputTokens: number;
  readonly cachedTokens: number;
  /** All output, reasoning included. */
  readonly outputTokens: number;
  readonly reasoningTokens: number;
}

/** The everyday answer; a test changes what it is about. */
export const HELLO: Said = {
  model: "test-model",
  words: ["Hello", " from", " the", " other", " side — ✓"],
  tool: null,
  inputTokens: 120,
  cachedTokens: 20,
  outputTokens: 30,
  reasoningTokens: 5,
};

/** A call of the tool `get_weather`. */
export const WEATHER: Said = {
  ...HELLO,
  words: [],
  tool: { name: "get_weather", input: '{"city":"Zürich","unit":"C"}' },
};

/** By which the scripted model knows its own thinking again. */
export const SIGNATURE = "c2lnbmVkIGJ5IHRoZSBzY3JpcHQ=";

export function toolsOf({ tool, otherTool }: Said): ToolCall[] {
  return [tool, otherTool ?? null].filter((one) => one !== null);
}

export function textOf(said: Said): string {
  return said.words.join("");
}

/** One server-sent event; without a name only its data line. */
export function sseEvent(name: string | null, data: unknown): string {
  const text = typeof data === "string" ? data : JSON.stringify(data);
  return `${name === null ? "" : `event: ${name}\n`}data: ${text}\n\n`;
}
