/** Google's Gemini API. https://ai.google.dev/api and https://ai.google.dev/gemini-api/docs/openai */
import { createGeminiHost } from "./gemini-host.ts";
import type { MaxOutput, ProviderRecord } from "./provider.ts";

const hosts = ["generativelanguage.googleapis.com"];

/** https://ai.google.dev/gemini-api/docs/models */
const maxOutput: MaxOutput = [
  ["gemini-1*", 8_192],
  ["gemini-2.0*", 8_192],
  ["gemini-2.5*", 65_536],
  ["gemini-3*", 65_536],
  ["gemini-*latest", 65_536],
  ["gemma-*", 8_192],
];

export const google: ProviderRecord = {
  id: "google",
  hosts,
  models: /^(?:gemini-|gemma-|imagen-|veo-)/i,
  create: (settings) =>
    createGeminiHost(
      {
        id: "google",
        hosts,
        quirks: { hiddenThinkingInTotal: true },
        overhead: { plain: 0, tools: 1300 },
        maxOutput,
      },
      settings,
    ),
  owns: (path) =>
    /^\/(?:v1beta|v1alpha|upload\/v1beta|openai)(?:\/|$)/.test(path) ||
    /^\/v1\/models\/[^/]+(?::|%3A)/i.test(path),
};
