/** Baichuan. https://platform.baichuan-ai.com/docs/api */
import { createHost } from "./host.ts";
import type { ProviderRecord } from "./provider.ts";

const hosts = ["api.baichuan-ai.com"];

export const baichuan: ProviderRecord = {
  id: "baichuan",
  hosts,
  models: /^baichuan/i,
  create: (settings) =>
    createHost(
      {
        id: "baichuan",
        speaks: "openai",
        hosts,
        officialPath: "/v1",
        bare: "chat/completions",
        dialect: "openai-chat",
        streamUsage: "unasked",
      },
      settings,
    ),
};
