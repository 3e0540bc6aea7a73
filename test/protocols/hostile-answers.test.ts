/** Answers that are made to cost their reader: they are read in one go over their bytes. */
import { expect, test } from "bun:test";
import { protocols } from "../../server/protocols/index.ts";

test("usage objects full of members of their own cost no more than reading them", () => {
  const reader = protocols.get("anthropic-messages").createReader({});
  const started = performance.now();
  for (let at = 0; at < 20_000; at++) {
    reader.readEvent(null, `{"type":"message_delta","usage":{"k${at}":1,"output_tokens":${at}}}`);
  }
  reader.readEvent(
    null,
    '{"type":"message_start","message":{"usage":{"input_tokens":5,"output_tokens":null}}}',
  );
  expect(reader.reading.usage).toMatchObject({ inputTokens: 5, outputTokens: 19_999 });
  expect(performance.now() - started).toBeLessThan(2000);
});

test("turns that were listed once are not read again with every later event", () => {
  const reader = protocols.get("anthropic-messages").createReader({});
  const iterations = Array.from({ length: 200 }, () => ({ type: "compaction", model: "m", input_tokens: 1 }));
  const usage = { input_tokens: 5, iterations };
  reader.readEvent(null, JSON.stringify({ type: "message_start", message: { usage } }));
  const { passes } = reader.reading;
  expect(passes).toHaveLength(200);
  reader.readEvent(null, '{"type":"message_delta","usage":{"output_tokens":1}}');
  expect(reader.reading.passes).toBe(passes);
});

test("choices beyond number do not end an answer whose first choices go on", () => {
  const reader = protocols.get("openai-chat").createReader({});
  const choices = (from: number, reason: string | null): string =>
    JSON.stringify({
      choices: Array.from({ length: 256 }, (_, at) => ({ index: from + at, finish_reason: reason })),
    });
  reader.readEvent(null, choices(0, null));
  reader.readEvent(null, choices(256, "stop"));
  expect(reader.reading.ended).toBe(false);
  reader.readEvent(null, choices(0, "stop"));
  expect(reader.reading.ended).toBe(true);
});

test("figures that no answer can count are not counted; negative ones are kept as sent", () => {
  const read = (prompt_tokens: unknown) => {
    const reader = protocols.get("openai-chat").createReader({});
    reader.readAnswer({ choices: [], usage: { prompt_tokens, completion_tokens: 1 } });
    return reader.reading.usage?.inputTokens;
  };
  expect(read(-3)).toBe(-3);
  expect(read(1e10)).toBe(1e10);
  for (const value of [1e308, Number.POSITIVE_INFINITY, 1e10 + 1, -1e11, 0.5, "7", null]) {
    expect(read(value)).toBeUndefined();
  }
});
