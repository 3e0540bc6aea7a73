import { expect, test } from "bun:test";
import { createClient } from "../../server/client.ts";
import { post, readError, startManagement, UPSTREAM_KEY } from "./support.ts";

const KEY = "sk-planted-in-the-test-1f2e";

function open() {
  const api = startManagement();
  return Object.assign(api, { providers: createClient(api.url, api.token).api.providers });
}

test("every known provider is listed, with its base and without its key", async () => {
  await using api = open();
  const { data } = await api.providers.get();
  expect(data?.providers.length).toBeGreaterThan(9);
  expect(data?.providers.find(({ name }) => name === "openai")).toEqual({
    name: "openai",
    protocol: "openai",
    base_url: "https://api.openai.com/v1",
    enabled: true,
    key: `…${UPSTREAM_KEY.slice(-4)}`,
    rate_limit: null,
    max_concurrency: null,
    sources: { api_key: "file" },
  });
  expect(JSON.stringify(data)).not.toContain(UPSTREAM_KEY);
});

test("a key that is set is used at once, wins over the file's, and gives way to it when it is removed", async () => {
  await using api = open();
  const openai = api.providers({ name: "openai" });
  const keyInForce = () => api.context.setup().providers.find("openai")?.apiKey;
  const { data } = await openai.put({ api_key: KEY });
  expect(data).toMatchObject({ key: "…1f2e", sources: { api_key: "runtime" } });
  expect(keyInForce()).toBe(KEY);
  const [kept] = api.store.state.readSettings();
  expect([kept?.sealed, kept?.value.includes(KEY)]).toEqual([true, false]);

  expect((await openai.key.delete()).data).toMatchObject({ sources: { api_key: "file" } });
  expect(keyInForce()).toBe(UPSTREAM_KEY);
  const again = await api.asAdmin("/api/providers/openai/key", { method: "DELETE" });
  expect([again.status, (await readError(again)).message]).toEqual([
    404,
    expect.stringContaining("configuration file's"),
  ]);
});

test("limits are set, lifted over the file's and cleared, one by one", async () => {
  await using api = open();
  api.configure("agents: {}\n");
  const openai = api.providers({ name: "openai" });
  await openai.put({
    rate_limit: { max_requests: 10, window_seconds: 60 },
    max_concurrency: 4,
    enabled: false,
  });
  expect((await openai.put({ max_concurrency: null })).data).toMatchObject({
    enabled: false,
    max_concurrency: null,
    rate_limit: { max_requests: 10, window_seconds: 60 },
  });
  const lifted = await openai.put({ rate_limit: "unlimited", max_concurrency: "unlimited" });
  expect(lifted.data).toMatchObject({
    rate_limit: null,
    max_concurrency: null,
    sources: { rate_limit: "runtime", max_concurrency: "runtime" },
  });
});

test("a provider of one's own is made with a protocol and a base", async () => {
  await using api = open();
  const local = api.providers({ name: "local" });
  const { data } = await local.put({ protocol: "openai", base_url: "http://127.0.0.1:11434/v1" });
  expect(data).toMatchObject({
    name: "local",
    protocol: "openai",
    base_url: "http://127.0.0.1:11434/v1",
    key: null,
  });
  expect((await api.providers.get()).data?.providers.at(-1)?.name).toBe("local");
});

test.each([
  ["local", { protocol: "openai" }, "needs base_url"],
  ["openai", { protocol: "openai" }, "must be left out"],
  ["openai", { base_url: "http://user:pass@host" }, "providers.openai.base_url does not fit"],
  ["openai", { max_concurrency: 0 }, "expected a whole number from 1"],
  ["auto", { protocol: "openai", base_url: "http://h/v1" }, "is not a possible name"],
  ["openai", { apikey: KEY }, "did you mean providers.openai.api_key?"],
  ["openai", { api_key: `${KEY} with a space` }, "may be a secret"],
])("%s with %j is refused, and nothing of a key is repeated", async (name, given, why) => {
  await using api = open();
  const answer = await api.asAdmin(`/api/providers/${name}`, { ...post(given), method: "PUT" });
  expect(answer.status).toBe(400);
  const text = await answer.text();
  expect(text).toContain(why);
  expect(text).not.toContain(KEY);
  expect(text).not.toContain("user:pass");
  expect(api.store.state.readSettings()).toEqual([]);
});

test("a provider that nobody knows is not found", async () => {
  await using api = open();
  for (const [method, path] of [["POST", "nobody/validate"], ["DELETE", "nobody/key"]] as const) {
    expect((await api.asAdmin(`/api/providers/${path}`, { method })).status).toBe(404);
  } // biome-ignore format: two
  const made = await api.asAdmin("/api/providers/nobody", { ...post({}), method: "PUT" });
  expect((await readError(made)).message).toContain("it needs protocol and base_url");
});

test("a key of an agent's own is sealed as well", async () => {
  await using api = open();
  const agents = createClient(api.url, api.token).api.agents;
  const { data } = await agents({ id: "a" }).patch({ provider: "openai", api_key: KEY });
  expect(data?.config.find(({ setting }) => setting === "api_key")?.value).toBe("…1f2e");
  expect(api.store.state.readSettings().map(({ sealed }) => sealed)).toEqual([false, true]);
  expect(api.context.setup().agent("a").api_key).toBe(KEY);
});
