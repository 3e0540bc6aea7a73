import { describe, expect, test } from "bun:test";
import { type Plan, planCall } from "../../server/gateway/plan.ts";
import { prepareRequest } from "../../server/gateway/prepare.ts";
import { createSetup } from "../../server/gateway/setup.ts";
import { createProviders } from "../../server/providers/index.ts";
import { settingsOf } from "../support/data-plane.ts";

const AT = Date.UTC(2025, 9, 1);
const providers = createProviders({});

/** The plan of a post of this body, under this configuration. */
async function plan(id: string, rest: string, body: object, file = ""): Promise<Plan> {
  const provider = providers.find(id);
  if (!provider) throw new Error(`${id} is not known`);
  const headers = new Headers();
  const { operation } = provider.locate({ method: "POST", rest, query: "", headers });
  const bytes = new TextEncoder().encode(JSON.stringify(body));
  const memory = { limit: 1e9, used: 0 };
  const prepared = await prepareRequest(provider, operation, bytes, headers, 1e7, memory);
  if ("reason" in prepared) throw new Error(prepared.message);
  const setup = createSetup(settingsOf(file, "/srv/tollgate"));
  return planCall({
    provider,
    operation,
    prepared,
    terms: setup.agent("a"),
    prices: setup.prices,
    usualOutput: () => 0,
    now: AT,
  });
}

const CHAT = "v1/chat/completions";
const chat = (model: string, more: object = {}, id = "openai") =>
  plan(id, CHAT, { model, messages: [{ role: "user", content: "hi" }], ...more });
const gemini = (model: string, more: object = {}) =>
  plan("google", `v1beta/models/${model}:generateContent`, {
    contents: [{ parts: [{ text: "hi" }] }],
    ...more,
  });
const messages = (more: object) =>
  plan("anthropic", "v1/messages", { model: "claude-sonnet-4-5", max_tokens: 9, messages: [], ...more });

describe("a ceiling that nobody says", () => {
  test("is what the provider's record says of the model, whatever stands before its name", async () => {
    expect((await chat("gpt-4o-mini")).ceiling).toBe(16_384);
    expect((await chat("gpt-4-turbo-2024-04-09")).ceiling).toBe(4_096);
    expect((await chat("ft:gpt-4.1-mini-2025-04-14:org::id")).ceiling).toBe(32_768);
    expect((await chat("o3", { n: 2 })).ceiling).toBe(200_000);
    expect((await chat("gpt-5-pro")).ceiling).toBe(272_000);
    expect((await gemini("gemini-2.0-flash")).ceiling).toBe(8_192);
    expect((await gemini("gemini-flash-latest")).ceiling).toBe(65_536);
    expect((await gemini("gemini-2.5-pro")).isUnkept).toBe(false);
  });

  test("is a guess where the record is silent, and one that has to be told where it costs something", async () => {
    expect(await chat("grok-99", {}, "moonshot")).toMatchObject({ ceiling: 32_000, isUnkept: false });
    const priced = await chat("mistral-large-latest", {}, "mistral");
    expect(priced).toMatchObject({ ceiling: 32_000, isUnkept: true, imposesCeiling: false });
  });

  test("counts for nothing where the request or the configuration says one", async () => {
    const said = await chat("mistral-large-latest", { max_tokens: 50_000 }, "mistral");
    expect(said).toMatchObject({ ceiling: 50_000, isUnkept: false });
    const limited = await plan(
      "openai",
      CHAT,
      { model: "gpt-5", messages: [] },
      "agents: { a: { quota: { max_output_tokens: 700 } } }",
    );
    expect(limited).toMatchObject({ ceiling: 700, imposesCeiling: true, isUnkept: false });
  });

  test("is none in answers without output", async () => {
    const embedded = await plan("openai", "v1/embeddings", { model: "text-embedding-3-small", input: "x" });
    expect(embedded).toMatchObject({ ceiling: 0, isUnkept: false });
  });
});

describe("input", () => {
  const PAGES = `%PDF-1.4 ${"/Kids [1 0 R 2 0 R] ".repeat(400)}`;
  const pdf = { type: "file", file: { file_data: `data:application/pdf;base64,${btoa(PAGES)}` } };
  const holding = (part: object) => ({ messages: [{ role: "user", content: [part] }] });

  test("by the piece counts for no more than the model takes in", async () => {
    expect((await chat("gpt-4o", holding(pdf))).inputTokens).toBe(128_000);
    expect((await chat("no-such-model", holding(pdf))).inputTokens).toBeGreaterThan(2_000_000);
  });

  test("as text counts in full: some contexts are larger than is listed", async () => {
    expect(
      (await chat("gpt-4o", holding({ type: "text", text: "x".repeat(900_000) }))).inputTokens,
    ).toBeGreaterThan(300_000);
  });

  test("that cannot be seen counts as the whole context", async () => {
    expect(await chat("gpt-4o", { web_search_options: {} })).toMatchObject({
      hidesInput: true,
      inputTokens: 128_000,
    });
    expect(await chat("gpt-4o")).toMatchObject({ hidesInput: false });
  });

  test("is held at the rate of a cache write only as far as one is asked for", async () => {
    const rate = async (cache_control?: object) =>
      (await messages({ system: [{ type: "text", text: "x", cache_control }] })).price?.inputRate;
    expect(await rate()).toBe(3_000);
    expect(await rate({ type: "ephemeral" })).toBe(3_750);
    expect(await rate({ type: "ephemeral", ttl: "1h" })).toBe(6_000);
  });
});

describe("output", () => {
  test("that may be more than text is held at the dearest rate", async () => {
    const image = { generationConfig: { responseModalities: ["TEXT", "IMAGE"] } };
    expect((await gemini("gemini-2.5-flash-image", image)).price?.outputRate).toBe(30_000);
    expect((await gemini("gemini-2.5-flash-image")).price?.outputRate).toBe(30_000);
    expect((await gemini("gemini-2.5-flash")).price?.outputRate).toBe(2_500);
    expect((await chat("gpt-audio")).price?.outputRate).toBe(64_000);
  });

  test("is hidden where the model is asked to think, and where it may think unasked", async () => {
    expect((await messages({})).hidesReasoning).toBe(false);
    expect((await messages({ thinking: { type: "adaptive" } })).hidesReasoning).toBe(true);
    expect((await messages({ model: "claude-opus-4-6" })).hidesReasoning).toBe(true);
    expect(
      (await messages({ model: "claude-opus-4-6", thinking: { type: "disabled" } })).hidesReasoning,
    ).toBe(false);
    expect((await chat("ft:o4-mini-2025-04-16:org::id")).hidesReasoning).toBe(true);
  });
});

describe("the price", () => {
  test("is unknown where something is asked for that has no rate", async () => {
    expect((await messages({})).price).not.toBeNull();
    for (const dear of [{ speed: "fast" }, { inference_geo: "us" }, { service_tier: "priority" }]) {
      expect((await messages(dear)).price, JSON.stringify(dear)).toBeNull();
    }
    expect((await chat("gpt-4o-search-preview")).price).toBeNull();
    expect((await chat("gpt-4o", { web_search_options: {} })).price).toBeNull();
  });
});
