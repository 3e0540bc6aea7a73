import { expect, test } from "bun:test";
import type { Fetch } from "../../server/gateway/forward.ts";
import { checkKey } from "../../server/management/provider-check.ts";
import { createProviders } from "../../server/providers/index.ts";

const KEY = "sk-planted-1234";

/** Tries the key of a provider out on a network that is this function; `ring` lets every timer ring meanwhile. */
async function check(fetch: Fetch, { apiKey = KEY as string | null, name = "anthropic", ring = false } = {}) {
  const settings = { protocol: null, base_url: null, api_key: apiKey };
  const provider = createProviders({ [name]: settings }).find(name);
  if (!provider) throw new Error("the test names no provider");
  const timers = new Set<() => void>();
  const every = (_period: number, run: () => void) => {
    timers.add(run);
    return () => timers.delete(run);
  };
  const instants = [100, 105].values();
  const answer = checkKey(provider, { fetch, now: () => instants.next().value ?? 0, every });
  if (ring) for (const run of [...timers]) run();
  return { answer: await answer, timers };
}

test("a key is tried out by one authenticated GET of the models, which follows no redirect", async () => {
  const sent: { url: string; init: BunFetchRequestInit }[] = [];
  const { answer } = await check(async (url, init) => {
    sent.push({ url, init });
    return Response.json({ data: [] });
  });
  expect(answer).toMatchObject({ provider: "anthropic", outcome: "valid", status: 200, latency_ms: 5 });
  expect(sent.map(({ url }) => url)).toEqual(["https://api.anthropic.com/v1/models"]);
  const headers = new Headers(sent[0]?.init.headers as Headers);
  expect([headers.get("x-api-key"), sent[0]?.init.redirect]).toEqual([KEY, "manual"]);
  expect(JSON.stringify(answer)).not.toContain("1234");
});

test.each([
  [401, "wrong_key"],
  [403, "wrong_key"],
  [400, "wrong_key"],
  [302, "unclear"],
  [404, "unclear"],
  [500, "unclear"],
] as const)("an answer of status %d is %s, whatever its text says", async (status, outcome) => {
  const { answer } = await check(async () => new Response(`you sent ${KEY}`, { status }));
  expect(answer).toMatchObject({ outcome, status });
  expect(JSON.stringify(answer)).not.toContain(KEY);
});

test("a provider that wants a key and has none stored says so; one that wants none can be used", async () => {
  const asked: (string | null)[] = [];
  const answerWith =
    (status: number): Fetch =>
    async (_url, init) => {
      asked.push(new Headers(init.headers as Headers).get("authorization"));
      return new Response("{}", { status });
    };
  expect((await check(answerWith(401), { apiKey: null, name: "openai" })).answer.outcome).toBe("no_key");
  expect((await check(answerWith(200), { apiKey: null, name: "openai" })).answer.outcome).toBe("valid");
  expect(asked).toEqual([null, null]);
});

test("a network that fails, or is silent for too long, is a provider that cannot be reached; nothing is left running", async () => {
  const failed = await check(() => Promise.reject(new Error(`cannot send ${KEY}`)));
  expect(failed.answer).toMatchObject({ outcome: "unreachable", status: null });
  expect(JSON.stringify(failed.answer)).not.toContain(KEY);
  const never: Fetch = (_url, init) =>
    new Promise((_resolve, reject) =>
      init.signal?.addEventListener("abort", () => reject(new Error("late"))),
    );
  const late = await check(never, { ring: true });
  expect(late.answer.outcome).toBe("unreachable");
  expect([failed.timers.size, late.timers.size]).toEqual([0, 0]);
});
