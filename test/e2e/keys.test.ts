import { describe, expect, test } from "bun:test";
import { exchange } from "../support/client.ts";
import { useGateway } from "../support/fixture.ts";
import { startUpstream } from "../support/upstream.ts";

const fixture = useGateway((origin) => ({
  file: {
    gateway: { allow_target_hosts: ["127.0.0.1"] },
    providers: {
      openai: { base_url: origin, api_key: "sk-stored" },
      anthropic: { base_url: origin, api_key: "sk-ant-stored" },
      google: { base_url: origin, api_key: "AIza-stored" },
      mistral: { base_url: origin },
      house: { protocol: "openai", base_url: `${origin}/house/v1`, api_key: "sk-house" },
    },
    agents: { rich: { api_key: "sk-rich", provider: "openai" } },
  },
}));

const CHAT = JSON.stringify({ model: "m", messages: [] });
const CLIENT = { Authorization: "Bearer sk-client" };

/** Calls and gives back the auth headers and target that the upstream saw. */
async function seen(target: string, headers: Record<string, string>, body = CHAT) {
  const answer = await exchange(fixture.gateway.url, { target, headers, body });
  const sent = fixture.upstream.requests.at(-1);
  return {
    status: answer.status,
    target: sent?.target,
    authorization: sent?.header("authorization") ?? null,
    "x-api-key": sent?.header("x-api-key") ?? null,
    "x-goog-api-key": sent?.header("x-goog-api-key") ?? null,
    version: sent?.header("anthropic-version") ?? null,
  };
}

const NONE = { authorization: null, "x-api-key": null, "x-goog-api-key": null };

describe("which key pays", () => {
  test.each([
    [
      "on an agent route the stored key, not the client's",
      "/agents/a/openai/v1/chat/completions",
      CLIENT,
      "sk-stored",
    ],
    [
      "on a prefix route the stored key, not the client's",
      "/openai/v1/chat/completions",
      CLIENT,
      "sk-stored",
    ],
    ["the agent's own before the stored one", "/agents/rich/openai/v1/chat/completions", CLIENT, "sk-rich"],
    ["on a plain route the client's own", "/v1/chat/completions", CLIENT, "sk-client"],
    ["on a plain route without one the stored key", "/v1/chat/completions", {}, "sk-stored"],
    [
      "on a plain route the agent's before the stored",
      "/v1/chat/completions",
      { "x-agent-id": "rich" },
      "sk-rich",
    ],
    [
      "where nothing is stored the client's own",
      "/agents/a/mistral/v1/chat/completions",
      CLIENT,
      "sk-client",
    ],
    ["a custom provider's own", "/agents/a/house/chat/completions", CLIENT, "sk-house"],
  ])("%s", async (_, target, headers, key) => {
    expect(await seen(target, headers)).toMatchObject({
      ...NONE,
      status: 200,
      authorization: `Bearer ${key}`,
    });
  });

  test.each(["", "dummy", "managed-by-tollgate"])("a client's key %p counts as absent", async (key) => {
    const headers = { Authorization: `Bearer ${key}` };
    expect(await seen("/v1/chat/completions", headers)).toMatchObject({
      authorization: "Bearer sk-stored",
    });
  });
});

describe("auth goes as the provider wants it, and nothing else goes", () => {
  const EVERYWHERE = { ...CLIENT, "x-api-key": "sk-other", "x-goog-api-key": "AIza-other" };
  const GEMINI = JSON.stringify({ contents: [] });

  test("Bearer for OpenAI", async () => {
    const sent = await seen("/agents/a/openai/v1/chat/completions", EVERYWHERE);
    expect(sent).toMatchObject({ ...NONE, authorization: "Bearer sk-stored" });
  });

  test("x-api-key and a version for Anthropic", async () => {
    const sent = await seen("/agents/a/anthropic/v1/messages", EVERYWHERE);
    expect(sent).toMatchObject({ ...NONE, "x-api-key": "sk-ant-stored", version: "2023-06-01" });
  });

  test("a version that the client sent stays", async () => {
    const sent = await seen("/anthropic/v1/messages", { "anthropic-version": "2024-01-01" });
    expect(sent.version).toBe("2024-01-01");
  });

  test("x-goog-api-key for Gemini, also when the client put its own in the query", async () => {
    const target = "/agents/a/google/v1beta/models/gemini-2.5-flash:generateContent?key=AIza-mine&alt=json";
    const sent = await seen(target, EVERYWHERE, GEMINI);
    expect(sent).toMatchObject({ ...NONE, "x-goog-api-key": "AIza-stored" });
    expect(sent.target).toBe("/v1beta/models/gemini-2.5-flash:generateContent?alt=json");
  });

  test("Bearer for Google's OpenAI-compatible path", async () => {
    const sent = await seen("/agents/a/google/v1beta/openai/chat/completions", EVERYWHERE);
    expect(sent).toMatchObject({ ...NONE, authorization: "Bearer AIza-stored" });
  });
});

describe("a foreign x-target-url", () => {
  test("is called with the client's own key and never with a stored one", async () => {
    await using elsewhere = startUpstream();
    const call = async (headers: Record<string, string>) => {
      const to = { "x-target-url": elsewhere.origin, ...headers };
      await exchange(fixture.gateway.url, { target: "/v1/chat/completions", headers: to, body: CHAT });
      return elsewhere.requests.at(-1)?.header("authorization") ?? null;
    };
    expect(await call(CLIENT)).toBe("Bearer sk-client");
    expect(await call({})).toBeNull();
    expect(await call({ "x-agent-id": "rich" })).toBeNull();
    expect(fixture.upstream.requests).toHaveLength(0);
  });

  test("is ignored where the path names the provider", async () => {
    await using elsewhere = startUpstream();
    const to = { "x-target-url": elsewhere.origin };
    await exchange(fixture.gateway.url, { target: "/openai/v1/chat/completions", headers: to, body: CHAT });
    expect([elsewhere.requests.length, fixture.upstream.requests.length]).toEqual([0, 1]);
  });

  test("does not lead further: a redirect goes back to the client as it is", async () => {
    await using elsewhere = startUpstream((exchange) => {
      void exchange.write(
        `HTTP/1.1 307 Go\r\nLocation: ${fixture.upstream.origin}/v1/x\r\nContent-Length: 0\r\n\r\n`,
      );
      exchange.finish();
    });
    const answer = await exchange(fixture.gateway.url, {
      target: "/v1/chat/completions",
      headers: { ...CLIENT, "x-target-url": elsewhere.origin },
      body: CHAT,
    });
    expect([answer.status, answer.header("location")]).toEqual([307, `${fixture.upstream.origin}/v1/x`]);
    expect(fixture.upstream.requests).toHaveLength(0);
  });
});
