/** Mistral. https://docs.mistral.ai/api: reports usage in the last chunk and refuses `stream_options`. */
import { createHost } from "./host.ts";
import type { ProviderRecord } from "./provider.ts";

const hosts = ["api.mistral.ai"];

export const mistral: ProviderRecord = {
  id: "mistral",
  hosts,
  models: /^(?:(?:open-)?mi[sx]tral-|ministral-|magistral-|codestral-|devstral-|pixtral-|voxtral-)/i,
  create: (settings) =>
    createHost(
      {
        id: "mistral",
        speaks: "openai",
        hosts,
        officialPath: "/v1",
        bare: "chat/completions",
        dialect: "openai-chat",
        streamUsage: "unasked",
        overhead: { plain: 141, tools: 748 },
      },
      settings,
    ),
};
