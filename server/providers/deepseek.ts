/** DeepSeek. https://api-docs.deepseek.com: `/`, `/v1` and `/beta` serve alike, `/anthropic` speaks the messages format. */
import type { HostTakes } from "../protocols/translation/takes.ts";
import { createHost } from "./host.ts";
import type { MaxOutput, ProviderRecord } from "./provider.ts";

const hosts = ["api.deepseek.com"];

/** https://api-docs.deepseek.com/quick_start/pricing */
const maxOutput: MaxOutput = [
  ["deepseek-chat", 8_192],
  ["deepseek-reasoner", 64_000],
];

/** https://api-docs.deepseek.com/api/create-chat-completion */
const takes: HostTakes = {
  lacks: ["schema", "seed", "parallelTools"],
  user: null,
  ceiling: "max_tokens",
  mostStops: 16,
};

export const deepseek: ProviderRecord = {
  id: "deepseek",
  hosts,
  models: /^deepseek-/i,
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
        takes,
        maxOutput,
        overhead: { plain: 72, tools: 253 },
      },
      settings,
    ),
};
