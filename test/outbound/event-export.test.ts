import { describe, expect, test } from "bun:test";
import type { Line } from "../../server/core/event.ts";
import type { ReportedEvent } from "../../server/core/reported-event.ts";
import { createEventExport } from "../../server/outbound/event-export.ts";

const KEY = "the-key-of-the-server";

interface Post {
  readonly url: string;
  readonly headers: Headers;
  readonly events: readonly ReportedEvent[];
  readonly redirect: string | undefined;
}

/** An export whose endpoint answers as the test says, and whose timers ring when it says. */
function openExport() {
  const posts: Post[] = [];
  const told: string[] = [];
  const timers = new Map<() => void, number>();
  const state = {
    answer: (): Response | Promise<Response> => new Response("{}"),
    now: 0,
    settings: {
      endpoint: "https://events.test/api/events" as string | null,
      api_key: KEY as string | null,
      flush_interval: 5_000,
      max_buffer_size: 3,
    },
  };
  const exporting = createEventExport({
    settings: () => state.settings,
    async fetch(url, init) {
      const { events } = JSON.parse(String(init.body)) as { events: ReportedEvent[] };
      posts.push({ url, headers: new Headers(init.headers as HeadersInit), events, redirect: init.redirect });
      const aborted = new Promise<never>((_, reject) => {
        init.signal?.addEventListener("abort", () => reject(new Error("aborted")));
      });
      return Promise.race([state.answer(), aborted]);
    },
    every(period, run) {
      timers.set(run, period);
      return () => timers.delete(run);
    },
    now: () => state.now,
    log: (message) => void told.push(message),
  });
  return {
    exporting,
    posts,
    told,
    state,
    /** The periods of the timers that run, but for the one that ends a post. */
    periods: () => [...timers.values()],
    ring(period: number) {
      for (const [run, every] of [...timers]) if (every === period) run();
    },
    take: (...ids: string[]) => {
      for (const id of ids) exporting.take(call(id));
    },
    idsOf: (post: Post | undefined) => post?.events.map(({ tags }) => tags?.request_id),
  };
}

function call(id: string): Line {
  return {
    seq: 1,
    prev: "",
    hash: "",
    type: "call",
    time: "2026-01-10T12:00:00.000Z",
    request_id: id,
    agent: "a",
    provider: "openai",
    method: "POST",
    path: "/v1/chat/completions",
    stream: false,
    status: 200,
    ending: "complete",
    cost: null,
    cost_nano: null,
    latency_ms: 1,
    attempts: 1,
  };
}

/** Lets everything happen that waits for nothing. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
}

describe("an event export", () => {
  test("posts when the buffer is full, with the key as a bearer's, and follows no redirect", async () => {
    const { exporting, posts, take, idsOf } = openExport();
    take("1", "2");
    await settle();
    expect(posts).toEqual([]);
    take("3");
    await settle();
    expect(posts).toHaveLength(1);
    expect(posts[0]).toMatchObject({ url: "https://events.test/api/events", redirect: "manual" });
    expect(posts[0]?.headers.get("authorization")).toBe(`Bearer ${KEY}`);
    expect(posts[0]?.headers.get("content-type")).toBe("application/json");
    expect(idsOf(posts[0])).toEqual(["1", "2", "3"]);
    await exporting.close();
    expect(posts).toHaveLength(1);
  });

  test("posts what waits when the interval is over, and nothing when nothing waits", async () => {
    const { posts, take, ring, idsOf, periods } = openExport();
    expect(periods()).toEqual([]);
    take("1");
    expect(periods()).toEqual([5_000]);
    ring(5_000);
    await settle();
    expect(idsOf(posts[0])).toEqual(["1"]);
    expect(periods()).toEqual([]);
  });

  test("sends no key where there is none, and to nobody where there is no endpoint", async () => {
    const { posts, take, state, ring, periods } = openExport();
    state.settings = { ...state.settings, api_key: null };
    take("1");
    ring(5_000);
    await settle();
    expect(posts[0]?.headers.has("authorization")).toBe(false);
    state.settings = { ...state.settings, endpoint: null };
    take("2", "3", "4");
    await settle();
    expect([posts.length, periods()]).toEqual([1, []]);
  });

  test("tries a batch again that did not arrive, in order, later and later, and tells of it once", async () => {
    const { posts, take, state, ring, idsOf, periods, told } = openExport();
    state.answer = () => new Response("no", { status: 503 });
    take("1", "2", "3");
    await settle();
    expect(periods()).toEqual([1_000]);
    // What comes meanwhile neither hurries nor delays it.
    take("4");
    expect(periods()).toEqual([1_000]);
    ring(1_000);
    await settle();
    expect(periods()).toEqual([2_000]);
    state.answer = () => Promise.reject(new Error(`connect https://events.test/?${KEY}`));
    ring(2_000);
    await settle();
    expect(periods()).toEqual([4_000]);
    expect(posts.map(idsOf)).toEqual([
      ["1", "2", "3"],
      ["1", "2", "3"],
      ["1", "2", "3"],
    ]);

    state.answer = () => new Response("{}");
    ring(4_000);
    await settle();
    expect(posts.slice(3).map(idsOf)).toEqual([["1", "2", "3"], ["4"]]);
    expect(told).toEqual(["events.endpoint answers 503: trying again."]);
    expect(told.join()).not.toContain(KEY);
  });

  test("waits a minute at most, and keeps the newest where not all can wait", async () => {
    const { posts, take, state, ring, periods, idsOf } = openExport();
    state.answer = () => new Response("no", { status: 429 });
    take("1", "2", "3");
    await settle();
    for (let tries = 0; tries < 10; tries++) {
      ring(periods()[0] ?? 0);
      await settle();
    }
    expect(periods()).toEqual([60_000]);
    take(...Array.from({ length: 10_000 }, (_, index) => `late-${index}`));
    state.answer = () => new Response("{}");
    state.settings = { ...state.settings, max_buffer_size: 1_000 };
    posts.length = 0;
    ring(60_000);
    await settle();
    const sent = posts.flatMap(idsOf);
    expect([sent.length, sent[0], sent.at(-1)]).toEqual([10_000, "late-0", "late-9999"]);
  });

  test("gives up what will never be taken, and goes on with the rest", async () => {
    const { posts, take, state, idsOf, told, periods } = openExport();
    state.answer = () => new Response("no", { status: posts.length === 1 ? 422 : 200 });
    take("1", "2", "3", "4");
    await settle();
    expect(posts.map(idsOf)).toEqual([["1", "2", "3"], ["4"]]);
    expect([told, periods()]).toEqual([["events.endpoint answers 422: 3 events are given up."], []]);
  });

  test("gives a post ten seconds, and sends one at a time", async () => {
    const { posts, take, state, ring, periods, told } = openExport();
    state.answer = () => new Promise(() => undefined);
    take("1", "2", "3", "4", "5", "6");
    await settle();
    expect([posts.length, periods()]).toEqual([1, [10_000]]);
    ring(10_000);
    await settle();
    expect([posts.length, periods()]).toEqual([1, [1_000]]);
    expect(told).toEqual(["events.endpoint does not answer in time: trying again."]);
  });

  test("sends what waits when it is closed, and takes nothing afterwards", async () => {
    const { exporting, posts, take, idsOf, periods } = openExport();
    take("1", "2");
    await exporting.close();
    take("3", "4", "5");
    await settle();
    expect([posts.map(idsOf), periods()]).toEqual([[["1", "2"]], []]);
  });

  test("says what is lost when it is closed while nobody answers, and keeps nobody waiting", async () => {
    const { exporting, take, state, told, periods } = openExport();
    state.answer = () => Promise.reject(new Error("no"));
    take("1", "2");
    await exporting.close();
    expect(told.at(-1)).toBe("2 events could not be reported to events.endpoint.");
    expect(periods()).toEqual([]);
  });

  test("is not kept from closing by an endpoint that takes its time over each of many batches", async () => {
    const { exporting, posts, take, state, told, ring, periods } = openExport();
    const answers: PromiseWithResolvers<Response>[] = [];
    state.answer = () => {
      const answer = Promise.withResolvers<Response>();
      answers.push(answer);
      return answer.promise;
    };
    take("1", "2", "3", "4", "5", "6", "7");
    await settle();
    const closed = exporting.close();
    answers[0]?.resolve(new Response("{}"));
    await settle();
    expect(posts).toHaveLength(2);
    ring(15_000);
    await closed;
    expect(posts).toHaveLength(2);
    expect(told.at(-1)).toBe("4 events could not be reported to events.endpoint.");
    expect(periods()).toEqual([]);
  });

  test("says how many events the endpoint did not take, without what they hold, and sends none of them again", async () => {
    const { exporting, posts, take, state, told, periods } = openExport();
    const rejected = [{ index: 1, error: "the secret purpose" }];
    state.answer = () => Response.json({ accepted: 2, rejected }, { status: 207 });
    take("1", "2", "3");
    await settle();
    expect(told).toEqual(["events.endpoint did not take 1 of 3 reported events; they are not sent again."]);
    take("4", "5", "6", "7", "8", "9");
    await settle();
    expect(told).toHaveLength(1);
    state.now = 600_000;
    take("10", "11", "12");
    await settle();
    expect(told.at(-1)).toBe("events.endpoint did not take 3 of 9 reported events; they are not sent again.");
    take("13");
    await exporting.close();
    expect(told.at(-1)).toBe("events.endpoint did not take 1 of 1 reported events; they are not sent again.");
    expect([told.length, posts.length, periods()]).toEqual([3, 5, []]);
  });

  test("says that some were not taken where the answer does not count them or does not end", async () => {
    const { posts, take, state, told } = openExport();
    const endless = new ReadableStream({ pull: (stream) => stream.enqueue(new Uint8Array(65_536)) });
    state.answer = () => new Response(endless, { status: 207 });
    take("1", "2", "3");
    for (let turn = 0; turn < 50 && told.length === 0; turn++) await settle();
    expect(told).toEqual([
      "events.endpoint did not take some of 3 reported events; they are not sent again.",
    ]);
    expect(posts).toHaveLength(1);
  });
});
