/** Cohere. https://docs.cohere.com/reference and https://docs.cohere.com/docs/compatibility-api */
import { createCohereHost } from "./cohere-host.ts";
import type { ProviderRecord } from "./provider.ts";

const hosts = ["api.cohere.com", "api.cohere.ai"];

export const cohere: ProviderRecord = {
  id: "cohere",
  hosts,
  create: (settings) =>
    createCohereHost({ id: "cohere", hosts, overhead: { plain: 1370, tools: 1370 } }, settings),
  owns: (path) =>
    /^\/(?:v2|compatibility)\//.test(path) ||
    /^\/v1\/(?:chat|embed|rerank|classify|generate|summarize|tokenize|detokenize)$/.test(path),
};
