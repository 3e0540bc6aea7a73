/** Answers that are not text alone: images, sound and film are tokens at rates of their own. */
import { listOf } from "./json.ts";
import { bareModel } from "./model-name.ts";
import type { Demand } from "./protocol.ts";

/** Operations whose answers are never text. */
const MAKING: ReadonlySet<string> = new Set(["images", "speech", "predict"]);
/** Models that answer with media unasked. */
const MAKERS = /(?:^|[-.])(?:image|audio|tts|realtime|live|imagen|veo|sora|omni-flash)(?=$|[-.:\d])/;

/** Whether output may be made that is not charged as text (SPEC 7.6). `operation` is the operation's name. */
export function makesMedia(
  model: string | null,
  { mediaOutput }: Pick<Demand, "mediaOutput">,
  operation: string,
): boolean {
  return mediaOutput || MAKING.has(operation) || MAKERS.test(bareModel(model));
}

/** Whether a list of modalities names another one than text. Anything but a list names none. */
export function namesMedia(modalities: unknown): boolean {
  return listOf(modalities).some((one) => typeof one !== "string" || one.toLowerCase() !== "text");
}
