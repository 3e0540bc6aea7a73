/** What each ending charges in place of the hold (the table of SPEC 7.3), row by row, in every dialect. */
import { describe, expect, test } from "bun:test";
import type { CallLine } from "../../server/core/event.ts";
import { type DataPlane, json, manualStream, openDataPlane } from "../support/data-plane.ts";
import {
  agentOf,
  CHAT,
  call,
  costOf,
  GEMINI,
  IN,
  MESSAGES,
  moneyOf,
  OUT,
  PRICED,
  readerOf,
  saying,
  turn,
  until,
  WIRES,
  type Wire,
} from "./budget-support.ts";

const CAPPED = `${PRICED}
agents: { bot: { budget: { max_cost_per_day: 100 } } }
`;

/** The one call line; and that nothing is held any more, and nobody else was charged. */
function settled(plane: DataPlane): CallLine {
  const [line, ...more] = plane.calls();
  if (!line) throw new Error("Nothing was settled.");
  const cost = line.cost_nano ?? 0;
  expect(more).toEqual([]);
  expect(moneyOf(plane, "bot")).toEqual({ held: 0, spent: cost });
  expect(agentOf(plane, "bot").tokens.held).toBe(0);
  expect(agentOf(plane, "bot").inFlight).toBe(0);
  expect(plane.fleet.gateway.money.held).toBe(0);
  expect(plane.fleet.gateway.total.costNano).toBe(cost);
  expect([...plane.fleet.agents.keys()]).toEqual(["bot"]);
  expect(plane.store.holds.size).toBe(0);
  return line;
}

/** A stream of which the client has been shown `text`, and what was held when the call began. */
async function streamOf(wire: Wire, text: string, config = CAPPED, ceiling = 500) {
  const upstream = manualStream(wire.contentType);
  const plane = openDataPlane({ config, upstream: () => upstream.response });
  const reader = readerOf(await call(plane, "bot", wire, { stream: true, ceiling }));
  const { held } = moneyOf(plane, "bot");
  // Up to the event with the text; what follows it lets it pass.
  const events = wire.events(saying(70, 400, [text, "", "end"]));
  const last = events.findIndex((event) => event.includes(text));
  for (const event of events.slice(0, last + 2)) upstream.push(event);
  await reader.sees(text);
  return { plane, upstream, reader, held };
}

describe("usage that was reported is charged", () => {
  for (const wire of WIRES) {
    for (const stream of [false, true]) {
      const kind = stream ? "a stream" : "an answer";
      const answerWith = async (outputTokens: number): Promise<DataPlane> => {
        const said = saying(50, outputTokens);
        const plane = openDataPlane({
          config: CAPPED,
          upstream: () =>
            stream
              ? new Response(wire.events(said).join(""), { headers: { "content-type": wire.contentType } })
              : json(wire.answer(said)),
        });
        await (await call(plane, "bot", wire, { stream, ceiling: 100 })).text();
        return plane;
      };

      test(`below the hold: ${kind} of ${wire.name}`, async () => {
        using plane = await answerWith(90);
        const line = settled(plane);
        expect(line).toMatchObject({ ending: "complete", usage: "reported", cost_nano: costOf(50, 90) });
        expect(line.overrun_nano).toBeUndefined();
      });

      test(`above the hold, the excess told: ${kind} of ${wire.name}`, async () => {
        using plane = await answerWith(1_000);
        const line = settled(plane);
        expect(line).toMatchObject({ ending: "complete", usage: "reported", cost_nano: costOf(50, 1_000) });
        // Gemini says with each piece how much it has made: the hold has grown with it.
        if (stream && wire.name.startsWith("gemini")) return expect(line.overrun_nano).toBeUndefined();
        // Held were 100 tokens of output, and an input of no more than 1,500.
        expect(line.overrun_nano).toBeGreaterThan(costOf(0, 900) - costOf(1_500, 0));
        expect(line.overrun_nano).toBeLessThan(costOf(50, 900));
      });
    }
  }
});

describe("nothing is charged", () => {
  for (const wire of WIRES) {
    test(`where the upstream was not reached, or refused: ${wire.name}`, async () => {
      const failures: (() => Response)[] = [
        () => {
          throw Object.assign(new Error("refused"), { code: "ConnectionRefused" });
        },
        ...[400, 401, 404, 429, 500, 503, 529].map((status) => () => json({ error: {} }, { status })),
      ];
      for (const stream of [false, true]) {
        for (const upstream of failures) {
          using plane = openDataPlane({ config: CAPPED, upstream });
          await (await call(plane, "bot", wire, { stream, ceiling: 100 })).text();
          expect(settled(plane).cost_nano).toBe(0);
        }
      }
    });
  }

  test("where the client had left before the request did", async () => {
    const client = new AbortController();
    client.abort();
    using plane = openDataPlane({ config: CAPPED, upstream: () => json({}) });
    await call(plane, "bot", CHAT, { ceiling: 100 }, { signal: client.signal });
    expect(plane.sent).toEqual([]);
    expect(plane.calls()).toEqual([]);
    expect(plane.fleet.gateway.money.held).toBe(0);
    expect(plane.store.holds.size).toBe(0);
  });
});

/** 300 bytes that no event holds by accident: charged as 100 tokens. */
const SEEN = "§".repeat(150);

describe("a stream without its usage is charged its input and the text that was seen", () => {
  for (const wire of WIRES) {
    /** Anthropic's and Gemini's streams tell their input from the start; what others held for it stands. */
    const isTold = wire === MESSAGES || wire.name.startsWith("gemini");
    const expected = (held: number): number => (isTold ? costOf(70, 100) : held - costOf(0, 400));

    test(`when its client leaves: ${wire.name}`, async () => {
      const { plane, reader, held } = await streamOf(wire, SEEN);
      using _ = plane;
      await reader.leave();
      expect(settled(plane)).toMatchObject({ ending: "gone", usage: "estimated", cost_nano: expected(held) });
      expect(plane.sent[0]?.signal.aborted).toBe(true);
    });

    test(`when its upstream breaks: ${wire.name}`, async () => {
      const { plane, upstream, reader, held } = await streamOf(wire, SEEN);
      using _ = plane;
      const rest = reader.rest();
      upstream.break();
      await rest;
      expect(settled(plane)).toMatchObject({ ending: "failed", status: 200, cost_nano: expected(held) });
    });

    test(`when its upstream goes silent: ${wire.name}`, async () => {
      const { plane, upstream, reader, held } = await streamOf(wire, SEEN);
      using _ = plane;
      const rest = reader.rest();
      plane.sent[0]?.signal.addEventListener("abort", () => upstream.break("ABORT_ERR"));
      await turn();
      plane.advance(600_000);
      plane.tick();
      await rest;
      expect(settled(plane)).toMatchObject({ ending: "failed", error: "upstream_timeout" });
      expect(plane.calls()[0]?.cost_nano).toBe(expected(held));
    });

    test(`when its agent is paused for good: ${wire.name}`, async () => {
      const { plane, upstream, reader, held } = await streamOf(wire, SEEN);
      using _ = plane;
      const rest = reader.rest();
      plane.sent[0]?.signal.addEventListener("abort", () => upstream.break("ABORT_ERR"));
      plane.gateway.kill("bot");
      await rest;
      expect(settled(plane)).toMatchObject({ ending: "cut", cost_nano: expected(held) });
    });
  }
});

describe("an answer that never came is charged its input, and what may have been made of it by then", () => {
  test("when the upstream times out, when it breaks, and when the client leaves", async () => {
    for (const wire of WIRES) {
      for (const end of ["timeout", "break", "leave"] as const) {
        const client = new AbortController();
        const answer = Promise.withResolvers<Response>();
        using plane = openDataPlane({
          config: CAPPED,
          upstream: ({ signal }) => {
            signal.addEventListener("abort", () => answer.reject(signal.reason));
            return answer.promise;
          },
        });
        const pending = call(plane, "bot", wire, { ceiling: 100 }, { signal: client.signal });
        await until(() => plane.sent.length === 1, "the request leaves");
        const { held } = moneyOf(plane, "bot");
        if (end === "break") answer.reject(Object.assign(new Error("broken"), { code: "ECONNRESET" }));
        if (end === "leave") client.abort();
        if (end === "timeout") {
          plane.advance(600_000);
          plane.tick();
        }
        await pending;
        expect(settled(plane)).toMatchObject({
          ending: end === "leave" ? "gone" : "failed",
          usage: "estimated",
          // Ten minutes are more than enough for its 100 tokens, no time is none.
          cost_nano: end === "timeout" ? held : held - costOf(0, 100),
        });
      }
    }
  });
});

describe("reasoning that nobody sees is charged by the clock, up to what was held", () => {
  const REASONING: Wire = { ...CHAT, body: (asked) => ({ ...CHAT.body(asked), model: "o3" }) };
  const THINKING: Wire = {
    ...MESSAGES,
    body: (asked) => ({ ...MESSAGES.body(asked), thinking: { type: "enabled", budget_tokens: 3_000 } }),
  };

  test("300 tokens a second, whatever the text comes to", async () => {
    const { plane, reader, held } = await streamOf(REASONING, SEEN, CAPPED, 4_000);
    using _ = plane;
    plane.advance(3_000);
    await reader.leave();
    const input = held - costOf(0, 1_024);
    expect(settled(plane)).toMatchObject({ ending: "gone", tokens_out: 900, cost_nano: input + 900 * OUT });
  });

  test("never more than its ceiling, which is what is held in the end, though the input was reported", async () => {
    for (const wire of [REASONING, THINKING, GEMINI]) {
      const { plane, reader, held } = await streamOf(wire, SEEN, CAPPED, 4_000);
      using _ = plane;
      plane.advance(1_800_000);
      await reader.leave();
      expect(settled(plane).cost_nano).toBeLessThanOrEqual(held + costOf(0, 4_000 - 1_024));
      expect(settled(plane).overrun_nano).toBeUndefined();
    }
  });

  test("an answer that is broken off is charged no more than its ceiling", async () => {
    const client = new AbortController();
    using plane = openDataPlane({
      config: CAPPED,
      upstream: ({ signal }) =>
        new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
    });
    const pending = call(plane, "bot", REASONING, { ceiling: 2_000 }, { signal: client.signal });
    await until(() => plane.sent.length === 1, "the request leaves");
    const { held } = moneyOf(plane, "bot");
    plane.advance(60_000);
    client.abort();
    await pending;
    expect(settled(plane)).toMatchObject({ ending: "gone", tokens_out: 2_000, cost_nano: held });
  });
});

test("a hold takes the input at its dearest rate: that of the cache write that is asked for", async () => {
  const config = CAPPED.replace("output: 10", "output: 10, cache_write: 1.25, cache_read: 0.1");
  const sizes: number[] = [];
  for (const text of [CAPPED, config]) {
    using plane = openDataPlane({ config: text, upstream: () => new Promise(() => undefined) });
    const body = { ...MESSAGES.body({ ceiling: 100 }), cache_control: { type: "ephemeral" } };
    void plane.send(`/agents/bot/${MESSAGES.path(false)}`, { method: "POST", body: JSON.stringify(body) });
    await until(() => plane.sent.length === 1, "the request leaves");
    sizes.push(moneyOf(plane, "bot").held - 100 * OUT);
  }
  const [plain = 0, dearest = 0] = sizes;
  expect(plain % IN).toBe(0);
  expect(dearest).toBe(plain * 1.25);
});
