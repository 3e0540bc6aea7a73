import { expect, test } from "bun:test";
import type { ProviderSettings } from "../../server/core/settings.ts";
import { createProviders } from "../../server/providers/index.ts";
import type { Located } from "../../server/providers/provider.ts";

function locate(
  id: string,
  rest: string,
  { method = "POST", query = "", headers = {}, settings = {} as Partial<ProviderSettings> } = {},
): Located {
  const all = createProviders({ [id]: { protocol: null, base_url: null, api_key: null, ...settings } });
  const provider = all.find(id);
  if (!provider) throw new Error(`${id} is not known`);
  return provider.locate({ method, rest, query, headers: new Headers(headers) });
}

/** provider, upstream URL, and every path after the provider that must lead there. */
const CHAT: [string, string, string[]][] = [
  [
    "openai",
    "https://api.openai.com/v1/chat/completions",
    [
      "",
      "v1",
      "v1/",
      "chat/completions",
      "v1/chat/completions",
      "v1/v1/chat/completions",
      "/v1/chat/completions",
    ],
  ],
  [
    "anthropic",
    "https://api.anthropic.com/v1/messages",
    ["", "v1", "messages", "v1/messages", "v1/v1/messages", "v1/v1/v1/messages"],
  ],
  ["anthropic", "https://api.anthropic.com/v1/chat/completions", ["chat/completions", "v1/chat/completions"]],
  [
    "google",
    "https://generativelanguage.googleapis.com/v1beta/openai/chat/completions",
    [
      "",
      "chat/completions",
      "v1/chat/completions",
      "v1beta/chat/completions",
      "openai/chat/completions",
      "openai/v1/chat/completions",
      "v1beta/openai/chat/completions",
      "v1beta/openai/v1beta/openai/chat/completions",
    ],
  ],
  ["mistral", "https://api.mistral.ai/v1/chat/completions", ["", "chat/completions", "v1/chat/completions"]],
  ["cohere", "https://api.cohere.com/v2/chat", ["", "v2", "chat", "v2/chat", "v2/v2/chat", "v1/v2/chat"]],
  ["cohere", "https://api.cohere.com/v1/chat", ["v1/chat"]],
  [
    "cohere",
    "https://api.cohere.com/compatibility/v1/chat/completions",
    ["chat/completions", "v1/chat/completions", "compatibility/v1/chat/completions", "compatibility/v1"],
  ],
  ["deepseek", "https://api.deepseek.com/chat/completions", ["", "chat/completions"]],
  [
    "deepseek",
    "https://api.deepseek.com/v1/chat/completions",
    ["v1", "v1/chat/completions", "v1/v1/chat/completions"],
  ],
  ["deepseek", "https://api.deepseek.com/beta/completions", ["beta/completions"]],
  [
    "moonshot",
    "https://api.moonshot.cn/v1/chat/completions",
    ["", "chat/completions", "v1/chat/completions"],
  ],
  [
    "zhipu",
    "https://open.bigmodel.cn/api/paas/v4/chat/completions",
    [
      "",
      "chat/completions",
      "v1/chat/completions",
      "v4/chat/completions",
      "paas/v4/chat/completions",
      "api/paas/v4/chat/completions",
      "api/paas/v4/api/paas/v4/chat/completions",
    ],
  ],
  [
    "zhipu",
    "https://open.bigmodel.cn/api/coding/paas/v4/chat/completions",
    ["coding/paas/v4/chat/completions", "api/coding/paas/v4/chat/completions"],
  ],
  [
    "minimax",
    "https://api.minimax.chat/v1/text/chatcompletion_v2",
    ["", "chat/completions", "v1/chat/completions", "text/chatcompletion_v2", "v1/text/chatcompletion_v2"],
  ],
  [
    "baichuan",
    "https://api.baichuan-ai.com/v1/chat/completions",
    ["", "chat/completions", "v1/chat/completions"],
  ],
];

for (const [id, url, paths] of CHAT) {
  for (const rest of paths) {
    test(`${id}/${rest} generates at ${url}`, () => {
      const located = locate(id, rest);
      expect(located.url).toBe(url);
      expect(located.operation.kind).toBe("generate");
    });
  }
}

test("other paths and methods go through as they are, with their query", () => {
  const query = "?limit=2&after=a%2Fb";
  expect(locate("openai", "v1/files/file%2Fa/content", { method: "GET", query }).url).toBe(
    `https://api.openai.com/v1/files/file%2Fa/content${query}`,
  );
  expect(locate("openai", "v2/anything").url).toBe("https://api.openai.com/v2/anything");
  expect(locate("anthropic", "messages/batches/b1", { method: "DELETE" }).url).toBe(
    "https://api.anthropic.com/v1/messages/batches/b1",
  );
  expect(locate("google", "upload/v1beta/files").url).toBe(
    "https://generativelanguage.googleapis.com/upload/v1beta/files",
  );
  expect(locate("mistral", "v1/ocr/caf%e9").path).toBe("/v1/ocr/caf%e9");
  expect(locate("cohere", "models", { method: "GET" }).url).toBe("https://api.cohere.com/v1/models");
});

test("the messages format beside a host's own is found", () => {
  for (const [id, rest, url] of [
    ["deepseek", "anthropic/v1/messages", "https://api.deepseek.com/anthropic/v1/messages"],
    ["moonshot", "anthropic/v1/messages", "https://api.moonshot.cn/anthropic/v1/messages"],
    ["zhipu", "api/anthropic/v1/messages", "https://open.bigmodel.cn/api/anthropic/v1/messages"],
  ] as const) {
    const located = locate(id, rest);
    expect(located.url).toBe(url);
    expect(located.operation.dialect).toBe("anthropic-messages");
  }
});

test("a native Gemini path names the model, the stream and its framing", () => {
  const base = "https://generativelanguage.googleapis.com";
  const plain = locate("google", "v1beta/models/gemini-2.5-flash:generateContent");
  expect(plain.url).toBe(`${base}/v1beta/models/gemini-2.5-flash:generateContent`);
  expect(plain.operation).toMatchObject({ dialect: "gemini", model: "gemini-2.5-flash", stream: false });
  const list = locate("google", "models/gemini-2.5-flash:streamGenerateContent");
  expect(list.url).toBe(`${base}/v1beta/models/gemini-2.5-flash:streamGenerateContent`);
  expect(list.operation).toMatchObject({ stream: true, streamFraming: "json-array" });
  const sse = locate("google", "v1alpha/models/gemini-x:streamGenerateContent", { query: "?alt=sse" });
  expect(sse.url).toBe(`${base}/v1alpha/models/gemini-x:streamGenerateContent?alt=sse`);
  expect(sse.operation.streamFraming).toBe("sse");
  expect(locate("google", "v1/models/gemini-x:generateContent").url).toBe(
    `${base}/v1/models/gemini-x:generateContent`,
  );
  expect(locate("google", "v1beta/v1beta/models/g%2Fx:countTokens").operation).toMatchObject({
    name: "count_tokens",
    kind: "pass",
    model: "g/x",
  });
});

test("a shared Google path is native for a Google key and compatible for a Bearer one", () => {
  const models = (rest: string, headers: Record<string, string>, query = "") =>
    locate("google", rest, { method: "GET", headers, query }).path;
  expect(models("models", { authorization: "Bearer x" })).toBe("/v1beta/openai/models");
  expect(models("v1/models", { authorization: "Bearer x" })).toBe("/v1beta/openai/models");
  expect(models("models", { "x-goog-api-key": "x" })).toBe("/v1beta/models");
  expect(models("models", {}, "?key=x")).toBe("/v1beta/models");
  expect(models("v1beta/models", { authorization: "Bearer oauth" })).toBe("/v1beta/models");
});

test("a base URL may be a bare origin, end with the official path, or be what the SDK is given", () => {
  const at = (id: string, base_url: string, rest: string) => locate(id, rest, { settings: { base_url } }).url;
  expect(at("openai", "http://h:1", "v1/chat/completions")).toBe("http://h:1/v1/chat/completions");
  expect(at("openai", "http://h:1/proxy/v1/", "v1/chat/completions")).toBe(
    "http://h:1/proxy/v1/chat/completions",
  );
  expect(at("openai", "http://h:1/openai", "v1/chat/completions")).toBe("http://h:1/openai/chat/completions");
  expect(at("anthropic", "http://h:1/a", "v1/messages")).toBe("http://h:1/a/v1/messages");
  expect(at("anthropic", "http://h:1/a/v1", "messages")).toBe("http://h:1/a/v1/messages");
  expect(at("google", "http://h:1/v1beta/openai", "models/g:generateContent")).toBe(
    "http://h:1/v1beta/models/g:generateContent",
  );
  expect(at("cohere", "http://h:1/v2", "chat")).toBe("http://h:1/v2/chat");
  expect(at("zhipu", "https://api.z.ai", "")).toBe("https://api.z.ai/api/paas/v4/chat/completions");
  expect(at("zhipu", "https://api.z.ai/api/coding/paas/v4", "v1/chat/completions")).toBe(
    "https://api.z.ai/api/coding/paas/v4/chat/completions",
  );
});

test("a host of the configuration is given what its SDK would be given", () => {
  const at = (protocol: ProviderSettings["protocol"], base_url: string, rest: string) =>
    locate("local", rest, { settings: { protocol, base_url } }).url;
  expect(at("openai", "http://h:11434/v1", "")).toBe("http://h:11434/v1/chat/completions");
  expect(at("openai", "http://h:11434/v1", "v1/chat/completions")).toBe("http://h:11434/v1/chat/completions");
  expect(at("openai", "http://h:11434/v1", "api/chat")).toBe("http://h:11434/api/chat");
  expect(at("openai", "http://h:8000", "v1/chat/completions")).toBe("http://h:8000/v1/chat/completions");
  expect(at("openai", "https://api.groq.com/openai/v1", "openai/v1/chat/completions")).toBe(
    "https://api.groq.com/openai/v1/chat/completions",
  );
  expect(at("anthropic", "http://h:1", "messages")).toBe("http://h:1/v1/messages");
  expect(at("gemini", "http://h:1", "models/g:generateContent")).toBe(
    "http://h:1/v1beta/models/g:generateContent",
  );
  expect(at("cohere", "http://h:1", "")).toBe("http://h:1/v2/chat");
});

test("a call that names another official host goes there, unless a base URL is configured", () => {
  const headers = { host: "api.z.ai:443" };
  expect(locate("zhipu", "api/paas/v4/chat/completions", { headers }).url).toStartWith("https://api.z.ai/");
  expect(locate("zhipu", "", { headers, settings: { base_url: "https://h" } }).url).toStartWith("https://h/");
  expect(locate("zhipu", "", { headers: { host: "evil.example" } }).url).toStartWith(
    "https://open.bigmodel.cn/",
  );
});

test("what is billed is told apart from what is free, and uploads from JSON", () => {
  const kind = (id: string, rest: string, method = "POST") => {
    const { operation } = locate(id, rest, { method });
    return [operation.name, operation.kind, operation.requestBody];
  };
  expect(kind("openai", "v1/embeddings")).toEqual(["embeddings", "meter", "json"]);
  expect(kind("openai", "v1/audio/transcriptions")).toEqual(["transcriptions", "meter", "any"]);
  expect(kind("openai", "v1/responses")).toEqual(["responses", "generate", "json"]);
  expect(kind("openai", "v1/responses/r1", "GET")).toEqual(["other", "pass", "any"]);
  expect(kind("openai", "v1/chat/completions", "GET")).toEqual(["other", "pass", "any"]);
  expect(kind("openai", "v1/threads/t/messages")).toEqual(["threads", "pass", "any"]);
  expect(kind("openai", "v1/models", "GET")).toEqual(["models", "pass", "any"]);
  expect(kind("anthropic", "v1/messages/count_tokens")).toEqual(["count_tokens", "pass", "any"]);
  expect(kind("cohere", "rerank")).toEqual(["rerank", "meter", "json"]);
});

test("dots and escapes neither climb above the base nor hide what a path does", () => {
  const settings = { base_url: "http://h/proxy/v1" };
  expect(locate("openai", "%2e%2e/%2E./admin", { settings }).url).toBe("http://h/proxy/v1/admin");
  expect(locate("openai", "v1/chat/completions/x/%2e%2e").operation.kind).toBe("generate");
  expect(locate("openai", "v1/chat/%63ompletions").operation.kind).toBe("generate");
  expect(locate("openai", "v1/chat/%63ompletions").path).toBe("/v1/chat/%63ompletions");
  expect(locate("google", "models/g%3AgenerateContent").operation).toMatchObject({
    kind: "generate",
    model: "g",
  });
});
