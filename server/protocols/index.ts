/** The wire formats, by the dialect that a caller speaks. */
import type { Dialect } from "../core/call.ts";
import { anthropicMessages } from "./anthropic-messages.ts";
import { cohereChat } from "./cohere-chat.ts";
import { gemini } from "./gemini.ts";
import { openaiChat } from "./openai-chat.ts";
import { openaiResponses } from "./openai-responses.ts";
import type { Protocol } from "./protocol.ts";

const byDialect: Readonly<Record<Dialect, Protocol>> = {
  "openai-chat": openaiChat,
  "openai-responses": openaiResponses,
  "anthropic-messages": anthropicMessages,
  gemini,
  "cohere-chat": cohereChat,
};

/** Every dialect has its protocol: looking one up cannot fail. */
export const protocols = { get: (dialect: Dialect): Protocol => byDialect[dialect] };
