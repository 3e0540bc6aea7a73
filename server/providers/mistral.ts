/** Mistral. https://docs.mistral.ai/api: reports usage in the last chunk and refuses `stream_options`. */
import type { HostTakes } from "../protocols/translation/takes.ts";
import { createHost } from "./host.ts";
import type { ProviderRecord } from "./provider.ts";

const hosts = ["api.mistral.ai"];

/** https://docs.mistral.ai/api/endpoint/chat: refuses members that it does not know (422), and ids of other forms (400, code 3280). */
const takes: HostTakes = {
  seed: "random_seed",
  user: null,
  ceiling: "max_tokens",
  hottest: 1.5,
  callIds: "nine",
};

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
        takes,
        overhead: { plain: 141, tools: 748 },
      },
      settings,
    ),
};
