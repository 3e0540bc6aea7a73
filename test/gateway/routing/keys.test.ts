/** Whose secrets go where once a call may be served by another provider than it was sent to (SPEC 5.1-5.3, 16). */
import { describe, expect, test } from "bun:test";
import { type DataPlane, openDataPlane, type SentRequest } from "../../support/data-plane.ts";
import { busy, CHAT, call, hostOf, keyOf, MESSAGE, openai, outcome, PROVIDERS } from "./routing-support.ts";

const SECRETS = {
  authorization: "Bearer sk-client",
  "x-api-key": "sk-client",
  "x-goog-api-key": "sk-client",
  "api-key": "sk-client",
  cookie: "session=sk-client",
  "openai-organization": "sk-client",
  "x-stainless-auth": "sk-client",
};

const works = (request: SentRequest): Response =>
  Response.json(hostOf(request).includes("anthropic") ? MESSAGE : CHAT);

function sentText(plane: DataPlane, host: string): string {
  const sent = plane.sent.filter((request) => hostOf(request).includes(host));
  expect(sent).toHaveLength(1);
  return sent.map(({ url, headers }) => JSON.stringify([url, [...headers]])).join();
}

const OVERRIDE = 'agents: { "*": { overrides: { openai: { model: anthropic/claude-haiku-4-5 } } } }';

describe("what a client sends of its own", () => {
  test.each([
    ["auto in another format", "", "/agents/bot/auto", {}],
    ["auto in the same format", "", "/agents/bot/auto", { model: "gpt-4o" }],
    ["an override", OVERRIDE, "/v1/chat/completions", { model: "gpt-4o" }],
    ["an override on a path with the provider", OVERRIDE, "/openai", { model: "gpt-4o" }],
  ])("stays with it: %s", async (_name, rules, path, body) => {
    using plane = openDataPlane({ config: PROVIDERS + rules, upstream: works });
    const query = "?key=sk-client&access_token=sk-client&api_key=sk-client";
    const answer = await call(
      plane,
      { model: "claude-haiku-4-5", ...body },
      { headers: SECRETS, path: path + query },
    );
    expect(answer.status).toBe(200);
    expect(sentText(plane, "")).not.toContain("sk-client");
  });

  test("stays with it when a fallback serves", async () => {
    const config = `${PROVIDERS}agents: { "*": { fallback: [anthropic/claude-haiku-4-5] } }`;
    using plane = openDataPlane({ config, upstream: openai(() => busy()) });
    await call(plane, {}, { headers: SECRETS, path: "/v1/chat/completions" });
    expect(sentText(plane, "openai")).toContain("Bearer sk-client");
    expect(sentText(plane, "anthropic")).not.toContain("sk-client");
  });

  test("goes to the provider that it addressed, also for another model of it", async () => {
    const config =
      'agents: { "*": { overrides: { openai: { model: gpt-4o-mini }, google: { model: gemini-2.5-flash } } } }';
    using plane = openDataPlane({ config, upstream: works });
    const headers = { authorization: "Bearer sk-client" };
    expect(outcome(await call(plane, {}, { headers }))).toBe(200);
    // Its OpenAI-compatible endpoint stays what it is.
    const path = "/google/v1beta/openai/chat/completions";
    expect(outcome(await call(plane, { model: "gemini-2.5-pro" }, { headers, path }))).toBe(200);
    expect(outcome(await call(plane, { model: "gemini-2.5-pro" }, { headers, path: "/google" }))).toBe(200);
    expect(plane.sent.map(({ url }) => url)).toEqual([
      "https://api.openai.com/v1/chat/completions",
      "https://generativelanguage.googleapis.com/v1beta/openai/chat/completions",
      "https://generativelanguage.googleapis.com/v1beta/openai/chat/completions",
    ]);
    for (const { headers: sent } of plane.sent) expect(sent.get("authorization")).toBe("Bearer sk-client");
    const models = plane.sent.map(({ body }) => JSON.parse(new TextDecoder().decode(body)).model);
    expect(models).toEqual(["gpt-4o-mini", "gemini-2.5-flash", "gemini-2.5-flash"]);
  });
});

describe("a web page of another site", () => {
  const PAGE = { origin: "https://evil.example", "content-type": "text/plain" };
  const KEYLESS =
    "providers: { anthropic: { api_key: sk-ant }, local: { protocol: openai, base_url: http://127.0.0.1:9/v1 } }\n";

  test.each([
    ["auto", "", "/agents/bot/auto"],
    ["an override", OVERRIDE, "/openai"],
    ["an override of a plain path", OVERRIDE, "/v1/chat/completions"],
  ])("gets at no stored key by %s", async (_name, rules, path) => {
    using plane = openDataPlane({ config: KEYLESS + rules, upstream: works });
    const refused = await call(
      plane,
      { model: rules === "" ? "claude-haiku-4-5" : "gpt-4o" },
      { headers: PAGE, path },
    );
    expect(outcome(refused)).toBe("foreign_page");
    expect(plane.sent).toHaveLength(0);
  });

  test("gets at no host to which a secret goes in another header", async () => {
    const config = `providers: { local: { protocol: openai, base_url: http://127.0.0.1:9/v1, headers: { x-auth: s3cret } } }`;
    using plane = openDataPlane({ config, upstream: works });
    expect(outcome(await call(plane, {}, { headers: PAGE, path: "/local" }))).toBe("foreign_page");
    expect(outcome(await call(plane, {}, { path: "/local" }))).toBe(200);
    expect(plane.sent).toHaveLength(1);
  });

  test("gets at no stored key by the fallback of a host without one", async () => {
    const config = `${KEYLESS}agents: { "*": { fallback: [anthropic/claude-haiku-4-5] } }`;
    using plane = openDataPlane({
      config,
      upstream: (request) => (hostOf(request) === "127.0.0.1:9" ? busy() : works(request)),
    });
    expect(outcome(await call(plane, {}, { headers: PAGE, path: "/local" }))).toBe(503);
    expect(plane.sent.map(hostOf)).toEqual(["127.0.0.1:9"]);
  });
});

describe("a host that only x-target-url names", () => {
  test("has no stand-in and no override, and gets no stored key", async () => {
    const config = `${PROVIDERS}agents: { "*": { fallback: [anthropic/claude-haiku-4-5], overrides: { "*": { "gpt-*": anthropic/claude-haiku-4-5 } } } }`;
    using plane = openDataPlane({ config, upstream: () => busy(), resolve: async () => ["93.184.216.34"] });
    const headers = { "x-target-url": "https://stranger.example/v1" };
    expect((await call(plane, {}, { headers, path: "/v1/chat/completions" })).status).toBe(503);
    expect(plane.sent).toHaveLength(1);
    expect(JSON.stringify([...(plane.sent[0]?.headers ?? [])])).not.toContain("sk-");
  });
});

describe("keys that stand in one list", () => {
  test("need no further one beside it", async () => {
    const config = "providers: { openai: { api_keys: [sk-1, sk-2] } }";
    using plane = openDataPlane({ config, upstream: works });
    for (let at = 0; at < 3; at++) await call(plane);
    expect(plane.sent.map(keyOf)).toEqual(["sk-1", "sk-2", "sk-1"]);
  });
});
