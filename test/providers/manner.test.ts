/** What a host wants otherwise than its protocol has it: queries, the key's header, further headers. */
import { describe, expect, test } from "bun:test";
import type { ProviderManner, ProviderSettings } from "../../server/core/settings.ts";
import { createProviders } from "../../server/providers/index.ts";
import type { Provider } from "../../server/providers/provider.ts";

const DEPLOYMENT = "https://x.openai.azure.com/openai/deployments/gpt-4o?api-version=2024-10-21";

function own(settings: Partial<ProviderSettings & ProviderManner>, id = "own"): Provider {
  const whole = { protocol: id === "own" ? ("openai" as const) : null, base_url: null, api_key: null };
  const provider = createProviders({ [id]: { ...whole, ...settings } }).find(id);
  if (!provider) throw new Error(`${id} is not there`);
  return provider;
}

function urlOf(provider: Provider, rest: string, query = ""): string {
  return provider.locate({ method: "POST", rest, query, headers: new Headers() }).url;
}

function authorized(provider: Provider, rest = ""): Record<string, string> {
  const headers = new Headers();
  provider.authorize(headers, "k", provider.locate({ method: "POST", rest, query: "", headers }));
  return Object.fromEntries(headers);
}

describe("the query of a base URL", () => {
  test.each(["", "chat/completions", "v1", "v1/chat/completions", "v1/v1/chat/completions"])(
    "goes along with every call, and stands for the version of the path: %p",
    (rest) => {
      expect(urlOf(own({ base_url: DEPLOYMENT }), rest)).toBe(
        "https://x.openai.azure.com/openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21",
      );
    },
  );

  test("comes before the caller's own, and wins over it", () => {
    const at = (query: string) => urlOf(own({ base_url: DEPLOYMENT }), "embeddings", query).split("?")[1];
    expect(at("?a=1&b=%20&b=2")).toBe("api-version=2024-10-21&a=1&b=%20&b=2");
    expect(at("?api-version=1999-01-01&a=1")).toBe("api-version=2024-10-21&a=1");
    expect(at("?%61pi-version=1999-01-01")).toBe("api-version=2024-10-21");
    expect(at("?")).toBe("api-version=2024-10-21");
  });

  test("is left out of the path that the journal has, and of the base", () => {
    const provider = own({ base_url: DEPLOYMENT });
    const located = provider.locate({ method: "POST", rest: "", query: "", headers: new Headers() });
    expect(located.path).toBe("/openai/deployments/gpt-4o/chat/completions");
    expect(located.operation).toMatchObject({ kind: "generate", dialect: "openai-chat" });
    expect(provider.base).toBe("https://x.openai.azure.com/openai/deployments/gpt-4o");
  });

  test("leaves versions in paths alone where it names none", () => {
    const provider = own({ base_url: "http://h:1?team=a" });
    expect(urlOf(provider, "v1/chat/completions")).toBe("http://h:1/v1/chat/completions?team=a");
  });

  test("belongs to known providers as well, and to a lane's own upstream", () => {
    expect(urlOf(own({ base_url: "https://proxy.test?team=a" }, "openai"), "", "?x=1")).toBe(
      "https://proxy.test/v1/chat/completions?team=a&x=1",
    );
    const upstreams = [{ base_url: "https://b.test/v1?team=b", api_key: null, lanes: ["high" as const] }];
    const settings = { protocol: "openai" as const, base_url: "https://a.test/v1?team=a", api_key: null };
    const lane = createProviders({ own: { ...settings, upstreams } }).upstream("own", "high");
    expect(lane && urlOf(lane, "")).toBe("https://b.test/v1/chat/completions?team=b");
  });
});

describe("the key", () => {
  const base_url = "http://h:1";

  test("goes in the header that is named, and in no other", () => {
    expect(authorized(own({ base_url, key_header: "api-key" }))).toEqual({ "api-key": "k" });
    expect(authorized(own({ base_url, protocol: "anthropic", key_header: "X-Key" }))).toEqual({
      "anthropic-version": "2023-06-01",
      "x-key": "k",
    });
    expect(authorized(own({ key_header: "x-other" }, "google"), "models/g:generateContent")).toEqual({
      "x-other": "k",
    });
  });

  test("goes as Bearer in authorization, whatever the protocol has", () => {
    const provider = own({ base_url, protocol: "anthropic", key_header: "Authorization" });
    expect(authorized(provider)).toEqual({ "anthropic-version": "2023-06-01", authorization: "Bearer k" });
  });

  test("goes as the protocol has it where nothing is said", () => {
    expect(authorized(own({ base_url, headers: { "x-title": "t" } }))).toEqual({ authorization: "Bearer k" });
  });
});

test("a host that speaks responses alone is asked for nothing else, and embeds like the others", () => {
  const provider = own({ base_url: "http://h:1/v1", protocol: "openai-responses" });
  expect([...provider.serves]).toEqual([["openai-responses", "responses"]]);
  expect(urlOf(provider, "")).toBe("http://h:1/v1/responses");
  const line = { method: "POST", rest: "v1/embeddings", query: "", headers: new Headers() };
  expect(provider.locate(line)).toMatchObject({
    url: "http://h:1/v1/embeddings",
    operation: { name: "embeddings", dialect: "openai-chat" },
  });
});
