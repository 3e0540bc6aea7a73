/** Moonshot (Kimi). https://platform.moonshot.cn/docs; `/anthropic` speaks the messages format. */
import { createHost } from "./host.ts";
import type { ProviderRecord } from "./provider.ts";

const hosts = ["api.moonshot.cn", "api.moonshot.ai"];

export const moonshot: ProviderRecord = {
  id: "moonshot",
  hosts,
  models: /^(?:kimi-|moonshot-)/i,
  create: (settings) =>
    createHost(
      {
        id: "moonshot",
        speaks: "openai",
        hosts,
        officialPath: "/v1",
        bare: "chat/completions",
        beside: new Map([["anthropic", ""]]),
        dialect: "openai-chat",
        streamUsage: "ask",
        pricesAs: "moonshotai",
      },
      settings,
    ),
};
