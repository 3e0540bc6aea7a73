/** Zhipu (GLM, Z.ai). https://docs.bigmodel.cn and https://docs.z.ai; coding plans and the messages format lie beside it. */
import type { HostTakes } from "../protocols/translation/takes.ts";
import { createHost } from "./host.ts";
import type { ProviderRecord } from "./provider.ts";

const hosts = ["open.bigmodel.cn", "api.z.ai"];

/** https://docs.z.ai/api-reference/llm/chat-completion: tools are called as the model likes. */
const takes: HostTakes = {
  lacks: ["schema", "seed", "frequencyPenalty", "presencePenalty", "toolChoice", "parallelTools"],
  user: null,
  ceiling: "max_tokens",
  hottest: 1,
  mostStops: 1,
};

export const zhipu: ProviderRecord = {
  id: "zhipu",
  hosts,
  models: /^glm-/i,
  create: (settings) =>
    createHost(
      {
        id: "zhipu",
        speaks: "openai",
        hosts,
        officialPath: "/api/paas/v4",
        bare: "chat/completions",
        beside: new Map([
          ["api", ""],
          ["coding", "/api"],
        ]),
        dialect: "openai-chat",
        streamUsage: "unasked",
        takes,
        overhead: { plain: 0, tools: 60 },
        pricesAs: "zhipuai",
      },
      settings,
    ),
};
