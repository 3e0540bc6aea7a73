/** What a scripted model says, before any wire format: every dialect renders the same thing. */
export interface Said {
  readonly model: string;
  /** The words, in the pieces a stream would bring. */
  readonly words: readonly string[];
  /** A tool the model wants called instead of words; arguments as JSON text. */
  readonly tool: { readonly name: string; readonly input: string } | null;
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

export function textOf(said: Said): string {
  return said.words.join("");
}

/** One server-sent event; without a name only its data line. */
export function sseEvent(name: string | null, data: unknown): string {
  const text = typeof data === "string" ? data : JSON.stringify(data);
  return `${name === null ? "" : `event: ${name}\n`}data: ${text}\n\n`;
}
