import { describe, expect, test } from "bun:test";
import { findRoute, readTarget } from "../../server/gateway/route.ts";
import { createProviders } from "../../server/providers/index.ts";

const providers = createProviders({
  local: { protocol: "openai", base_url: "http://127.0.0.1:11434/v1", api_key: null },
});

function route(path: string, headers: Record<string, string> = {}) {
  const found = findRoute(path, new Headers(headers), providers);
  if ("reason" in found) return found.reason;
  return [found.agent, found.provider?.id ?? null, found.rest, found.form];
}

describe("the request's target", () => {
  test("is cut out of the URL without decoding", () => {
    expect(readTarget("http://h/openai/v1/files/a%2Fb?x=%20&y")).toEqual({
      path: "/openai/v1/files/a%2Fb",
      query: "?x=%20&y",
    });
  });

  test("survives short hosts, missing paths and question marks before slashes", () => {
    expect(readTarget("http://x/v1")).toEqual({ path: "/v1", query: "" });
    expect(readTarget("http://pi:8080")).toEqual({ path: "/", query: "" });
    expect(readTarget("http://h/a?b=/c?d")).toEqual({ path: "/a", query: "?b=/c?d" });
  });
});

test("a fragment goes no further", () => {
  expect(readTarget("http://h/openai/v1/chat/completions#x?y")).toEqual({
    path: "/openai/v1/chat/completions",
    query: "",
  });
  expect(readTarget("http://h/a?b#c")).toEqual({ path: "/a", query: "?b" });
});

describe("the route", () => {
  test("names agent and provider in the path", () => {
    expect(route("/agents/my-bot/openai")).toEqual(["my-bot", "openai", "", "addressed"]);
    expect(route("/agents/my-bot/anthropic/v1/messages")).toEqual([
      "my-bot",
      "anthropic",
      "v1/messages",
      "addressed",
    ]);
    expect(route("/agents/a%20b/openai/x%2Fy")).toEqual(["a b", "openai", "x%2Fy", "addressed"]);
  });

  test("may go on with an official path behind the agent: an SDK's base URL without a provider works", () => {
    expect(route("/agents/a/v1/chat/completions")).toEqual([
      "a",
      "openai",
      "v1/chat/completions",
      "addressed",
    ]);
    expect(route("/agents/a/v1/messages")).toEqual(["a", "anthropic", "v1/messages", "addressed"]);
  });

  test("finds a provider by prefix, the configured ones too", () => {
    expect(route("/mistral/v1/chat/completions")).toEqual([
      null,
      "mistral",
      "v1/chat/completions",
      "addressed",
    ]);
    expect(route("/local/chat/completions")).toEqual([null, "local", "chat/completions", "addressed"]);
  });

  test("goes by the Host header before the path's pattern", () => {
    const found = route("/v1/chat/completions", { host: "api.mistral.ai:443" });
    expect(found).toEqual([null, "mistral", "v1/chat/completions", "addressed"]);
  });

  for (const [path, provider] of [
    ["/v1/chat/completions", "openai"],
    ["/v1/responses", "openai"],
    ["/v1/embeddings", "openai"],
    ["/v1/models", "openai"],
    ["/v1/messages", "anthropic"],
    ["/v1/messages/count_tokens", "anthropic"],
    ["/v1beta/models/gemini-2.5-flash:generateContent", "google"],
    ["/v2/chat", "cohere"],
  ] as const) {
    test(`takes ${path} for ${provider}'s`, () => {
      expect(route(path)).toEqual([null, provider, path.slice(1), "plain"]);
    });
  }

  test("takes models and files with anthropic-version for Anthropic's", () => {
    const headers = { "anthropic-version": "2023-06-01" };
    expect(route("/v1/models", headers)).toEqual([null, "anthropic", "v1/models", "plain"]);
  });

  test("leaves a path of no provider to x-target-url, and refuses it without", () => {
    expect(route("/custom/thing", { "x-target-url": "https://llm.example" })).toEqual([
      null,
      null,
      "custom/thing",
      "plain",
    ]);
    expect(route("/custom/thing")).toBe("unknown_path");
    expect(route("/")).toBe("unknown_path");
  });

  test("refuses an unknown provider or a missing agent, naming what is known", () => {
    expect(route("/agents/a/nobody/v1")).toBe("unknown_provider");
    expect(route("/agents/a")).toBe("unknown_provider");
    expect(route("/agents/")).toBe("invalid_agent_name");
    const refused = findRoute("/agents/a/nobody", new Headers(), providers);
    expect("message" in refused && refused.message).toContain("local");
  });
});
