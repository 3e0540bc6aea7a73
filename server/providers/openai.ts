/** OpenAI. https://platform.openai.com/docs/api-reference */
import { createHost } from "./host.ts";
import type { MaxOutput, ModelHome, ProviderRecord } from "./provider.ts";

const hosts = ["api.openai.com"];

/** https://platform.openai.com/docs/models */
const maxOutput: MaxOutput = [
  ["gpt-5-pro*", 272_000],
  ["gpt-5*", 128_000],
  ["gpt-4.1*", 32_768],
  ["gpt-4.5*", 16_384],
  ["gpt-4o*", 16_384],
  ["chatgpt-4o*", 16_384],
  ["gpt-audio*", 16_384],
  ["gpt-4-32k*", 32_768],
  ["gpt-4-turbo*", 4_096],
  ["gpt-4-*-preview", 4_096],
  ["gpt-4*", 8_192],
  ["gpt-3.5*", 4_096],
  ["o1*", 100_000],
  ["o3*", 100_000],
  ["o4*", 100_000],
  ["codex-mini*", 100_000],
];

/**
 * What is served whole at `/v1/responses` alone. Some models are nowhere else ("only supported in v1/responses"); of others
 * that think, chat completions refuse function tools ("use /v1/responses or set reasoning_effort to 'none'"). A version
 * that nobody knows yet is taken for the newest one. https://developers.openai.com/api/docs/models
 */
const homes: readonly ModelHome[] = [
  {
    models: /^(?:o\d|gpt-[\d.]+)-pro|codex|deep-research|^computer-use/,
    dialect: "openai-responses",
    elsewhere: "nothing",
  },
  { models: /^gpt-5\.4(?!\d)/, dialect: "openai-responses", elsewhere: "tools-without-effort" },
  {
    models: /^gpt-(?:5\.(?:[6-9]|\d\d)|6(?!\.\d|-astra))/,
    dialect: "openai-responses",
    elsewhere: "tools-at-effort-none",
  },
  { models: /^gpt-(?:5\.5|[6-9]|1\d)/, dialect: "openai-responses", elsewhere: "without-tools" },
];

export const openai: ProviderRecord = {
  id: "openai",
  hosts,
  models: /^(?:gpt-|chatgpt-|o\d|codex-|text-embedding-|dall-e-|whisper-|tts-|sora-|omni-moderation)/i,
  create: (settings) =>
    createHost(
      {
        id: "openai",
        speaks: "openai",
        hosts,
        officialPath: "/v1",
        bare: "chat/completions",
        dialect: "openai-chat",
        alsoServes: ["openai-responses"],
        homes,
        streamUsage: "ask",
        maxOutput,
      },
      settings,
    ),
  // Its SDK's base URL has the version, so one that was given a bare origin leaves it out.
  owns: (path) => /^\/(?:v1\/|(?:chat\/completions|completions|responses|embeddings)(?:\/|$))/.test(path),
};
