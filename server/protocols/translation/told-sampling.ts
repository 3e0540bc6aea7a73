/** How a model is to choose its tokens, as far as it lets itself be told: in both of OpenAI's formats. */
import type { Feature, NeutralRequest } from "./form.ts";
import { type ToldEffort, takesSampling } from "./gpt.ts";

type Sampling = Pick<NeutralRequest, "temperature" | "topP" | "frequencyPenalty" | "presencePenalty">;

/** What a model does anyway. Some refuse to be told even that. */
const USUAL: Readonly<Record<keyof Sampling, number>> = {
  temperature: 1,
  topP: 1,
  frequencyPenalty: 0,
  presencePenalty: 0,
};

const FEATURES = ["temperature", "topP", "frequencyPenalty", "presencePenalty"] as const;
const UNSAID: Sampling = { temperature: null, topP: null, frequencyPenalty: null, presencePenalty: null };

/**
 * What is to be said of it (SPEC 12.3) to a model that is told to think so much, null: nothing of it. What this one cannot be
 * told is added to `uncarried`; its own defaults need not be said.
 */
export function fitSampling(
  { temperature, topP, frequencyPenalty, presencePenalty }: Sampling,
  model: string,
  told: ToldEffort | null,
  uncarried: Set<Feature>,
): Sampling {
  const asked: Sampling = { temperature, topP, frequencyPenalty, presencePenalty };
  if (takesSampling(model, told)) return asked;
  for (const feature of FEATURES) {
    if (asked[feature] !== null && asked[feature] !== USUAL[feature]) uncarried.add(feature);
  }
  return UNSAID;
}
