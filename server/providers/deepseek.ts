/** DeepSeek. https://api-docs.deepseek.com: `/`, `/v1` and `/beta` serve alike, `/anthropic` speaks the messages format. */
import { createHost } from "./host.ts";
import type { ProviderRecord } from "./provider.ts";

const hosts = ["api.deepseek.com"];

export const deepseek: ProviderRecord = {
  id: "deepseek",
  hosts,
  create: (settings) =>
    createHost(
      {
        id: "deepseek",
        speaks: "openai",
        hosts,
        officialPath: "",
        bare: "chat/completions",
        dialect: "openai-chat",
        streamUsage: "ask",
        overhead: { plain: 72, tools: 253 },
      },
      settings,
    ),
};
