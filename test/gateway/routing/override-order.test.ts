/** Rules go before the agent's own model, and are about the model that was asked for (SPEC 12.1). */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { chooseTarget, findTargets } from "../../../server/gateway/routing/targets.ts";
import { createProviders } from "../../../server/providers/index.ts";

const providers = createProviders({
  router: { protocol: "openai", base_url: "https://router.test/v1", api_key: null },
});

const NOTHING = { model: null, provider: null, overrides: {}, fallback: [] };

type Terms = Partial<Parameters<typeof chooseTarget>[1]>;

/** `provider/model`, or the reason of the refusal. */
function choose(provider: string | null, model: string | null, terms: Terms): string {
  const wish = { provider: provider === null ? null : providers.find(provider), model };
  const target = chooseTarget(wish, { ...NOTHING, ...terms }, providers);
  return "reason" in target ? target.reason : `${target.provider.id}/${target.model}`;
}

const RULE = { "*": { "gpt-4o": "anthropic/claude-haiku-4-5" } };
const SONNET = { provider: "anthropic", model: "claude-sonnet-4-20250514" };

describe("a call to auto is served by", () => {
  test.each<[string, string | null, Terms, string]>([
    ["the rule for the model that it asks for", "gpt-4o", { overrides: RULE }, "anthropic/claude-haiku-4-5"],
    [
      "that rule before the agent's model",
      "gpt-4o",
      { ...SONNET, overrides: RULE },
      "anthropic/claude-haiku-4-5",
    ],
    [
      "it however the model is written",
      "openai/GPT-4o",
      { ...SONNET, overrides: RULE },
      "anthropic/claude-haiku-4-5",
    ],
    [
      "the agent's model without a rule",
      "gpt-4.1",
      { ...SONNET, overrides: RULE },
      `anthropic/${SONNET.model}`,
    ],
    ["the agent's model for no model", null, { ...SONNET, overrides: RULE }, `anthropic/${SONNET.model}`],
    [
      "the rule for the agent's model where none is for the asked one",
      "gpt-4.1",
      { ...SONNET, overrides: { "*": { "gpt-4o": "o3", "claude-*": "router/llama" } } },
      "router/llama",
    ],
    [
      "the rule for the asked one before that for the agent's",
      "gpt-4o",
      { ...SONNET, overrides: { "*": { "claude-*": "router/llama", "gpt-4o": "o3" } } },
      "openai/o3",
    ],
    [
      "the rule of the provider that would serve before the one for any",
      "gpt-4o",
      { ...SONNET, overrides: { anthropic: { "gpt-*": "claude-opus-4-5" }, ...RULE } },
      "anthropic/claude-opus-4-5",
    ],
    [
      "what that provider serves for every model before any rule for one",
      "gpt-4o",
      { ...SONNET, overrides: { anthropic: { model: "claude-opus-4-5" }, ...RULE } },
      "anthropic/claude-opus-4-5",
    ],
    [
      "no rule of a provider that would not serve",
      "gpt-4o",
      { ...SONNET, overrides: { openai: { model: "gpt-4o-mini", "gpt-*": "gpt-4o-mini" } } },
      `anthropic/${SONNET.model}`,
    ],
  ])("%s", (_name, asked, terms, target) => {
    expect(choose(null, asked, terms)).toBe(target);
  });
});

test("whatever the agent's own model and provider are, a rule for any provider names who serves", () => {
  const model = fc.constantFrom(null, "gpt-4o-mini", "claude-haiku-4-5", "router/llama", "nobody-knows");
  const provider = fc.constantFrom(null, "openai", "anthropic", "google", "router");
  const asked = fc.constantFrom("gpt-4o", "claude-opus-4-5", "llama-3", "nobody-knows");
  fc.assert(
    fc.property(asked, model, provider, (name, own, at) => {
      const terms = { model: own, provider: at, overrides: { "*": { [name]: "router/ruled" } } };
      expect(choose(null, name, terms)).toBe("router/ruled");
      expect(choose("mistral", name, terms)).toBe("router/ruled");
    }),
  );
});

test("what counts tokens is asked of whoever would answer, and of nobody else", () => {
  const find = (name: string, kind: "pass" | "meter" | "generate") =>
    findTargets(
      { addressed: null, operation: { kind, name }, prepared: { model: "claude-x" }, setup: { providers } },
      { ...NOTHING, ...SONNET, fallback: ["openai/gpt-4o"] },
    );
  const served = (found: ReturnType<typeof find>) =>
    "reason" in found ? found.reason : found.map(({ provider, model }) => `${provider.id}/${model}`);
  expect(served(find("messages", "generate"))).toEqual([`anthropic/${SONNET.model}`, "openai/gpt-4o"]);
  expect(served(find("count_tokens", "pass"))).toEqual([`anthropic/${SONNET.model}`]);
  expect(served(find("embeddings", "meter"))).toEqual(["anthropic/claude-x"]);
});
