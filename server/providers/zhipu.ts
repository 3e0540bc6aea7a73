/** Zhipu (GLM, Z.ai). https://docs.bigmodel.cn and https://docs.z.ai; coding plans and the messages format lie beside it. */
import { createHost } from "./host.ts";
import type { ProviderRecord } from "./provider.ts";

const hosts = ["open.bigmodel.cn", "api.z.ai"];

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
        overhead: { plain: 0, tools: 60 },
        pricesAs: "zhipuai",
      },
      settings,
    ),
};
