import { expect, test } from "bun:test";
import { checkProvider, createProviders } from "../../server/providers/index.ts";

const providers = createProviders({
  local: { protocol: "openai", base_url: "http://127.0.0.1:11434/v1", api_key: null },
});

function authorized(
  id: string,
  rest: string,
  key: string,
  sent: Record<string, string> = {},
): Record<string, string> {
  const provider = providers.find(id);
  if (!provider) throw new Error(`${id} is not known`);
  const headers = new Headers(sent);
  provider.authorize(headers, key, provider.locate({ method: "POST", rest, query: "", headers }));
  return Object.fromEntries(headers);
}

test("a key goes the way its provider wants it", () => {
  expect(authorized("openai", "", "k")).toEqual({ authorization: "Bearer k" });
  expect(authorized("local", "", "k")).toEqual({ authorization: "Bearer k" });
  expect(authorized("cohere", "", "k")).toEqual({ authorization: "Bearer k" });
  expect(authorized("anthropic", "", "k")).toEqual({ "x-api-key": "k", "anthropic-version": "2023-06-01" });
  expect(authorized("anthropic", "", "k", { "anthropic-version": "2099-01-01" })).toEqual({
    "x-api-key": "k",
    "anthropic-version": "2099-01-01",
  });
  expect(authorized("anthropic", "", "sk-ant-oat01-x").authorization).toBe("Bearer sk-ant-oat01-x");
  expect(authorized("anthropic", "chat/completions", "k")).toEqual({ authorization: "Bearer k" });
  expect(authorized("google", "", "k")).toEqual({ authorization: "Bearer k" });
  expect(authorized("google", "models/g:generateContent", "k")).toEqual({ "x-goog-api-key": "k" });
});

test("a plain path belongs to the provider whose official path it is", () => {
  const owner = (path: string, headers = {}) => providers.byPath(path, new Headers(headers))?.id ?? null;
  const versioned = { "anthropic-version": "2023-06-01" };
  expect(owner("/v1/chat/completions")).toBe("openai");
  expect(owner("/v1/responses")).toBe("openai");
  expect(owner("/v1/models")).toBe("openai");
  expect(owner("/v1/models", versioned)).toBe("anthropic");
  expect(owner("/v1/files/f1", versioned)).toBe("anthropic");
  expect(owner("/v1/messages/count_tokens")).toBe("anthropic");
  expect(owner("/v1beta/models/g:generateContent")).toBe("google");
  expect(owner("/v1/models/g:generateContent")).toBe("google");
  expect(owner("/v2/chat")).toBe("cohere");
  expect(owner("/favicon.ico")).toBeNull();
});

test("a Host header finds the provider, and configured names are found beside known ones", () => {
  expect(providers.byHost("api.z.ai")?.id).toBe("zhipu");
  expect(providers.byHost("127.0.0.1")).toBeNull();
  expect(providers.find("local")?.base).toBe("http://127.0.0.1:11434/v1");
  expect(providers.find("constructor")).toBeNull();
  expect(providers.names()).toHaveLength(11);
});

test("what cannot be a provider is told in sentences", () => {
  const check = (id: string, base_url: string | null, protocol: "openai" | null = null) =>
    checkProvider(id, { protocol, base_url, api_key: null }).map((problem) => problem.split(":")[0]);
  expect(check("openai", null)).toEqual([]);
  expect(check("openai", "api.openai.com")).toEqual(["base_url"]);
  expect(check("openai", "ftp://h")).toEqual(["base_url"]);
  expect(check("openai", "https://user:pass@h")).toEqual(["base_url"]);
  expect(check("openai", "https://h/?a=b")).toEqual([]);
  expect(check("openai", "https://h/#a")).toEqual(["base_url"]);
  expect(check("mine", null)).toEqual(["base_url", "protocol"]);
  expect(check("mine", "http://h", "openai")).toEqual([]);
});
