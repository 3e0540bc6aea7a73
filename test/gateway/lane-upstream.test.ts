/** Lanes with an upstream of their own: where their calls go, with whose key, and whose slots they take. */
import { describe, expect, test } from "bun:test";
import type { Priority } from "../../server/core/settings.ts";
import { type Destination, findDestination } from "../../server/gateway/destination.ts";
import { clientKey, shownKeys } from "../../server/gateway/headers.ts";
import { enterLane, type LaneDestination, slotsOf } from "../../server/gateway/lane-upstream.ts";
import { findRoute } from "../../server/gateway/route.ts";
import { createSetup } from "../../server/gateway/setup.ts";
import { settingsOf } from "../support/data-plane.ts";

const CONFIG = `
gateway: { allow_target_hosts: [stranger.test] }
providers:
  openai:
    api_key: stored
    max_concurrency: 64
    upstreams:
      - { base_url: "https://batch.test", api_key: batch, lanes: [low] }
      - { api_key: premium, lanes: [high] }
  mistral: { api_key: stored, upstreams: [{ base_url: "https://eu.test/v1", lanes: [normal, low] }] }
  cohere: { max_concurrency: 4, upstreams: [{ base_url: "https://other.test", lanes: [low, high] }] }
  moonshot: { upstreams: [{ api_key: premium, lanes: [high] }] }
  stranger.test: { protocol: openai, base_url: "https://configured.test/v1", max_concurrency: 1,
                   upstreams: [{ api_key: k, lanes: [low] }] }
agents:
  bot: {}
  rich: { provider: openai, api_key: own-of-rich }
  poor: { provider: cohere, api_key: own-of-poor }
`;
const setup = createSetup(settingsOf(CONFIG, "/srv/tollgate"));

async function lead(
  path: string,
  lane: Priority,
  sent: Record<string, string> = {},
): Promise<LaneDestination & { readonly found: Destination }> {
  const headers = new Headers(sent);
  const route = findRoute(path, headers, setup.providers);
  if ("reason" in route) throw new Error(route.message);
  const request = { method: "POST", rest: route.rest, query: "", headers };
  const located = route.provider?.locate(request) ?? null;
  const agent = route.agent ?? "bot";
  const resolve = async (): Promise<string[]> => ["93.184.216.34"];
  const caller = { agent, form: route.form, own: clientKey(shownKeys(headers, "")) };
  const found = await findDestination(route, located, request, caller, setup, resolve);
  if ("reason" in found) throw new Error(found.message);
  return { ...enterLane(found, lane, request, caller, setup), found };
}

/** What decides about money and slots. */
async function place(path: string, lane: Priority, sent: Record<string, string> = {}): Promise<unknown[]> {
  const { located, key, ownKey, upstream } = await lead(path, lane, sent);
  return [located.url, key ?? (ownKey ? "the client's" : null), upstream];
}

const OWN = { authorization: "Bearer sk-client" };
const OFFICIAL = "https://api.openai.com/v1/chat/completions";
const BATCH = "https://batch.test/v1/chat/completions";

describe("a call goes", () => {
  test("as it was found where its lane has no upstream of its own", async () => {
    const { found, ...led } = await lead("/agents/bot/openai", "normal");
    expect(led).toEqual({ ...found, upstream: "openai" });
    expect(led.key).toBe("stored");
    expect(await place("/agents/bot/anthropic", "low")).toEqual([
      "https://api.anthropic.com/v1/messages",
      null,
      "anthropic",
    ]);
  });

  test("to its lane's own base with the key of there, as the same provider", async () => {
    expect(await place("/agents/bot/openai", "low")).toEqual([BATCH, "batch", "openai/low"]);
    const { provider, located } = await lead("/agents/bot/openai/embeddings", "low");
    expect([provider.id, provider.base, located.operation.name]).toEqual([
      "openai",
      "https://batch.test/v1",
      "embeddings",
    ]);
  });

  test("to its provider's base with its lane's own key", async () => {
    expect(await place("/agents/bot/openai", "high")).toEqual([OFFICIAL, "premium", "openai/high"]);
  });

  test("to its lane's own base with the provider's key, where the lane has none", async () => {
    for (const lane of ["normal", "low"] as const) {
      const url = "https://eu.test/v1/chat/completions";
      expect(await place("/agents/bot/mistral", lane)).toEqual([url, "stored", "mistral/low+normal"]);
    }
    expect((await lead("/agents/bot/mistral", "high")).upstream).toBe("mistral");
  });
});

describe("an agent's own key", () => {
  test("pays at its provider's base, whatever key the lane has there", async () => {
    expect(await place("/agents/rich/openai", "normal")).toEqual([OFFICIAL, "own-of-rich", "openai"]);
    expect(await place("/agents/rich/openai", "high")).toEqual([OFFICIAL, "own-of-rich", "openai/high"]);
  });

  test("never goes to another base", async () => {
    expect(await place("/agents/rich/openai", "low")).toEqual([BATCH, "batch", "openai/low"]);
    const [, key] = await place("/agents/poor/cohere", "low");
    expect(key).toBeNull();
  });
});

describe("a client's own key", () => {
  test("goes where the lane goes: on plain paths before every stored one, else where none is stored", async () => {
    expect(await place("/v1/chat/completions", "low", OWN)).toEqual([BATCH, "the client's", "openai/low"]);
    expect(await place("/v1/chat/completions", "high", OWN)).toEqual([
      OFFICIAL,
      "the client's",
      "openai/high",
    ]);
    expect((await place("/cohere", "low", OWN))[1]).toBe("the client's");
    expect((await place("/openai", "low", OWN))[1]).toBe("batch");
  });

  test("goes alone to another official host of the provider: no stored key is for that one", async () => {
    const sent = { ...OWN, host: "api.moonshot.ai" };
    expect(await place("/v1/chat/completions", "high", sent)).toEqual([
      "https://api.moonshot.ai/v1/chat/completions",
      "the client's",
      "moonshot/high",
    ]);
  });
});

test("a stranger's host has no lane's upstream, no key and no slots of a provider that is called like it", async () => {
  const sent = { "x-target-url": "https://stranger.test" };
  const [url, key, upstream] = await place("/v1/chat/completions", "low", sent);
  expect([url, key]).toEqual(["https://stranger.test/v1/chat/completions", null]);
  expect(slotsOf(setup.settings.providers).has(String(upstream))).toBe(false);
});

test("every upstream of a provider with a limit has its slots, under the name that calls there take them by", async () => {
  expect(Object.fromEntries(slotsOf(setup.settings.providers))).toEqual({
    openai: 64,
    "openai/low": 64,
    "openai/high": 64,
    cohere: 4,
    "cohere/high+low": 4,
    "stranger.test": 1,
    "stranger.test/low": 1,
  });
});
