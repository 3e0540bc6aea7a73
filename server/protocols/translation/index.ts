/** The formats between which is translated, by the dialect's name. */
import type { Dialect } from "../../core/call.ts";
import { chatSpeaker } from "./chat/speaker.ts";
import { geminiSpeaker } from "./gemini/speaker.ts";
import { messagesSpeaker } from "./messages/speaker.ts";
import { responsesSpeaker } from "./responses/speaker.ts";
import type { Speaker } from "./speaker.ts";

const SPEAKERS: ReadonlyMap<Dialect, Speaker> = new Map(
  [chatSpeaker, responsesSpeaker, messagesSpeaker, geminiSpeaker].map((speaker) => [speaker.name, speaker]),
);

/** The dialect's side of every translation; null for the one that is reached through another. */
export function findSpeaker(dialect: Dialect): Speaker | null {
  return SPEAKERS.get(dialect) ?? null;
}
