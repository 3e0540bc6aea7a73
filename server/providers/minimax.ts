/** MiniMax. https://www.minimax.io/platform/document: its chat endpoint has a name of its own. */
import type { HostTakes } from "../protocols/translation/takes.ts";
import { createHost } from "./host.ts";
import type { ProviderRecord } from "./provider.ts";

const hosts = ["api.minimax.chat", "api.minimax.io", "api.minimaxi.com"];

/** https://platform.minimax.io/docs/api-reference/text-openai-api: penalties are read past. */
const takes: HostTakes = { lacks: ["frequencyPenalty", "presencePenalty"], hottest: 1 };

export const minimax: ProviderRecord = {
  id: "minimax",
  hosts,
  models: /^(?:minimax-|abab)/i,
  create: (settings) =>
    createHost(
      {
        id: "minimax",
        speaks: "openai",
        hosts,
        officialPath: "/v1",
        bare: "chat/completions",
        beside: new Map([["anthropic", ""]]),
        rename: (resource) => (resource === "chat/completions" ? "text/chatcompletion_v2" : resource),
        dialect: "openai-chat",
        streamUsage: "ask",
        takes,
      },
      settings,
    ),
};
