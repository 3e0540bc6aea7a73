/** The formats between which is translated, in all their pairs: who asks in which, and who serves in which. */
import type { Framing } from "../../../server/protocols/protocol.ts";
import { chatSpeaker } from "../../../server/protocols/translation/chat/speaker.ts";
import type { Speaks } from "../../../server/protocols/translation/form.ts";
import { geminiSpeaker } from "../../../server/protocols/translation/gemini/speaker.ts";
import { messagesSpeaker } from "../../../server/protocols/translation/messages/speaker.ts";
import { responsesSpeaker } from "../../../server/protocols/translation/responses/speaker.ts";
import type { AnswerTerms, Speaker } from "../../../server/protocols/translation/speaker.ts";

export const SPEAKERS: Readonly<Record<Speaks, Speaker>> = {
  "openai-chat": chatSpeaker,
  "openai-responses": responsesSpeaker,
  "anthropic-messages": messagesSpeaker,
  gemini: geminiSpeaker,
};

export const DIALECTS: readonly Speaks[] = [
  "openai-chat",
  "openai-responses",
  "anthropic-messages",
  "gemini",
];

export interface Pair {
  readonly client: Speaks;
  readonly serving: Speaks;
}

/** Every two that differ: what is the same on both sides is not translated. */
export const PAIRS: readonly Pair[] = DIALECTS.flatMap((client) =>
  DIALECTS.filter((serving) => serving !== client).map((serving) => ({ client, serving })),
);

/** The clients of what a format serves. */
export function clientsOf(serving: Speaks): readonly Speaks[] {
  return DIALECTS.filter((client) => client !== serving);
}

/** What every answer here is written with. */
export function termsFor(framing: Framing): AnswerTerms {
  return { requestId: "req1", model: "asked", framing, usageChunk: true, now: 1_760_000_000_000 };
}
