import { describe, expect, test } from "bun:test";
import { chooseTarget, fallbackTargets, type Target } from "../../../server/gateway/routing/targets.ts";
import { createProviders } from "../../../server/providers/index.ts";

const providers = createProviders({
  router: { protocol: "openai", base_url: "https://router.test/v1", api_key: null },
});

const NOTHING = { model: null, provider: null, overrides: {}, fallback: [] };

type Terms = Partial<Parameters<typeof chooseTarget>[1]>;

/** `provider/model`, or the reason of the refusal. */
function choose(provider: string | null, model: string | null, terms: Terms = {}): string {
  const wish = { provider: provider === null ? null : providers.find(provider), model };
  const target = chooseTarget(wish, { ...NOTHING, ...terms }, providers);
  return "reason" in target ? target.reason : render(target);
}

const render = ({ provider, model }: Target) => `${provider.id}/${model}`;

describe("a call to auto goes", () => {
  test.each([
    ["gpt-4o", "openai/gpt-4o"],
    ["o3-mini", "openai/o3-mini"],
    ["claude-haiku-4-5", "anthropic/claude-haiku-4-5"],
    ["gemini-2.5-flash", "google/gemini-2.5-flash"],
    ["codestral-latest", "mistral/codestral-latest"],
    ["deepseek-chat", "deepseek/deepseek-chat"],
    ["kimi-k2", "moonshot/kimi-k2"],
    ["glm-4.6", "zhipu/glm-4.6"],
    ["MiniMax-M2", "minimax/MiniMax-M2"],
    ["Baichuan4", "baichuan/Baichuan4"],
    ["command-a-03-2025", "cohere/command-a-03-2025"],
  ])("to the owner of the model's name: %s", (model, target) => {
    expect(choose(null, model)).toBe(target);
  });

  test("to the provider that is written before the model, whose own name may have slashes", () => {
    expect(choose(null, "router/gpt-4o")).toBe("router/gpt-4o");
    expect(choose(null, "router/meta/llama-3")).toBe("router/meta/llama-3");
  });

  test("to the agent's provider with the agent's model, whatever was asked for", () => {
    expect(choose(null, "gpt-4o", { provider: "anthropic", model: "claude-haiku-4-5" })).toBe(
      "anthropic/claude-haiku-4-5",
    );
    expect(choose(null, "gpt-4o", { model: "gemini-2.5-flash" })).toBe("google/gemini-2.5-flash");
    expect(choose(null, null, { model: "router/llama" })).toBe("router/llama");
  });

  test("to the agent's provider with the model that was asked for, where it has none of its own", () => {
    expect(choose(null, "llama-3", { provider: "router" })).toBe("router/llama-3");
    expect(choose(null, "anthropic/claude-haiku-4-5", { provider: "anthropic" })).toBe(
      "anthropic/claude-haiku-4-5",
    );
    expect(choose(null, null, { provider: "router" })).toBe("router/null");
  });

  test("nowhere when nobody is known to serve the model, or none is named", () => {
    expect(choose(null, "llama-3")).toBe("unserved_model");
    expect(choose(null, null)).toBe("unserved_model");
  });
});

describe("a call to a provider goes", () => {
  test("there, with its own model, whatever the agent's provider and model are", () => {
    expect(choose("openai", "gpt-4o", { provider: "anthropic", model: "claude-haiku-4-5" })).toBe(
      "openai/gpt-4o",
    );
  });

  test("there with the agent's model when it names none, unless that is meant for another provider", () => {
    expect(choose("openai", null, { model: "gpt-4o-mini" })).toBe("openai/gpt-4o-mini");
    expect(choose("openai", null, { provider: "anthropic", model: "claude-haiku-4-5" })).toBe("openai/null");
  });
});

describe("an override", () => {
  const overrides = {
    openai: { model: "gpt-4o-mini" },
    router: { "gpt-*": "cheap", "*": "other" },
    "*": { "gpt-4o": "anthropic/claude-haiku-4-5", "claude-*": "gemini-2.5-flash", "llama*": "router/llama" },
  };

  test("of every model at a provider wins over rules for single models", () => {
    expect(choose("openai", "gpt-4o", { overrides })).toBe("openai/gpt-4o-mini");
    expect(choose(null, "gpt-4o", { overrides })).toBe("openai/gpt-4o-mini");
  });

  test("for models at a provider stays at that provider; the first that matches wins", () => {
    expect(choose("router", "gpt-4o", { overrides })).toBe("router/cheap");
    expect(choose("router", "mixtral", { overrides })).toBe("router/other");
  });

  test("for models anywhere goes to the provider that it names, else to the model's owner", () => {
    expect(choose("anthropic", "claude-opus-4-1", { overrides })).toBe("google/gemini-2.5-flash");
    expect(choose(null, "claude-opus-4-1", { overrides })).toBe("google/gemini-2.5-flash");
    expect(choose("mistral", "gpt-4o", { overrides })).toBe("anthropic/claude-haiku-4-5");
  });

  test("gives a home to a model that nobody is known to serve", () => {
    expect(choose(null, "llama-3", { overrides })).toBe("router/llama");
  });

  test("that names a model without an owner stays where the call was going", () => {
    expect(choose("openai", "gpt-4o", { overrides: { "*": { "gpt-4o": "my-own" } } })).toBe("openai/my-own");
  });

  test("is not followed twice", () => {
    const chain = { "*": { "gpt-4o": "claude-haiku-4-5", "claude-*": "gemini-2.5-flash" } };
    expect(choose(null, "gpt-4o", { overrides: chain })).toBe("anthropic/claude-haiku-4-5");
  });

  test("of a provider whose name every object inherits is none", () => {
    expect(choose("openai", "constructor", { overrides: {} })).toBe("openai/constructor");
  });
});

test("fallbacks keep their order, and those that nobody serves are left out", () => {
  const fallback = ["openai/gpt-4o-mini", "claude-haiku-4-5", "who-knows", "router/a/b"];
  expect(fallbackTargets({ ...NOTHING, fallback }, providers).map(render)).toEqual([
    "openai/gpt-4o-mini",
    "anthropic/claude-haiku-4-5",
    "router/a/b",
  ]);
});
