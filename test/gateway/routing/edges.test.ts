/** Requests and answers at the edge of what routing and translation were made for: each ends once, and in words (SPEC 12, 16.5). */
import { describe, expect, test } from "bun:test";
import { type DataPlane, openDataPlane } from "../../support/data-plane.ts";
import { createValve } from "../../support/governed.ts";
import {
  busy,
  CHAT,
  call,
  FALLBACK,
  openai,
  outcome,
  PROVIDERS,
  turn,
  withSettings,
} from "./routing-support.ts";

const AUTO = "/agents/bot/auto/v1/chat/completions";
const CLAUDE = { model: "claude-haiku-4-5" };
const GENERATED = { candidates: [{ content: { parts: [{ text: "Hi" }] }, finishReason: "STOP" }] };
const PROMPT = { contents: [{ role: "user", parts: [{ text: "Hi" }] }] };

const sentTo = (plane: DataPlane): string[] => plane.sent.map(({ url }) => new URL(url).pathname);
const sentModels = (plane: DataPlane): unknown[] =>
  plane.sent.map(({ body }) => JSON.parse(new TextDecoder().decode(body)).model);

function post(
  plane: DataPlane,
  path: string,
  body: BodyInit,
  headers: Record<string, string> = {},
): Promise<Response> {
  return plane.send(path, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body,
  });
}

describe("an override of a model that stands in the path", () => {
  const config = `${PROVIDERS}agents: { bot: { overrides: { google: { model: gemini-2.5-flash } } } }`;

  test.each([
    ["v1beta/models/gemini-2.5-pro:generateContent", "v1beta/models/gemini-2.5-flash:generateContent"],
    ["v1beta/models/gemini%2D2.5-pro:generateContent", "v1beta/models/gemini-2.5-flash:generateContent"],
    ["v1alpha/models/gemini-2.5-pro%3AgenerateContent", "v1alpha/models/gemini-2.5-flash:generateContent"],
    ["v1beta/tunedModels/mine:generateContent", "v1beta/models/gemini-2.5-flash:generateContent"],
    ["models/a/b:generate%43ontent", "v1beta/models/gemini-2.5-flash:generateContent"],
  ])("holds however it is written: %s", async (path, sent) => {
    using plane = openDataPlane({ config, upstream: () => Response.json(GENERATED) });
    const answer = await post(plane, `/agents/bot/google/${path}`, JSON.stringify(PROMPT));
    expect(answer.status).toBe(200);
    expect(sentTo(plane)).toEqual([`/${sent}`]);
    expect(plane.calls()).toMatchObject([{ model: "gemini-2.5-flash" }]);
  });

  test("goes with a compressed body, in clear", async () => {
    using plane = openDataPlane({ config, upstream: () => Response.json(GENERATED) });
    const text = JSON.stringify(PROMPT);
    const path = "/agents/bot/google/v1beta/models/gemini-2.5-pro:generateContent";
    const answer = await post(plane, path, Bun.gzipSync(Buffer.from(text)), { "content-encoding": "gzip" });
    expect(answer.status).toBe(200);
    expect(new TextDecoder().decode(plane.sent[0]?.body)).toBe(text);
    expect(plane.sent[0]?.headers.has("content-encoding")).toBe(false);
  });
});

describe("a compressed body", () => {
  test("is served in another format, and leaves no memory taken", async () => {
    using plane = openDataPlane({ config: PROVIDERS, upstream: openai(() => Response.json(CHAT)) });
    const body = Bun.gzipSync(
      Buffer.from(JSON.stringify({ ...CLAUDE, messages: [{ role: "user", content: "Hi" }] })),
    );
    const answer = await post(plane, AUTO, body, { "content-encoding": "gzip" });
    expect(await answer.json()).toMatchObject({ object: "chat.completion" });
  });
});

describe("the query of a call that is served elsewhere", () => {
  test("keeps how the answer is framed, and nothing else", async () => {
    const config = `${PROVIDERS}  own: { protocol: gemini, base_url: "https://own.example" }\nagents: { bot: { provider: own } }`;
    const upstream = () =>
      new Response(`data: ${JSON.stringify(GENERATED)}\n\n`, {
        headers: { "content-type": "text/event-stream" },
      });
    using plane = openDataPlane({ config, upstream });
    const path =
      "/agents/bot/auto/v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=sse&access_token=secret";
    expect(await (await post(plane, path, JSON.stringify(PROMPT))).text()).toContain("Hi");
    expect(plane.sent[0]?.url).toBe(
      "https://own.example/v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=sse",
    );
  });
});

describe("compressed bodies that are large when decoded", () => {
  test("share the memory as long as they wait for an answer", async () => {
    const valve = createValve();
    const config = `${PROVIDERS}gateway: { max_body: 1MiB }`;
    using plane = openDataPlane({ config, upstream: valve.upstream, bodyMemory: 5 * 1024 * 1024 });
    const text = JSON.stringify({ model: "gpt-4o", messages: [], padding: " ".repeat(900_000) });
    const ask = () => post(plane, AUTO, Bun.gzipSync(Buffer.from(text)), { "content-encoding": "gzip" });
    const arrives = async (place: number): Promise<void> => {
      while (valve.waiting.length < place) await turn();
    };
    const waiting = [ask()];
    await arrives(1);
    waiting.push(ask());
    await arrives(2);
    expect(outcome(await ask())).toBe("memory_full");
    for (const _ of waiting) valve.answer();
    for (const answer of await Promise.all(waiting)) expect(answer.status).toBe(200);
    const later = ask();
    await arrives(1);
    valve.answer();
    expect((await later).status).toBe(200);
  });
});

describe("an override of one model", () => {
  test.each(["gemini-2.5-pro", "models/gemini-2.5-pro", "MODELS/Gemini-2.5-Pro"])(
    "holds with a vendor before its name, too: %s",
    async (model) => {
      const rule = 'agents: { bot: { overrides: { google: { "gemini-2.5-pro": gemini-2.5-flash } } } }';
      using plane = openDataPlane({ config: PROVIDERS + rule, upstream: () => Response.json(CHAT) });
      await call(plane, { model }, { path: "/agents/bot/google/v1beta/openai/chat/completions" });
      expect(sentModels(plane)).toEqual(["gemini-2.5-flash"]);
    },
  );
});

describe("an upload by auto", () => {
  test("goes as it came, compressed or not", async () => {
    const config = `${PROVIDERS}agents: { bot: { provider: openai } }`;
    using plane = openDataPlane({ config, upstream: () => Response.json({}) });
    const bytes = Bun.gzipSync(Buffer.from("--x--"));
    const headers = { "content-type": "multipart/form-data; boundary=x", "content-encoding": "gzip" };
    expect((await post(plane, "/agents/bot/auto/v1/files?purpose=batch", bytes, headers)).status).toBe(200);
    const [sent] = plane.sent;
    expect(sent?.url).toBe("https://api.openai.com/v1/files?purpose=batch");
    expect(sent?.body).toEqual(new Uint8Array(bytes));
    expect(sent?.headers.get("content-encoding")).toBe("gzip");
    expect(sent?.headers.get("content-type")).toBe(headers["content-type"]);
  });
});

describe("what generates nothing", () => {
  const config = withSettings(
    FALLBACK,
    "overrides: { openai: { model: gpt-4o-mini } }, model: gpt-4o-mini, provider: openai",
  );

  test.each(["/agents/bot/openai/v1/embeddings", "/agents/bot/auto/v1/embeddings"])(
    "keeps the model that it asks for, and has no stand-in: %s",
    async (path) => {
      using plane = openDataPlane({ config, upstream: openai(() => busy()) });
      const answer = await post(plane, path, JSON.stringify({ model: "text-embedding-3-small", input: "x" }));
      expect(answer.status).toBe(503);
      expect(sentModels(plane)).toEqual(["text-embedding-3-small"]);
      expect(plane.calls()).toHaveLength(1);
    },
  );

  test("may still be given another model by its own name", async () => {
    const rule =
      PROVIDERS +
      'agents: { bot: { overrides: { openai: { "text-embedding-*": text-embedding-3-small } } } }';
    using plane = openDataPlane({
      config: rule,
      upstream: () => Response.json({ data: [], usage: { prompt_tokens: 1 } }),
    });
    await post(
      plane,
      "/agents/bot/openai/v1/embeddings",
      JSON.stringify({ model: "text-embedding-3-large", input: "x" }),
    );
    expect(sentModels(plane)).toEqual(["text-embedding-3-small"]);
  });

  test.each([
    ["GET", "v1/models"],
    ["DELETE", "v1/files/f-1"],
  ])("is refused by auto in words where nobody is known to serve it: %s %s", async (method, path) => {
    using plane = openDataPlane({ config: PROVIDERS, upstream: () => Response.json({}) });
    const answer = await plane.send(`/agents/bot/auto/${path}`, { method });
    expect([answer.status, outcome(answer)]).toEqual([400, "unserved_model"]);
    expect(plane.sent).toHaveLength(0);
  });
});

describe("names that no header and no path can hold", () => {
  const ODD = "gpt-\ud800\r\nx-evil: 1%";

  test("are told escaped", async () => {
    const config = `${PROVIDERS}agents: { bot: { provider: openai } }`;
    using plane = openDataPlane({ config, upstream: () => Response.json(CHAT) });
    const answer = await call(plane, { model: `openai/${ODD}` }, { path: AUTO });
    expect(answer.status).toBe(200);
    expect(answer.headers.has("x-evil")).toBe(false);
    expect(answer.headers.get("x-tollgate-model")).toBe("gpt-%EF%BF%BD%0D%0Ax-evil:%201%25");
  });

  test("lead nowhere else", async () => {
    const config = `${PROVIDERS}agents: { bot: { provider: google } }`;
    using plane = openDataPlane({ config, upstream: () => Response.json(GENERATED) });
    const answer = await call(plane, { model: "../../\ud800?x=1#" }, { path: AUTO });
    expect(answer.status).toBe(200);
    expect(sentTo(plane)).toEqual(["/v1beta/models/..%2F..%2F%EF%BF%BD%3Fx%3D1%23:generateContent"]);
  });

  test("of members that are dropped are told shortly", async () => {
    const config = `${PROVIDERS}translation: { unsupported: drop }`;
    using plane = openDataPlane({ config, upstream: openai(() => Response.json(CHAT)) });
    const many = Object.fromEntries(
      Array.from({ length: 500 }, (_, at) => [`odd\ud800${"x".repeat(500)}${at}`, 1]),
    );
    const answer = await call(plane, { ...CLAUDE, ...many }, { path: AUTO });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("x-tollgate-dropped")?.length).toBeLessThan(4_000);
    plane.configure(PROVIDERS);
    const refused = await call(plane, { ...CLAUDE, ["y".repeat(100_000)]: 1 }, { path: AUTO });
    expect(refused.status).toBe(400);
    expect((await refused.text()).length).toBeLessThan(2_000);
  });
});
