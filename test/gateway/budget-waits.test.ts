/** Who waits for others' holds, in which order they go on, and when they are given up (SPEC 7.2). */
import { describe, expect, test } from "bun:test";
import {
  type DataPlane,
  json,
  type ManualStream,
  manualStream,
  openDataPlane,
} from "../support/data-plane.ts";
import {
  agentOf,
  CHAT,
  call,
  costOf,
  IN,
  moneyOf,
  OUT,
  outcomeOf,
  PRICED,
  type Reader,
  readerOf,
  saying,
  turn,
  until,
} from "./budget-support.ts";

/** A cap of about 6,000 tokens of output. */
const CAP = 60_000_000;
const CAPPED = `${PRICED}
agents: { bot: { budget: { max_cost_total: 0.06 } } }
`;

/** A data plane whose answers are given by the test: streams as they are, whole answers by what they use. */
interface Scene extends Disposable {
  readonly plane: DataPlane;
  /** Begins a stream of `bot`. */
  stream(ceiling: number): Promise<{ upstream: ManualStream; reader: Reader }>;
  /** Begins a call of `bot` that is answered whole: `outcome` is what its client is told in the end. */
  whole(ceiling: number): Whole;
}

interface Whole {
  readonly outcome: Promise<string | number>;
  readonly state: { outcome: string | number | null };
  /** Lets it settle for so much output. */
  settle(outputTokens: number): Promise<void>;
  leave(): void;
}

function openScene(config: string = CAPPED): Scene {
  const answers = new Map<string, () => Response | Promise<Response>>();
  const plane = openDataPlane({
    config,
    upstream: ({ body }) => {
      const name = /"content":"(\w+)"/.exec(Buffer.from(body).toString())?.[1] ?? "";
      return answers.get(name)?.() ?? json({}, { status: 500 });
    },
  });
  let calls = 0;
  return {
    plane,
    async stream(ceiling) {
      const said = `call${++calls}`;
      const upstream = manualStream();
      answers.set(said, () => upstream.response);
      const reader = readerOf(await call(plane, "bot", CHAT, { stream: true, ceiling, said }));
      return { upstream, reader };
    },
    whole(ceiling) {
      const said = `call${++calls}`;
      const answer = Promise.withResolvers<Response>();
      const client = new AbortController();
      answers.set(said, () => answer.promise);
      const state: Whole["state"] = { outcome: null };
      const outcome = call(plane, "bot", CHAT, { ceiling, said }, { signal: client.signal }).then(
        (response) => {
          state.outcome = outcomeOf(response);
          return state.outcome;
        },
      );
      return {
        outcome,
        state,
        leave: () => client.abort(),
        async settle(outputTokens) {
          answer.resolve(json(CHAT.answer(saying(10, outputTokens))));
          await outcome;
        },
      };
    },
    [Symbol.dispose]: () => plane[Symbol.dispose](),
  };
}

/** So many tokens of text, as one event of a chat. */
function words(tokens: number): string {
  const delta = { content: "a".repeat(tokens * 3) };
  return `data: ${JSON.stringify({ id: "c", model: "m", choices: [{ index: 0, delta, finish_reason: null }] })}\n\n`;
}

function shown(reader: Reader): number {
  return (reader.text.match(/a{30,}/g)?.join("").length ?? 0) / 3;
}

async function seeWords(reader: Reader, tokens: number): Promise<void> {
  while (shown(reader) < tokens) await reader.more();
}

async function turns(count = 20): Promise<void> {
  for (let one = 0; one < count; one++) await turn();
}

/** A stream that has outgrown what `other` leaves it: it waits for room, its next 600 tokens unread by the client. */
async function starve(scene: Scene, otherCeiling: number) {
  const { upstream, reader } = await scene.stream(5_000);
  const other = scene.whole(otherCeiling);
  await until(() => scene.plane.sent.length === 2, "the other call leaves");
  upstream.push(words(1_000));
  await seeWords(reader, 1_000);
  upstream.push(words(600));
  const reading = seeWords(reader, 1_600);
  await turns();
  expect(shown(reader)).toBe(1_000);
  return { upstream, reader, other, reading };
}

describe("a stream that must grow and finds no room beside others", () => {
  test("stops reading, and goes on when a settlement makes room", async () => {
    using scene = openScene();
    const { plane } = scene;
    const { upstream, reader, other, reading } = await starve(scene, 4_400);
    const { held } = moneyOf(plane, "bot");
    upstream.push(words(500));
    plane.advance(9_000);
    plane.tick();
    await turns();
    expect(moneyOf(plane, "bot").held).toBe(held);
    expect(held).toBeLessThanOrEqual(CAP);

    await other.settle(50);
    await reading;
    await seeWords(reader, 2_100);
    upstream.push(
      CHAT.events(saying(20, 2_100, []))
        .slice(-3)
        .join(""),
    );
    upstream.end();
    expect(await reader.rest()).toContain("[DONE]");
    expect(plane.calls()).toMatchObject([
      { ending: "complete", cost_nano: costOf(10, 50) },
      { ending: "complete", cost_nano: costOf(20, 2_100) },
    ]);
    expect(moneyOf(plane, "bot").held).toBe(0);
  });

  test("is cut after 10 seconds, and ends well-formed with all that was held", async () => {
    using scene = openScene();
    const { plane } = scene;
    const { reader, other, reading } = await starve(scene, 4_400);
    plane.advance(9_999);
    plane.tick();
    await turns();
    expect(plane.calls()).toEqual([]);
    plane.advance(1);
    plane.tick();
    const rest = await Promise.all([reading.catch(() => null), reader.rest()]);
    expect(reader.text).toContain('"finish_reason":"length"');
    expect(reader.text).toEndWith("data: [DONE]\n\n");
    expect(rest).toBeDefined();
    expect(plane.sent[0]?.signal.aborted).toBe(true);
    expect(plane.sent[1]?.signal.aborted).toBe(false);
    expect(plane.calls()).toMatchObject([{ ending: "cut", error: "budget_exceeded" }]);
    expect(moneyOf(plane, "bot").spent + moneyOf(plane, "bot").held).toBeLessThanOrEqual(CAP);
    await other.settle(4_400);
    expect(moneyOf(plane, "bot").held).toBe(0);
    expect(moneyOf(plane, "bot").spent).toBeLessThanOrEqual(CAP);
  });

  test("is let go when its client leaves while it waits", async () => {
    using scene = openScene();
    const { plane } = scene;
    const { reader, other, reading } = await starve(scene, 4_400);
    reading.catch(() => undefined);
    await reader.leave();
    expect(plane.calls()).toMatchObject([{ ending: "gone" }]);
    expect(plane.sent[0]?.signal.aborted).toBe(true);
    await other.settle(10);
    expect(moneyOf(plane, "bot").held).toBe(0);
    expect(plane.calls()).toHaveLength(2);
  });

  test("goes before calls that would begin, though these asked first and would fit", async () => {
    using scene = openScene();
    const { plane } = scene;
    const { upstream, reader } = await scene.stream(5_000);
    const other = scene.whole(4_300);
    await until(() => plane.sent.length === 2, "the other call leaves");
    const late = scene.whole(2_000);
    await turns();
    upstream.push(words(1_000));
    await seeWords(reader, 1_000);
    upstream.push(words(3_600));
    const reading = seeWords(reader, 4_600);
    await turns();
    // 4,600 tokens and the late call's 2,000 do not fit together.
    await other.settle(10);
    await reading;
    await turns();
    expect(late.state.outcome).toBeNull();
    expect(plane.sent).toHaveLength(2);
    await reader.leave();
    await until(() => plane.sent.length === 3 || late.state.outcome !== null, "the late call has its turn");
    // The stream has spent more than what the late call asks for leaves: it is lowered, not refused.
    expect(plane.sent).toHaveLength(3);
    await late.settle(10);
    expect(plane.calls().map(({ ending }) => ending)).toEqual(["complete", "gone", "complete"]);
    expect(moneyOf(plane, "bot").held).toBe(0);
  });

  test("of two the older one goes first", async () => {
    using scene = openScene();
    const { plane } = scene;
    const older = await scene.stream(5_000);
    plane.advance(1_000);
    const younger = await scene.stream(5_000);
    const other = scene.whole(3_800);
    await until(() => plane.sent.length === 3, "the other call leaves");
    // The younger one asks first.
    younger.upstream.push(words(2_900));
    older.upstream.push(words(2_900));
    const reading = [seeWords(younger.reader, 2_900), seeWords(older.reader, 2_900)];
    await turns();
    expect([shown(older.reader), shown(younger.reader)]).toEqual([0, 0]);
    await other.settle(10);
    await reading[1];
    await turns();
    expect([shown(older.reader), shown(younger.reader)]).toEqual([2_900, 0]);
    await older.reader.leave();
    await turns();
    // What is left now is less than the younger one needs: it ends for its length.
    await Promise.allSettled(reading);
    expect(plane.calls().map(({ ending }) => ending)).toEqual(["complete", "gone", "cut"]);
    expect(moneyOf(plane, "bot").held).toBe(0);
    expect(moneyOf(plane, "bot").spent).toBeLessThanOrEqual(CAP);
  });

  test("keeps calls of others out, and lets them in when it no longer waits", async () => {
    using scene = openScene(`${PRICED}gateway: { budget: { max_cost_total: 0.06 } }`);
    const { plane } = scene;
    const { upstream, reader } = await scene.stream(5_000);
    const other = scene.whole(4_400);
    await until(() => plane.sent.length === 2, "the other call leaves");
    upstream.push(words(1_500));
    const reading = seeWords(reader, 1_500);
    await turns();
    const small = call(plane, "small", CHAT, { ceiling: 1, said: "unknown" });
    await turns();
    expect(plane.sent).toHaveLength(2);
    await other.settle(10);
    await reading;
    expect(outcomeOf(await small)).toBe(500);
    expect(agentOf(plane, "small").money.held).toBe(0);
    await reader.leave();
    expect(plane.fleet.gateway.money.held).toBe(0);
  });
});

describe("a stream that waits for room in its own agent's account", () => {
  test.each(["", "owners: { team: { budget: { max_cost_total: 100 } } }"])(
    "keeps nobody else out: %p",
    async (owners) => {
      const agents =
        "agents: { '*': { owner: team }, bot: { owner: team, budget: { max_cost_total: 0.06 } } }";
      using scene = openScene(`${PRICED}gateway: { budget: { max_cost_total: 100 } }\n${agents}\n${owners}`);
      const { plane } = scene;
      const { upstream, reader, other, reading } = await starve(scene, 4_400);
      const another = await call(plane, "another", CHAT, { ceiling: 4_000, said: "unknown" });
      expect(outcomeOf(another)).toBe(500);
      expect(plane.calls()).toMatchObject([{ agent: "another" }]);
      // Of its own agent nobody begins.
      const own = scene.whole(1);
      await turns();
      expect([own.state.outcome, plane.sent.length, shown(reader)]).toEqual([null, 3, 1_000]);
      await other.settle(10);
      await reading;
      await own.settle(1);
      upstream.break();
      await reader.rest();
      expect(plane.fleet.gateway.money.held).toBe(0);
    },
  );
});

describe("a call that fits the cap, but not beside others' holds", () => {
  test("waits without having taken anything, and begins in the turn in which there is room", async () => {
    using scene = openScene();
    const { plane } = scene;
    const first = scene.whole(4_000);
    await until(() => plane.sent.length === 1, "the first call leaves");
    const { held } = moneyOf(plane, "bot");
    const second = scene.whole(4_000);
    await turns();
    expect(plane.sent).toHaveLength(1);
    expect(moneyOf(plane, "bot").held).toBe(held);
    expect(agentOf(plane, "bot")).toMatchObject({ admitted: { hour: 1, day: 1 }, inFlight: 1 });
    expect(plane.store.holds.size).toBe(1);
    await first.settle(100);
    expect(agentOf(plane, "bot").inFlight).toBe(1);
    await until(() => plane.sent.length === 2, "the second call leaves");
    // Not lowered for anybody else's hold.
    expect(Buffer.from(plane.sent[1]?.body ?? []).toString()).toContain('"max_tokens":4000');
    await second.settle(100);
    expect(plane.calls().map(({ clamped }) => clamped)).toEqual([undefined, undefined]);
    expect(moneyOf(plane, "bot")).toEqual({ held: 0, spent: 2 * costOf(10, 100) });
  });

  test("is told budget_busy after 10 seconds, which is retryable, and has consumed nothing", async () => {
    using scene = openScene();
    const { plane } = scene;
    const first = scene.whole(4_000);
    await until(() => plane.sent.length === 1, "the first call leaves");
    const second = call(plane, "bot", CHAT, { ceiling: 4_000 });
    await turns();
    plane.advance(9_999);
    plane.tick();
    await turns();
    plane.advance(1);
    plane.tick();
    const response = await second;
    expect([response.status, response.headers.get("x-tollgate-blocked")]).toEqual([429, "budget_busy"]);
    expect(response.headers.get("retry-after")).not.toBeNull();
    expect(response.headers.get("x-should-retry")).not.toBe("false");
    expect(await response.json()).toMatchObject({ retry_after_seconds: expect.any(Number) });
    expect(agentOf(plane, "bot")).toMatchObject({ admitted: { hour: 1, day: 1 }, inFlight: 1 });
    expect(plane.sent).toHaveLength(1);
    expect(plane.gateway.controls.pauses.find("bot")).toBeNull();
    await first.settle(10);
    expect(moneyOf(plane, "bot").held).toBe(0);
  });

  test("is refused for good as soon as settlements leave no room for it", async () => {
    using scene = openScene();
    const { plane } = scene;
    const first = scene.whole(5_900);
    await until(() => plane.sent.length === 1, "the first call leaves");
    const second = scene.whole(300);
    await turns();
    expect(second.state.outcome).toBeNull();
    await first.settle(5_900);
    expect(await second.outcome).toBe("budget_exceeded");
    expect(plane.sent).toHaveLength(1);
    expect(moneyOf(plane, "bot").held).toBe(0);
  });

  test("leaves the line with its client", async () => {
    using scene = openScene();
    const { plane } = scene;
    const first = scene.whole(4_000);
    await until(() => plane.sent.length === 1, "the first call leaves");
    const second = scene.whole(4_000);
    await turns();
    second.leave();
    await second.outcome;
    await first.settle(10);
    await turns();
    expect(plane.sent).toHaveLength(1);
    expect(plane.calls()).toHaveLength(1);
    expect(moneyOf(plane, "bot").held).toBe(0);
  });

  test("begins when the cap is raised, and when a new hour begins", async () => {
    for (const change of ["cap", "hour"] as const) {
      using scene = openScene(CAPPED.replace("max_cost_total", "max_cost_per_hour"));
      const { plane } = scene;
      const spent = scene.whole(3_000);
      await spent.settle(2_500);
      const first = scene.whole(2_000);
      await until(() => plane.sent.length === 2, "the first call leaves");
      if (change === "hour") plane.advance(59 * 60_000 + 55_000);
      const second = scene.whole(3_000);
      await turns();
      expect(plane.sent).toHaveLength(2);
      if (change === "cap")
        plane.configure(CAPPED.replace("max_cost_total: 0.06", "max_cost_per_hour: 0.09"));
      else plane.advance(6_000);
      plane.tick();
      await until(() => plane.sent.length === 3, `the second call leaves: ${change}`);
      await second.settle(10);
      await first.settle(10);
      expect(moneyOf(plane, "bot").held).toBe(0);
    }
  });
});

test("ten calls at once that may cost far more than they do all succeed unshortened", async () => {
  const config = `${PRICED}agents: { bot: { budget: { max_cost_total: 5 } } }`;
  using plane = openDataPlane({
    config,
    upstream: async () => {
      await turns(3);
      return json(CHAT.answer(saying(10, 2_000)));
    },
  });
  const calls = Array.from({ length: 10 }, () => call(plane, "bot", CHAT, { ceiling: 64_000 }));
  const responses = await Promise.all(calls);
  expect(responses.map(outcomeOf)).toEqual(Array.from({ length: 10 }, () => 200));
  expect(responses.some(({ headers }) => headers.has("x-tollgate-max-tokens"))).toBe(false);
  for (const { body } of plane.sent) {
    expect(Buffer.from(body).toString()).toBe(JSON.stringify(CHAT.body({ ceiling: 64_000 })));
  }
  expect(moneyOf(plane, "bot")).toEqual({ held: 0, spent: 10 * (10 * IN + 2_000 * OUT) });
});
