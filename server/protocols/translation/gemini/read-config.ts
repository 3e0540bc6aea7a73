/** How a request wants its answer. https://ai.google.dev/api/generate-content#generationconfig */

import { noteUncarried, noteWrong } from "../findings.ts";
import type { Format, NeutralRequest } from "../form.ts";
import {
  type Members,
  nameRest,
  passOver,
  take,
  takeJson,
  takeNumber,
  takeText,
  takeTexts,
  takeWhole,
} from "./members.ts";
import { readSchema } from "./read-schema.ts";
import { readThinking } from "./thinking.ts";

export type Config = Pick<
  NeutralRequest,
  | "maxTokens"
  | "temperature"
  | "topP"
  | "topK"
  | "seed"
  | "frequencyPenalty"
  | "presencePenalty"
  | "stop"
  | "format"
  | "thinking"
>;

/** What `generationConfig` says. */
export function readConfig(config: Members): Config {
  const read: Config = {
    maxTokens: takeWhole(config, "maxOutputTokens", 1),
    temperature: takeNumber(config, "temperature"),
    topP: takeNumber(config, "topP"),
    topK: takeWhole(config, "topK", 1),
    seed: takeWhole(config, "seed", Number.NEGATIVE_INFINITY),
    frequencyPenalty: takeNumber(config, "frequencyPenalty") || null,
    presencePenalty: takeNumber(config, "presencePenalty") || null,
    stop: takeTexts(config, "stopSequences"),
    format: readFormat(config),
    thinking: readThinking(config),
  };
  readDefaults(config);
  nameRest(config);
  return read;
}

function readFormat(config: Members): Format | null {
  const { findings } = config;
  const typePath = config.left.get("responseMimeType")?.path ?? "";
  const type = takeText(config, "responseMimeType") || null;
  const json = takeJson(config, "responseJsonSchema");
  const own = take(config, "responseSchema");
  if (json && own) noteUncarried(findings, own.path);
  const schema = json ?? (own && readSchema(own, findings));
  if (type !== null && type !== "application/json") {
    if (type !== "text/plain") noteUncarried(findings, typePath, type);
    else if (schema) noteWrong(findings, typePath, '"application/json" where there is a schema');
    return null;
  }
  if (schema) return { kind: "schema", name: null, schema, strict: "always", description: null };
  return type === null ? null : { kind: "json" };
}

/** What asks for the usual says nothing. */
function readDefaults(config: Members): void {
  // How closely media are to be looked at is a hint.
  passOver(config, "mediaResolution");
  const candidates = config.left.get("candidateCount");
  if (candidates?.value === 1) passOver(config, "candidateCount");
  const modalities = config.left.get("responseModalities");
  if (
    Array.isArray(modalities?.value) &&
    modalities.value.every((one) => String(one).toUpperCase() === "TEXT")
  ) {
    passOver(config, "responseModalities");
  }
}
