/** A host that the configuration names: any that speaks one of the known formats. */
import type { ProviderSettings } from "../core/settings.ts";
import { createCohereHost } from "./cohere-host.ts";
import { createGeminiHost } from "./gemini-host.ts";
import { createHost } from "./host.ts";
import type { Overhead, Provider, Speech } from "./provider.ts";

/** Ollama's own API lies beside its OpenAI-compatible one. */
const BESIDE = new Map([["api", ""]]);

/** What a host is taken to speak when nothing says otherwise: most do. */
export const USUAL_SPEECH: Speech = "openai";

/** Tokens beyond the text, at hosts nobody has measured: those of the dearest measured host of the same format. */
const OVERHEAD: Readonly<Record<Speech, Overhead>> = {
  openai: { plain: 141, tools: 748 },
  "openai-responses": { plain: 141, tools: 748 },
  anthropic: { plain: 206, tools: 716 },
  gemini: { plain: 40, tools: 1_300 },
  cohere: { plain: 1_370, tools: 1_370 },
};

/**
 * A provider at `base_url`, which is what one would give the SDK of its format. `base_url` must have passed
 * `checkBaseUrl`. Also what a call with `x-target-url` is sent to, then without a key.
 */
export function createCustom(id: string, speaks: Speech, settings: ProviderSettings): Provider {
  const overhead = OVERHEAD[speaks];
  switch (speaks) {
    case "gemini":
      return createGeminiHost({ id, hosts: [], quirks: {}, overhead, maxOutput: [] }, settings);
    case "cohere":
      return createCohereHost({ id, hosts: [], overhead, maxOutput: [] }, settings);
    case "anthropic":
      return createHost(
        {
          id,
          speaks,
          hosts: [],
          officialPath: "/v1",
          pathIsImplied: true,
          bare: "messages",
          dialect: "anthropic-messages",
          streamUsage: "unasked",
          overhead,
        },
        settings,
      );
    case "openai":
      return createHost({ id, speaks, ...OPENAI, overhead, bare: "chat/completions" }, settings);
    // What does not generate is as with the others.
    case "openai-responses":
      return {
        ...createHost({ id, speaks, ...OPENAI, overhead, bare: "responses" }, settings),
        serves: new Map([["openai-responses", "responses"]]),
      };
  }
}

const OPENAI = {
  hosts: [],
  officialPath: null,
  beside: BESIDE,
  dialect: "openai-chat",
  streamUsage: "ask",
} as const;
