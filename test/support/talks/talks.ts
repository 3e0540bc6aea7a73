/** Every format, by the official SDK that speaks it. */
import type { Spoken } from "../hosts/hosts.ts";
import { startChat } from "./chat-talk.ts";
import { startGemini } from "./gemini-talk.ts";
import { startMessages } from "./messages-talk.ts";
import { startResponses } from "./responses-talk.ts";
import type { Line, Talk } from "./talk.ts";

export const TALKS: Readonly<Record<Spoken, (line: Line) => Talk>> = {
  "openai-chat": startChat,
  "openai-responses": startResponses,
  "anthropic-messages": startMessages,
  gemini: startGemini,
};
