/** Anthropic. https://docs.anthropic.com/en/api: the SDK's base URL has no version, every path begins with /v1. */
import { createHost } from "./host.ts";
import type { ProviderRecord } from "./provider.ts";

const hosts = ["api.anthropic.com"];

export const anthropic: ProviderRecord = {
  id: "anthropic",
  hosts,
  models: /^claude-/i,
  create: (settings) =>
    createHost(
      {
        id: "anthropic",
        speaks: "anthropic",
        hosts,
        officialPath: "/v1",
        pathIsImplied: true,
        bare: "messages",
        dialect: "anthropic-messages",
        streamUsage: "unasked",
        overhead: { plain: 206, tools: 716 },
      },
      settings,
    ),
  // Models and files have the same paths as OpenAI's: the version header tells them apart.
  owns: (path, headers) =>
    /^\/v1\/(?:messages|complete)(?:\/|$)/.test(path) ||
    (/^\/v1\/(?:models|files)(?:\/|$)/.test(path) && headers.has("anthropic-version")),
};
