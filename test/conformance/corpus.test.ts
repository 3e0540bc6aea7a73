/** Every recorded exchange, cut in every way: its bytes pass unchanged, and it is metered as it says itself. */
import { expect, test } from "bun:test";
import type { Usage } from "../../server/core/usage.ts";
import { chooseFraming } from "../../server/protocols/framing.ts";
import { protocols } from "../../server/protocols/index.ts";
import type { AnswerReading } from "../../server/protocols/protocol.ts";
import {
  asksForStream,
  type Exchange,
  type ExpectedUsage,
  loadCorpus,
  locate,
  providerOf,
} from "../support/corpus.ts";
import { cut, perEvent, type ReplayOptions, replay, throughGzip } from "../support/replay.ts";

const corpus = loadCorpus();
if (!corpus) console.log("The recorded traffic is not here: the corpus test is skipped.");

/** Formats that the recordings were not evaluated for, though their answers report usage. */
const NOT_EVALUATED = new Set(["interactions"]);

for (const exchange of corpus ?? []) {
  const provider = providerOf(exchange);
  const located = locate(provider, exchange);
  if (located.operation.kind === "pass") continue;
  test(`${exchange.provider} ${exchange.endpoint} ${exchange.id} is metered as it says`, async () => {
    const options: ReplayOptions = {
      protocol: protocols.get(located.operation.dialect),
      quirks: provider.quirks,
      framing: chooseFraming({
        status: exchange.status,
        contentType: exchange.responseHeaders["content-type"] ?? null,
        stream: asksForStream(exchange, located),
        streamFraming: located.operation.streamFraming,
      }),
    };
    const ways: [string, Iterable<Uint8Array>][] = [
      ["whole", [exchange.body]],
      ["event by event", perEvent(exchange.body)],
      ["7 bytes", cut(exchange.body, 7)],
      ["1 byte", cut(exchange.body, 1)],
      ["gzip", await throughGzip(exchange.body)],
    ];
    if (exchange.chunks) ways.push(["as recorded", exchange.chunks]);
    for (const [way, pieces] of ways) {
      const { passed, reading } = replay(options, pieces);
      expect(Buffer.compare(passed, exchange.body), way).toBe(0);
      check(exchange, reading, way);
    }
  });
}

test("every recorded exchange of a metered route was replayed", () => {
  for (const exchange of corpus ?? []) {
    const { kind, name } = locate(providerOf(exchange), exchange).operation;
    if (kind === "pass") expect(["models", "count_tokens", "other"]).toContain(name);
  }
});

function check(exchange: Exchange, reading: AnswerReading, way: string): void {
  if (NOT_EVALUATED.has(exchange.endpoint)) return;
  const expected = exchange.expectedUsage ?? {};
  expect(figures(reading.usage), way).toEqual(expectedFigures(expected));
  if ("billed_input" in expected) {
    const billed = reading.usage?.billing;
    expect(billed?.inputTokens ?? null, way).toBe(expected.billed_input ?? null);
    expect(billed?.outputTokens ?? null, way).toBe(expected.billed_output ?? null);
    expect(reading.units.rerank_searches ?? null, way).toBe(expected.billed_search_units ?? null);
  }
  if (exchange.status >= 400) expect(reading.error, way).not.toBeNull();
}

function figures(usage: Usage | null): (number | null)[] {
  if (!usage) return [null, null, null, null, null];
  return [
    usage.inputTokens,
    usage.outputTokens,
    usage.cachedTokens,
    usage.cacheWriteTokens,
    usage.reasoningTokens,
  ];
}

function expectedFigures(expected: ExpectedUsage): (number | null)[] {
  const { total_input, total_output, cached_read, cache_write, reasoning } = expected;
  return [total_input, total_output, cached_read, cache_write, reasoning].map((figure) => figure ?? null);
}
