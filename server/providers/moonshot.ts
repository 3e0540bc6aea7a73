/** Moonshot (Kimi). https://platform.moonshot.cn/docs; `/anthropic` speaks the messages format. */
import type { HostTakes } from "../protocols/translation/takes.ts";
import { createHost } from "./host.ts";
import type { ProviderRecord } from "./provider.ts";

const hosts = ["api.moonshot.cn", "api.moonshot.ai"];

/** https://platform.moonshot.cn/docs/api/chat */
const takes: HostTakes = {
  lacks: ["seed", "parallelTools"],
  user: "safety_identifier",
  hottest: 1,
  mostStops: 5,
};

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
        takes,
        pricesAs: "moonshotai",
      },
      settings,
    ),
};
