/** OpenAI. https://platform.openai.com/docs/api-reference */
import { createHost } from "./host.ts";
import type { ProviderRecord } from "./provider.ts";

const hosts = ["api.openai.com"];

export const openai: ProviderRecord = {
  id: "openai",
  hosts,
  create: (settings) =>
    createHost(
      {
        id: "openai",
        speaks: "openai",
        hosts,
        officialPath: "/v1",
        bare: "chat/completions",
        dialect: "openai-chat",
        streamUsage: "ask",
      },
      settings,
    ),
  // Its SDK's base URL has the version, so one that was given a bare origin leaves it out.
  owns: (path) => /^\/(?:v1\/|(?:chat\/completions|completions|responses|embeddings)(?:\/|$))/.test(path),
};
