/** What a request means that has nothing but a model and a greeting. */
import type { NeutralRequest } from "../../../server/protocols/translation/form.ts";

export const BARE: NeutralRequest = {
  model: "asked-for",
  stream: false,
  system: [],
  turns: [{ role: "user", parts: [{ kind: "text", text: "Hi" }] }],
  tools: [],
  toolChoice: null,
  parallelTools: null,
  maxTokens: null,
  temperature: null,
  topP: null,
  topK: null,
  seed: null,
  frequencyPenalty: null,
  presencePenalty: null,
  stop: [],
  format: null,
  thinking: null,
  user: null,
  usageChunk: false,
};
