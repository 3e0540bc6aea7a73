/** How the answer is wanted, as `generationConfig`. https://ai.google.dev/api/generate-content#generationconfig */
import type { Json } from "../../json.ts";
import type { Feature, Format, NeutralRequest } from "../form.ts";
import { writeThinking } from "./thinking.ts";

const HIGHEST_TEMPERATURE = 2;
const MOST_STOPS = 5;
const MOST_SEED = 2 ** 31 - 1;

/** The configuration; null where the request says nothing. What Google does not take is added to `uncarried`. */
export function writeConfig(request: NeutralRequest, model: string, uncarried: Set<Feature>): Json | null {
  const { temperature, stop, seed, format, thinking } = request;
  const config: Json = {
    ...given("maxOutputTokens", request.maxTokens),
    ...given("temperature", within("temperature", temperature, 0, HIGHEST_TEMPERATURE)),
    ...given("topP", request.topP),
    ...given("topK", request.topK),
    ...given("seed", within("seed", seed, -MOST_SEED - 1, MOST_SEED)),
    ...given("frequencyPenalty", request.frequencyPenalty),
    ...given("presencePenalty", request.presencePenalty),
    ...(stop.length > 0 && fits("stop", stop.length <= MOST_STOPS) ? { stopSequences: stop } : {}),
    ...(format ? writeFormat(format) : {}),
    ...(thinking ? thinkingOf(writeThinking(thinking, model)) : {}),
  };
  return Object.keys(config).length > 0 ? config : null;

  function fits(feature: Feature, isTaken: boolean): boolean {
    if (!isTaken) uncarried.add(feature);
    return isTaken;
  }

  function within(feature: Feature, value: number | null, least: number, most: number): number | null {
    return value !== null && fits(feature, value >= least && value <= most) ? value : null;
  }

  function thinkingOf(thinkingConfig: Json | null): Json {
    if (thinkingConfig === null) uncarried.add("thinking");
    return thinkingConfig && Object.keys(thinkingConfig).length > 0 ? { thinkingConfig } : {};
  }
}

function given(name: string, value: number | null): Json {
  return value === null ? {} : { [name]: value };
}

/** A schema always binds here; its name and description are labels. */
function writeFormat(format: Format): Json {
  const json = { responseMimeType: "application/json" };
  return format.kind === "json" ? json : { ...json, responseJsonSchema: format.schema };
}
