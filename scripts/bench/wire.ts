/** What the bench's processes say to each other. */

/** Milliseconds with fractions on a clock that all processes of this machine share. */
export function clock(): number {
  return performance.timeOrigin + performance.now();
}

/** One event of a chat stream whose id is the instant of sending; the last one reports usage. */
export function renderEvent(sentAt: number, isLast: boolean): string {
  const usage = '{"prompt_tokens":180,"completion_tokens":40,"total_tokens":220}';
  const delta = isLast ? "{}" : '{"content":" a few words more"}';
  const reason = isLast ? `"stop"}],"usage":${usage}` : "null}]";
  const model = '"object":"chat.completion.chunk","created":1760000000,"model":"gpt-4o-mini"';
  return `data: {"id":"${sentAt.toFixed(3)}",${model},"choices":[{"index":0,"delta":${delta},"logprobs":null,"finish_reason":${reason}}\n\n`;
}

/** The instants of sending in a piece of a stream; an event is counted where its beginning arrives. */
export function readInstants(piece: string): number[] {
  return [...piece.matchAll(/data: \{"id":"([\d.]+)"/g)].map(([, instant]) => Number(instant));
}

/** What the load generator is to do, as its one argument in JSON. */
export type Load =
  | { kind: "requests"; url: string; connections: number; seconds: number }
  | { kind: "streams"; url: string; streams: number; events: number; every: number };

/** A distribution in milliseconds. */
export interface Spread {
  readonly p50: number;
  readonly p99: number;
}

/** What came of it, printed as JSON. */
export type LoadResult =
  | { kind: "requests"; requests: number; failed: number; seconds: number; latency: Spread }
  | { kind: "streams"; events: number; failed: number; firstEvent: Spread; delay: Spread };

/** The spread of these values; zeros when there are none. */
export function spreadOf(values: number[]): Spread {
  const sorted = Float64Array.from(values).sort();
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { p50: at(0.5), p99: at(0.99) };
}

/** The middle value; 0 when there is none. */
export function median(values: number[]): number {
  return spreadOf(values).p50;
}
