/** In which dialect a provider is asked: its callers' own where that serves what they ask for, else where the model is at home. */
import { describe, expect, test } from "bun:test";
import { type Asking, servingDialect } from "../../server/providers/generating.ts";
import { createProviders } from "../../server/providers/index.ts";
import type { Provider } from "../../server/providers/provider.ts";

const PROVIDERS = createProviders({});
const OPENAI = provider("openai");

const PLAIN: Asking = { document: {}, hasTools: false };
const TOOLS: Asking = { document: {}, hasTools: true };
const UNTHINKING: Asking = { document: { reasoning_effort: "none" }, hasTools: true };
const LOW: Asking = { document: { reasoning_effort: "low" }, hasTools: true };

/** Which of a chat client's requests stay in its own format: without tools, with them, and with them at two efforts. */
const CHAT: readonly (readonly [models: readonly string[], stays: string])[] = [
  [["gpt-4o", "gpt-4.1-mini", "gpt-35-turbo", "gpt-5", "gpt-5.1", "gpt-5.2", "gpt-5-chat-latest"], "yyyy"],
  [["o3", "o4-mini", "ft:gpt-4o-2024-08-06:acme::id", "gpt-audio-mini"], "yyyy"],
  [["gpt-5.4", "gpt-5.4-mini", "gpt-5.4-2026-03-05"], "yynn"],
  [["gpt-5.6-sol", "gpt-5.6-luna", "gpt-6-sol", "gpt-6-luna", "openai/gpt-6-sol"], "ynyn"],
  [["gpt-5.5", "gpt-6-astra", "GPT-6-Astra", "gpt-6.1-sol", "gpt-6.2-astra", "gpt-7", "gpt-10-sol"], "ynnn"],
  [["o1-pro", "o3-pro-2025-06-10", "gpt-5-pro", "gpt-5.4-pro", "gpt-6-pro"], "nnnn"],
  [["gpt-5-codex", "gpt-5.1-codex-mini", "gpt-5.3-codex", "codex-mini-latest"], "nnnn"],
  [["o3-deep-research", "o4-mini-deep-research-2025-06-26", "computer-use-preview"], "nnnn"],
];

/** Models that are at home in the first dialect, for callers of a third. */
const IN_CHAT = "yyyy";

describe("at a provider whose models have homes", () => {
  for (const [models, stays] of CHAT) {
    test.each(models.map((model) => [model]))("%s", (model) => {
      const chat = [PLAIN, TOOLS, UNTHINKING, LOW].map((asking) => ask("openai-chat", model, asking));
      expect(chat.map((dialect) => (dialect === "openai-chat" ? "y" : "n")).join("")).toBe(stays);
      for (const asking of [PLAIN, TOOLS, UNTHINKING]) {
        // Who has to be translated anyway goes where the model is served whole.
        const home = stays === IN_CHAT ? "openai-chat" : "openai-responses";
        expect(ask("anthropic-messages", model, asking)).toBe(home);
        expect(ask("gemini", model, asking)).toBe(home);
        expect(ask("openai-responses", model, asking)).toBe("openai-responses");
      }
    });
  }

  test("a request that names no model, or whose body was not read, is served as ever", () => {
    expect(servingDialect(OPENAI, "openai-chat", null, TOOLS)).toBe("openai-chat");
    expect(servingDialect(OPENAI, "gemini", null, TOOLS)).toBe("openai-chat");
    expect(ask("openai-chat", "gpt-6-astra", { document: null, hasTools: false })).toBe("openai-chat");
  });
});

test("a host of its own is asked in what it speaks, whatever its models are called", () => {
  const settings = { protocol: "openai", base_url: "https://router.example/v1", api_key: null } as const;
  const router = provider("router", createProviders({ router: settings }));
  for (const dialect of ["openai-chat", "anthropic-messages", "openai-responses"] as const) {
    expect(servingDialect(router, dialect, "openai/gpt-6-astra", TOOLS)).toBe("openai-chat");
  }
  expect(servingDialect(provider("anthropic"), "openai-chat", "gpt-6-astra", TOOLS)).toBe(
    "anthropic-messages",
  );
});

function ask(dialect: Parameters<typeof servingDialect>[1], model: string, asking: Asking) {
  return servingDialect(OPENAI, dialect, model, asking);
}

function provider(id: string, providers = PROVIDERS): Provider {
  const found = providers.find(id);
  if (!found) throw new Error(`no provider ${id}`);
  return found;
}
