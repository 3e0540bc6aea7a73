/** What streams hold while they flow: slices that grow before more is passed on (SPEC 7.2, 7.7). */
import { describe, expect, test } from "bun:test";
import { manualStream, openDataPlane } from "../support/data-plane.ts";
import {
  agentOf,
  CHAT,
  call,
  costOf,
  MESSAGES,
  moneyOf,
  OUT,
  PRICED,
  type Reader,
  readerOf,
  saying,
  turn,
  type Wire,
} from "./budget-support.ts";

const CAPPED = `${PRICED}
agents: { "*": { budget: { max_cost_total: 1 } } }
`;
const REASONING: Wire = { ...CHAT, body: (asked) => ({ ...CHAT.body(asked), model: "o3" }) };

/** So many tokens of text, as one event of a chat. */
function words(tokens: number): string {
  const delta = { content: "a".repeat(tokens * 3) };
  return `data: ${JSON.stringify({ id: "c", model: "m", choices: [{ index: 0, delta, finish_reason: null }] })}\n\n`;
}

/** The end of a chat that used so much. */
function ending(inputTokens: number, outputTokens: number): string {
  return CHAT.events(saying(inputTokens, outputTokens, []))
    .slice(-3)
    .join("");
}

/** Opens a stream of `bot`, and notes in their order what is written to holds.log and what the client is shown. */
async function openStream(config: string, ceiling: number | undefined, wire: Wire = CHAT) {
  const upstream = manualStream(wire.contentType);
  const written: number[] = [];
  const plane = openDataPlane({
    config,
    upstream: ({ signal }) => {
      signal.addEventListener("abort", () => upstream.break("ABORT_ERR"));
      return upstream.response;
    },
    write(descriptor, text, write) {
      for (const [, nano] of text.matchAll(/"op":"(?:open|grow)".*?"nano":(\d+)/g))
        written.push(Number(nano));
      return write(descriptor, text);
    },
  });
  const reader = readerOf(await call(plane, "bot", wire, { stream: true, ...(ceiling && { ceiling }) }));
  const atFirst = moneyOf(plane, "bot").held;
  const input = atFirst - Math.min(ceiling ?? 1_024, 1_024) * OUT;
  return { plane, upstream, reader, written, input };
}

/** Reads until so many bytes of text have come. */
async function seeWords(reader: Reader, tokens: number): Promise<void> {
  while ((reader.text.match(/a{30,}/g)?.join("").length ?? 0) < tokens * 3) await reader.more();
}

describe("a stream", () => {
  test("holds a first slice of 1,024 tokens, or its ceiling where that is lower", async () => {
    const inputs = new Set<number>();
    for (const ceiling of [undefined, 8_000, 300]) {
      const { plane, reader, input, written } = await openStream(CAPPED, ceiling);
      using _ = plane;
      expect(written).toEqual([moneyOf(plane, "bot").held]);
      expect(plane.fleet.gateway.money.held).toBe(moneyOf(plane, "bot").held);
      await reader.leave();
      expect(moneyOf(plane, "bot")).toEqual({ held: 0, spent: input });
      inputs.add(Math.round(input / 100_000));
    }
    expect(inputs.size).toBe(1);
  });

  test("holds its whole ceiling under `hold: worst_case`, and never grows", async () => {
    const config = CAPPED.replace("max_cost_total: 1", "max_cost_total: 1, hold: worst_case");
    const { plane, upstream, reader, written, input } = await openStream(config, 8_000);
    using _ = plane;
    const whole = input + 1_024 * OUT;
    for (let count = 0; count < 7; count++) upstream.push(words(1_000));
    await seeWords(reader, 7_000);
    expect(written).toEqual([whole]);
    await reader.leave();
    expect(plane.calls()).toMatchObject([{ cost_nano: whole - 1_000 * OUT }]);
  });

  test("of an agent whose answers of this model are long holds what 95% of them stayed under", async () => {
    const long = CHAT.events(saying(10, 3_000)).join("");
    const headers = { "content-type": "text/event-stream" };
    let answered = 0;
    using plane = openDataPlane({
      config: CAPPED,
      upstream: () => (answered++ < 3 ? new Response(long, { headers }) : manualStream().response),
    });
    const asked = { stream: true, ceiling: 8_000 };
    for (let count = 0; count < 3; count++) await (await call(plane, "bot", CHAT, asked)).text();
    await call(plane, "bot", CHAT, asked);
    await call(plane, "other", CHAT, asked);
    const other = moneyOf(plane, "other").held;
    expect(moneyOf(plane, "bot").held - other).toBe((3_000 - 1_024) * OUT);
    const { held } = moneyOf(plane, "bot");
    await call(plane, "bot", REASONING, asked);
    expect(moneyOf(plane, "bot").held - held).toBeLessThan(costOf(100, 1_024));
    expect(moneyOf(plane, "other").held).toBe(other);
  });

  test("grows before more is passed on, and each growth is on disk before the client sees what it is for", async () => {
    const { plane, upstream, reader, written, input } = await openStream(CAPPED, 8_000);
    using _ = plane;
    for (let passed = 700; passed <= 7_000; passed += 700) {
      upstream.push(words(700));
      await seeWords(reader, passed);
      const onDisk = ((written.at(-1) ?? 0) - input) / OUT;
      expect(onDisk).toBeGreaterThanOrEqual(passed);
      expect(onDisk).toBeLessThanOrEqual(8_000);
      expect(moneyOf(plane, "bot").held).toBe(written.at(-1) ?? 0);
    }
    upstream.push(ending(20, 7_000));
    upstream.end();
    await reader.rest();
    expect(moneyOf(plane, "bot")).toEqual({ held: 0, spent: costOf(20, 7_000) });
    expect(plane.calls()[0]?.overrun_nano).toBeUndefined();
  });

  test("that comes in one large piece is held for before it is passed on", async () => {
    const { plane, upstream, reader, written, input } = await openStream(CAPPED, 8_000);
    using _ = plane;
    upstream.push(words(6_000));
    await seeWords(reader, 6_000);
    expect(((written.at(-1) ?? 0) - input) / OUT).toBeGreaterThanOrEqual(6_000);
    await reader.leave();
    expect(plane.calls()).toMatchObject([{ cost_nano: input + 6_000 * OUT }]);
  });

  test("does not outgrow what it asked for because its words are long", async () => {
    const { plane, upstream, reader, written, input } = await openStream(CAPPED, 2_000);
    using _ = plane;
    for (let count = 0; count < 3; count++) upstream.push(words(1_000));
    await seeWords(reader, 3_000);
    expect(written.at(-1)).toBe(input + 2_000 * OUT);
    await reader.leave();
    expect(plane.calls()).toMatchObject([{ tokens_out: 2_000, cost_nano: input + 2_000 * OUT }]);
  });

  test("corrects its input as soon as that is reported, and gives the difference back", async () => {
    const { plane, upstream, reader, written, input } = await openStream(CAPPED, 8_000, MESSAGES);
    using _ = plane;
    expect(moneyOf(plane, "bot").held).toBe(input + costOf(0, 1_024));
    for (const event of MESSAGES.events(saying(7, 100)).slice(0, 4)) upstream.push(event);
    await reader.sees("content_block_start");
    expect(moneyOf(plane, "bot").held).toBe(costOf(7, 1_024));
    // What a crash would charge stays what it was: the file only grows.
    expect(written).toEqual([input + costOf(0, 1_024)]);
    await reader.leave();
    expect(moneyOf(plane, "bot").held).toBe(0);
  });
});

describe("reasoning that nobody sees", () => {
  test("is held by the clock while nothing comes, up to the ceiling", async () => {
    const { plane, reader, written, input } = await openStream(CAPPED, 8_000, REASONING);
    using _ = plane;
    const rest = reader.rest();
    await turn();
    for (let seconds = 1; seconds <= 40; seconds++) {
      plane.advance(1_000);
      plane.tick();
      const held = ((written.at(-1) ?? 0) - input) / OUT;
      expect(held).toBeGreaterThanOrEqual(Math.min(300 * seconds, 8_000));
      expect(held).toBeLessThanOrEqual(8_000);
      expect(moneyOf(plane, "bot").held).toBe(written.at(-1) ?? 0);
    }
    expect(written.length).toBeLessThan(10);
    await reader.leave();
    await rest;
    expect(plane.calls()).toMatchObject([{ tokens_out: 8_000, cost_nano: input + 8_000 * OUT }]);
  });

  test("is held by the clock before the provider has sent a header", async () => {
    const client = new AbortController();
    using plane = openDataPlane({
      config: CAPPED,
      upstream: ({ signal }) =>
        new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
    });
    const { signal } = client;
    const pending = call(plane, "bot", REASONING, { stream: true, ceiling: 8_000 }, { signal });
    for (let count = 0; count < 20; count++) await turn();
    const { held } = moneyOf(plane, "bot");
    plane.advance(10_000);
    plane.tick();
    expect(moneyOf(plane, "bot").held).toBeGreaterThanOrEqual(held + (3_000 - 1_024) * OUT);
    client.abort();
    await pending;
    expect(plane.calls()).toMatchObject([{ ending: "gone", tokens_out: 3_000 }]);
    expect(moneyOf(plane, "bot").held).toBe(0);
  });

  test("that shows is held by its text alone", async () => {
    const { plane, reader, written } = await openStream(CAPPED, 8_000);
    using _ = plane;
    plane.advance(30_000);
    plane.tick();
    expect(written).toHaveLength(1);
    await reader.leave();
  });

  test("is cut where the budget has no room for it, though nothing comes", async () => {
    const config = `${PRICED}agents: { "*": { budget: { max_cost_total: 0.03 } } }`;
    const { plane, upstream, reader, input } = await openStream(config, 2_900, REASONING);
    using _ = plane;
    upstream.push(words(10));
    await reader.more();
    // Somebody else's call settles in between: what is left is less than this one's ceiling.
    const answered = reader.rest();
    agentOf(plane, "bot").total.costNano += 15_000_000;
    plane.advance(5_000);
    plane.tick();
    const rest = await answered;
    expect(rest).toContain('"finish_reason":"length"');
    expect(plane.sent[0]?.signal.aborted).toBe(true);
    expect(plane.calls()).toMatchObject([{ ending: "cut", error: "budget_exceeded" }]);
    expect(plane.calls()[0]?.cost_nano).toBeLessThanOrEqual(15_000_000);
    expect(plane.calls()[0]?.cost_nano).toBeGreaterThanOrEqual(input);
    expect(moneyOf(plane, "bot").held).toBe(0);
  });
});
