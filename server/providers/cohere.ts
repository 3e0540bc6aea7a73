/** Cohere. https://docs.cohere.com/reference and https://docs.cohere.com/docs/compatibility-api */
import type { HostTakes } from "../protocols/translation/takes.ts";
import { createCohereHost } from "./cohere-host.ts";
import type { MaxOutput, ProviderRecord } from "./provider.ts";

const hosts = ["api.cohere.com", "api.cohere.ai"];

/** https://docs.cohere.com/docs/models */
const maxOutput: MaxOutput = [
  ["command-a-reasoning*", 32_768],
  ["command-a*", 8_192],
  ["command-r*", 4_096],
];

/** https://docs.cohere.com/docs/compatibility-api#supported-parameters */
const takes: HostTakes = { lacks: ["parallelTools"], user: null, ceiling: "max_tokens" };

export const cohere: ProviderRecord = {
  id: "cohere",
  hosts,
  models: /^(?:command-|c4ai-|embed-|rerank-)/i,
  create: (settings) =>
    createCohereHost(
      { id: "cohere", hosts, overhead: { plain: 1370, tools: 1370 }, maxOutput, takes },
      settings,
    ),
  owns: (path) =>
    /^\/(?:v2|compatibility)\//.test(path) ||
    /^\/v1\/(?:chat|embed|rerank|classify|generate|summarize|tokenize|detokenize)$/.test(path),
};
