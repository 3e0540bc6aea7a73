/** Google's Gemini API. https://ai.google.dev/api and https://ai.google.dev/gemini-api/docs/openai */
import { createGeminiHost } from "./gemini-host.ts";
import type { ProviderRecord } from "./provider.ts";

const hosts = ["generativelanguage.googleapis.com"];

export const google: ProviderRecord = {
  id: "google",
  hosts,
  create: (settings) =>
    createGeminiHost(
      { id: "google", hosts, quirks: { hiddenThinkingInTotal: true }, overhead: { plain: 0, tools: 1300 } },
      settings,
    ),
  owns: (path) =>
    /^\/(?:v1beta|v1alpha|upload\/v1beta|openai)(?:\/|$)/.test(path) ||
    /^\/v1\/models\/[^/]+(?::|%3A)/i.test(path),
};
