/** What a client's request in Gemini's format means. https://ai.google.dev/api/generate-content */
import type { Refusal } from "../../../core/refusal.ts";
import type { Json } from "../../json.ts";
import { conclude, createFindings, noteUncarried } from "../findings.ts";
import type { LineFacts, ReadRequest } from "../speaker.ts";
import {
  type Members,
  membersOf,
  nameRest,
  passOver,
  readMembers,
  take,
  takeList,
  takeMembers,
  takeText,
} from "./members.ts";
import { readConfig } from "./read-config.ts";
import { readContents, readInstructions } from "./read-contents.ts";
import { readToolChoice, readTools } from "./read-tools.ts";

/**
 * The request, or an `invalid_request` that names the first member which makes no sense (SPEC 12.3). The model and whether
 * it streams stand in the line.
 */
export function readRequest(body: Json, line: LineFacts): ReadRequest | Refusal {
  const findings = createFindings();
  const request = membersOf(body, "", findings);
  const model = line.model ?? takeText(request, "model") ?? "";
  const system = readInstructions(take(request, "systemInstruction"), findings);
  const turns = readContents(request);
  const tools = readTools(request);
  const toolChoice = readToolChoice(request, tools);
  const config = readConfig(takeMembers(request, "generationConfig") ?? nothing(request));
  readSettings(request);
  nameRest(request);
  return conclude(findings, {
    model: model.replace(/^models\//, ""),
    stream: line.stream ?? false,
    system,
    turns,
    tools,
    toolChoice,
    parallelTools: null,
    ...config,
    user: null,
    usageChunk: false,
  });
}

function nothing({ findings }: Members): Members {
  return { path: "generationConfig", findings, left: new Map() };
}

/** Settings beside the answer: labels, and those that ask for what is done everywhere. */
function readSettings(request: Members): void {
  passOver(request, "model", "labels", "store");
  const tier = take(request, "serviceTier");
  if (tier && !USUAL_TIERS.has(String(tier.value).toLowerCase())) noteUncarried(request.findings, tier.path);
  for (const written of takeList(request, "safetySettings")) {
    const setting = readMembers(written, request.findings);
    const threshold = setting && takeText(setting, "threshold");
    // No other provider filters what could be switched off.
    if (threshold && !UNFILTERED.has(threshold)) {
      noteUncarried(request.findings, `${written.path}.threshold`, threshold);
    }
  }
}

const USUAL_TIERS = new Set(["standard", "unspecified", "service_tier_unspecified"]);
const UNFILTERED = new Set(["OFF", "BLOCK_NONE", "HARM_BLOCK_THRESHOLD_UNSPECIFIED"]);
