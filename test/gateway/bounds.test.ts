/** What hostile or unlucky requests may not do: take what they have not been let through for, or keep it. */
import { describe, expect, test } from "bun:test";
import { isForeignPage } from "../../server/gateway/origin.ts";
import { json, manualStream, openDataPlane } from "../support/data-plane.ts";

const CHAT = JSON.stringify({ model: "gpt-4o-mini", messages: [] });
const ANSWER = { model: "gpt-4o-mini", choices: [], usage: { prompt_tokens: 1, completion_tokens: 1 } };
const PATH = "/openai/v1/chat/completions";
const post = (body: BodyInit, headers: Record<string, string> = {}): RequestInit => ({
  method: "POST",
  body,
  headers,
});

/** A request body that the test ends. */
function slowBody(text: string) {
  const { promise, resolve } = Promise.withResolvers<void>();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      await promise;
      controller.enqueue(new TextEncoder().encode(text));
      controller.close();
    },
  });
  return { body, end: resolve };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("what is checked is what is taken", () => {
  test("slow bodies do not let more agents in than max_agents", async () => {
    using plane = openDataPlane({ config: "gateway: { max_agents: 3 }", upstream: () => json(ANSWER) });
    const bodies = Array.from({ length: 10 }, () => slowBody(CHAT));
    const answers = bodies.map(({ body }, index) =>
      plane.send(`/agents/agent-${index}/openai`, { ...post(body), duplex: "half" } as RequestInit),
    );
    await turn();
    for (const { end } of bodies) end();
    const statuses = (await Promise.all(answers)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(3);
    expect(statuses.filter((status) => status === 403)).toHaveLength(7);
    expect(plane.fleet.agents.size).toBe(3);
  });

  test("a client that left while its body was read reaches nobody and is charged nothing", async () => {
    using plane = openDataPlane({ upstream: () => json(ANSWER) });
    const client = new AbortController();
    const slow = slowBody(CHAT);
    const request = { ...post(slow.body), duplex: "half", signal: client.signal } as RequestInit;
    const answer = plane.send(PATH, request);
    await turn();
    client.abort();
    slow.end();
    await answer;
    expect(plane.sent).toEqual([]);
    expect(plane.lines.filter(({ type }) => type === "call")).toEqual([]);
    expect(plane.fleet.agents.size).toBe(0);
  });

  test("a call whose hold cannot be written is refused, is nobody's error, and shows in the store's health", async () => {
    let isFull = false;
    using plane = openDataPlane({
      config: 'agents: { "*": { rate_limit: 1/hour } }',
      upstream: () => json(ANSWER),
      write: (descriptor, text, write) => (isFull && text.includes('"open"') ? 0 : write(descriptor, text)),
    });
    isFull = true;
    const refused = await plane.send(PATH, post(CHAT));
    expect([refused.status, refused.headers.get("x-tollgate-blocked")]).toEqual([503, "journal_unavailable"]);
    expect(plane.store.holds.problem).toContain("cannot be written");
    expect(plane.sent).toEqual([]);
    isFull = false;
    // The refused call took nothing of the rate.
    expect((await plane.send(PATH, post(CHAT))).status).toBe(200);
    expect(plane.store.holds.problem).toBeNull();
  });
});

describe("stopping", () => {
  test("waits for a request whose body is still on its way, and refuses it", async () => {
    using plane = openDataPlane({ upstream: () => json(ANSWER) });
    const slow = slowBody(CHAT);
    const answer = plane.send(PATH, { ...post(slow.body), duplex: "half" } as RequestInit);
    await turn();
    let isDrained = false;
    const drained = plane.gateway.drain(new Promise(() => undefined)).then(() => {
      isDrained = true;
    });
    await turn();
    expect(isDrained).toBe(false);
    slow.end();
    expect((await answer).status).toBe(503);
    await drained;
    expect(plane.sent).toEqual([]);
  });

  test("ends a body that never comes when the grace is over", async () => {
    using plane = openDataPlane({ upstream: () => json(ANSWER) });
    const slow = slowBody(CHAT);
    const answer = plane.send(PATH, { ...post(slow.body), duplex: "half" } as RequestInit);
    await turn();
    await plane.gateway.drain(Promise.resolve());
    expect((await answer).status).toBe(408);
  });

  test("a call that is cut while it waits for its answer is cut, and not the agent's error", async () => {
    using plane = openDataPlane({
      upstream: ({ signal }) =>
        new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
    });
    const answer = plane.send(PATH, post(CHAT));
    while (plane.sent.length === 0) await turn();
    await plane.gateway.drain(Promise.resolve());
    expect((await answer).status).toBe(503);
    expect(plane.calls()).toMatchObject([{ ending: "cut", error: "shutdown" }]);
  });
});

describe("a body", () => {
  test("with a byte order mark is not JSON: an upstream might read past it", async () => {
    using plane = openDataPlane({ upstream: () => json(ANSWER) });
    expect((await plane.send(PATH, post(`\uFEFF${CHAT}`))).status).toBe(400);
  });

  test("with a model's name of any length does not reach the journal", async () => {
    using plane = openDataPlane({ upstream: () => json(ANSWER) });
    const refused = await plane.send(PATH, post(JSON.stringify({ model: "m".repeat(257) })));
    expect(refused.headers.get("x-tollgate-blocked")).toBe("invalid_request");
    expect(JSON.stringify(plane.lines)).not.toContain("mmmm");
  });

  test("that is compressed is decoded to be decided on, and passed on as it came", async () => {
    using plane = openDataPlane({ upstream: () => json(ANSWER) });
    const bytes = Bun.gzipSync(CHAT);
    const answer = await plane.send(PATH, post(bytes, { "content-encoding": "gzip" }));
    expect(answer.status).toBe(200);
    expect(plane.sent[0]?.body).toEqual(new Uint8Array(bytes));
    expect(plane.calls()).toMatchObject([{ requested_model: "gpt-4o-mini" }]);
  });

  test("that is compressed takes memory for what it decodes to, and gives it back", async () => {
    using plane = openDataPlane({
      config: "gateway: { max_body: 1MiB }",
      bodyMemory: 3 * 1024 ** 2,
      upstream: () => json(ANSWER),
    });
    const refused = await plane.send(PATH, post(Bun.gzipSync(CHAT), { "content-encoding": "gzip" }));
    expect(refused.headers.get("x-tollgate-blocked")).toBe("memory_full");
    expect((await plane.send(PATH, post(CHAT))).status).toBe(200);
  });

  test("that was only announced keeps nobody out", async () => {
    using plane = openDataPlane({ bodyMemory: 1024 ** 2, upstream: () => json(ANSWER) });
    const slow = slowBody(CHAT);
    const announced = plane.send(PATH, {
      ...post(slow.body, { "content-length": String(1024 ** 2) }),
      duplex: "half",
    } as RequestInit);
    await turn();
    expect((await plane.send(PATH, post(CHAT))).status).toBe(200);
    slow.end();
    await announced;
  });

  test("of a GET cannot be passed on, and is not dropped silently", async () => {
    using plane = openDataPlane({ upstream: () => json({ data: [] }) });
    const request = new Request("http://gateway.test/openai/v1/models", post("x"));
    Object.defineProperty(request, "method", { value: "GET" });
    const refused = await plane.gateway.handle(request, { timeout: () => undefined });
    expect(refused.status).toBe(400);
    expect(plane.sent).toEqual([]);
  });
});

test("an upstream's status that HTTP does not know is a broken answer, and the connection is let go of", async () => {
  const odd = Object.defineProperty(json(ANSWER), "status", { value: 999 });
  using plane = openDataPlane({ upstream: () => odd });
  expect((await plane.send(PATH, post(CHAT))).status).toBe(502);
  expect(plane.calls()).toMatchObject([{ ending: "failed", status: 502, error: "status_999" }]);
  expect(plane.sent[0]?.signal.aborted).toBe(true);
});

test("a long input of base64 is estimated by the piece, not as text", async () => {
  const upstream = manualStream();
  using plane = openDataPlane({ upstream: () => upstream.response });
  const url = `data:image/png;base64,${"iVBORw0KGgo".repeat(100_000)}`;
  const image = { role: "user", content: [{ type: "image_url", image_url: { url } }] };
  const answer = await plane.send(
    PATH,
    post(JSON.stringify({ model: "gpt-4o", stream: true, messages: [image] })),
  );
  await answer.body?.cancel();
  expect(plane.calls()[0]?.tokens_in).toBeLessThan(6_000);
});

describe("stored keys", () => {
  const config = "providers: { openai: { api_key: sk-fleet } }";

  test("are not for web pages of others, with or without rebinding", async () => {
    using plane = openDataPlane({ config, upstream: () => json(ANSWER) });
    for (const headers of [
      { origin: "https://evil.example" },
      { origin: "http://rebind.evil.example:8080", host: "rebind.evil.example:8080" },
      { origin: "null" },
      { "sec-fetch-site": "cross-site" },
    ] as Record<string, string>[]) {
      const refused = await plane.send(PATH, post(CHAT, headers));
      expect([refused.status, refused.headers.get("x-tollgate-blocked")]).toEqual([403, "foreign_page"]);
    }
    expect(plane.sent).toEqual([]);
  });

  test("are for programs and for pages of this machine; a page may use its own key", async () => {
    using plane = openDataPlane({ config, upstream: () => json(ANSWER) });
    expect((await plane.send(PATH, post(CHAT))).status).toBe(200);
    expect((await plane.send(PATH, post(CHAT, { origin: "http://localhost:3000" }))).status).toBe(200);
    const own = { origin: "https://app.example", authorization: "Bearer sk-own" };
    expect((await plane.send("/v1/chat/completions", post(CHAT, own))).status).toBe(200);
  });

  test("an address in the Origin is one of the operator's network", () => {
    expect(isForeignPage(new Headers({ origin: "http://192.168.1.9:8080" }), [])).toBe(false);
    expect(isForeignPage(new Headers({ origin: "http://pi.lan:8080" }), ["pi.lan"])).toBe(false);
  });
});
