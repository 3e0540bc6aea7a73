import { expect, test } from "bun:test";
import fc from "fast-check";
import { createMeter, type Meter } from "../../server/gateway/meter.ts";
import { protocols } from "../../server/protocols/index.ts";
import type { Framing } from "../../server/protocols/protocol.ts";
import { cut, replay } from "../support/replay.ts";

const bytes = (text: string): Uint8Array => Buffer.from(text);
const text = (value: Uint8Array): string => Buffer.from(value).toString();

function meter(framing: Framing, { hideUsageOnly = false, maxEvent = 1 << 24 } = {}): Meter {
  return createMeter({
    reader: protocols.get("openai-chat").createReader({}),
    framing,
    hideUsageOnly,
    maxEvent,
  });
}

const WORD = 'data: {"choices":[{"index":0,"delta":{"content":"a"},"finish_reason":null}]}\n\n';
const STOP = 'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n';
const USAGE = 'data: {"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2}}\n\n';
const DONE = "data: [DONE]\n\n";

test("ordinary whole events pass as the very bytes that came", () => {
  const chunk = bytes(WORD + WORD);
  expect(meter("sse").feed(chunk)).toBe(chunk);
});

test("an event that is not complete waits for its end", () => {
  const one = meter("sse");
  expect(text(one.feed(bytes(WORD + WORD.slice(0, 20))))).toBe(WORD);
  expect(one.holding).toBe(false);
  expect(text(one.feed(bytes(WORD.slice(20))))).toBe(WORD);
});

test("an event that may be the last is held until another follows", () => {
  const one = meter("sse");
  expect(text(one.feed(bytes(WORD + STOP)))).toBe(WORD);
  expect(one.holding).toBe(true);
  expect(text(one.feed(bytes(USAGE)))).toBe(STOP);
  expect(text(one.feed(bytes(": comment\n\n")))).toBe(USAGE);
  expect(text(one.release())).toBe(": comment\n\n");
  expect(one.reading.ended).toBe(true);
});

test("the final event and all that follows stays until the release, then bytes pass", () => {
  const one = meter("sse");
  expect(text(one.feed(bytes(`${WORD}${STOP}${DONE}: trailing`)))).toBe(WORD);
  expect(one.finished).toBe(true);
  expect(text(one.feed(bytes(" data")))).toBe("");
  expect(text(one.release())).toBe(`${STOP}${DONE}: trailing data`);
  const later = bytes("later");
  expect(one.feed(later)).toBe(later);
});

test("the usage chunk is hidden only when told, and read in any case", () => {
  for (const hideUsageOnly of [true, false]) {
    const options = {
      protocol: protocols.get("openai-chat"),
      quirks: {},
      framing: "sse" as const,
      hideUsageOnly,
    };
    const { passed, reading } = replay(options, cut(bytes(WORD + STOP + USAGE + DONE), 5));
    expect(text(passed)).toBe(hideUsageOnly ? WORD + STOP + DONE : WORD + STOP + USAGE + DONE);
    expect(reading.usage?.outputTokens).toBe(2);
  }
});

test("a hidden usage chunk that ends the body without its blank line is hidden too", () => {
  const one = meter("sse", { hideUsageOnly: true });
  expect(text(one.feed(bytes(STOP + USAGE.trimEnd())))).toBe("");
  expect(text(one.release())).toBe(STOP);
  expect(one.reading.usage?.inputTokens).toBe(1);
});

test("an event that is too large passes unread, and metering goes on behind it", () => {
  const one = meter("sse", { maxEvent: 100 });
  const large = `data: {"usage":{"prompt_tokens":9},"x":"${"y".repeat(200)}"}\n\n`;
  const out = [...cut(bytes(large + WORD + USAGE), 30)].map((piece) => text(one.feed(piece))).join("");
  expect(out + text(one.release())).toBe(large + WORD + USAGE);
  expect(one.reading.usage?.inputTokens).toBe(1);
});

test("a body that is not read keeps back its last byte", () => {
  const one = meter("opaque");
  expect(text(one.feed(bytes("abc")))).toBe("ab");
  expect(text(one.feed(bytes("")))).toBe("");
  expect(text(one.feed(bytes("d")))).toBe("c");
  expect(text(one.release())).toBe("d");
});

test("a document is kept whole and read at the end; one that is too large passes unread", () => {
  const answer = '\u{feff}\n {"usage":{"prompt_tokens":3,"completion_tokens":1}} ';
  const one = meter("whole");
  expect(text(one.feed(bytes(answer)))).toBe("");
  expect(text(one.release())).toBe(answer);
  expect(one.reading.usage?.inputTokens).toBe(3);
  const small = meter("whole", { maxEvent: 10 });
  expect(text(small.feed(bytes(answer))) + text(small.release())).toBe(answer);
  expect(small.reading.usage).toBeNull();
});

test("a list's chunks are read wherever they are cut, brackets within strings included", () => {
  const list =
    '[{"choices":[{"index":0,"delta":{"content":"]},{\\""}}]}\r\n,\r\n{"usage":{"prompt_tokens":7}}]\n';
  for (const size of [1, 3, 1000]) {
    const options = { protocol: protocols.get("openai-chat"), quirks: {}, framing: "json-array" as const };
    const { passed, reading } = replay(options, cut(bytes(list), size));
    expect(text(passed)).toBe(list);
    expect(reading).toMatchObject({ visibleBytes: 5, usage: { inputTokens: 7 } });
  }
});

test("whatever comes, in whatever pieces, passes unchanged and reads the same", () => {
  const part = fc.oneof(
    fc.constantFrom(
      WORD,
      STOP,
      USAGE,
      DONE,
      ": c\r\n\r\n",
      "\r",
      "\n",
      "\r\n",
      "data:x",
      "event: y\n",
      "{",
      "]",
      '"',
    ),
    fc.string(),
  );
  const framings = fc.constantFrom<Framing>("sse", "ndjson", "json-array", "whole", "opaque");
  fc.assert(
    fc.property(fc.array(part), framings, fc.integer({ min: 1, max: 50 }), (parts, framing, size) => {
      const body = bytes(parts.join(""));
      const options = { protocol: protocols.get("openai-chat"), quirks: {}, framing };
      const whole = replay(options, [body]);
      const pieces = replay(options, cut(body, size));
      expect(text(whole.passed)).toBe(text(body));
      expect(text(pieces.passed)).toBe(text(body));
      expect(pieces.reading).toEqual(whole.reading);
    }),
  );
});
