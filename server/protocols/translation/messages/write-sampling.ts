/** How a request has its tokens chosen. Newer models refuse to be told anything but their defaults. */
import type { Json } from "../../json.ts";
import type { Feature, NeutralRequest } from "../form.ts";
import type { ModelTraits } from "./claude.ts";

/** Temperature, top_p and top_k, as far as the model takes them. */
export function writeSampling(
  request: NeutralRequest,
  { sampling }: ModelTraits,
  thinks: boolean,
  uncarried: Set<Feature>,
): Json {
  const isFree = sampling === "all" || (sampling === "unless-thinking" && !thinks);
  // 1 is what a Claude does anyway.
  const temperature = !isFree && request.temperature === 1 ? null : request.temperature;
  const topP = !isFree && request.topP === 1 ? null : request.topP;
  const { topK } = request;
  const mayBeHot = isFree || (sampling === "one" && !thinks);
  const mayHaveTopP = thinks ? (topP ?? 0) >= 0.95 : temperature === null;
  const takesTopP = isFree || (sampling !== "none" && mayHaveTopP);
  return {
    ...write("temperature", temperature, mayBeHot && (temperature ?? 0) <= 1, "temperature"),
    ...write("top_p", topP, takesTopP, "topP"),
    ...write("top_k", topK, mayBeHot, "topK"),
  };

  function write(name: string, value: number | null, isTaken: boolean, feature: Feature): Json {
    if (value !== null && !isTaken) uncarried.add(feature);
    return value === null || !isTaken ? {} : { [name]: value };
  }
}
