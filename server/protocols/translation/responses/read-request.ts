/** What a client's request of the responses API means. https://platform.openai.com/docs/api-reference/responses/create */
import type { Refusal } from "../../../core/refusal.ts";
import { isGiven } from "../../demand.ts";
import { type Json, textOf } from "../../json.ts";
import { parseEffort } from "../effort.ts";
import { conclude, createFindings, type Findings, noteUncarried, noteWrong } from "../findings.ts";
import type { Format, NeutralRequest, Thinking } from "../form.ts";
import { readFlag, readList, readNumber, readObject, readText, readWhole } from "../read-members.ts";
import type { LineFacts, ReadRequest } from "../speaker.ts";
import { noteRest } from "./note-rest.ts";
import { readInput } from "./read-items.ts";
import { readToolChoice, readTools } from "./read-tools.ts";

/** What is read below, and labels and hints, which change no answer. */
const UNDERSTOOD = new Set([
  ...["model", "stream", "instructions", "input", "tools", "tool_choice", "parallel_tool_calls"],
  ...[
    "max_output_tokens",
    "temperature",
    "top_p",
    "text",
    "reasoning",
    "include",
    "user",
    "safety_identifier",
  ],
  ...["image", "stream_options", "prompt_cache_options"],
  ...["metadata", "store", "prompt_cache_key", "prompt_cache_retention"],
]);

/** Members by which OpenAI finds input that it has stored. */
const STORED = ["previous_response_id", "conversation", "prompt"];

/** What `include` may ask for without asking for another answer: without their tools, most of them ask for nothing. */
const INCLUDED = new Set<unknown>([
  "reasoning.encrypted_content",
  "file_search_call.results",
  "web_search_call.results",
  "web_search_call.action.sources",
  "code_interpreter_call.outputs",
  "computer_call_output.output.image_url",
  "message.input_image.image_url",
]);

/**
 * The request in the neutral form (SPEC 12.3). Refuses what makes no sense in the format itself (`invalid_request`,
 * naming the member). Never throws, whatever the members hold; in linear time.
 */
export function readRequest(json: Json, line: LineFacts): ReadRequest | Refusal {
  const findings = createFindings();
  noteRest(findings, json, "", UNDERSTOOD);
  readHints(findings, json);
  const request = readMembers(findings, json, line);
  if (!isGiven(json.input) && !STORED.some((name) => isGiven(json[name]))) {
    noteWrong(findings, "input", "the text or the list of items that the model is to answer");
  }
  return conclude(findings, request);
}

function readMembers(findings: Findings, json: Json, line: LineFacts): NeutralRequest {
  const tools = readTools(findings, json);
  const { system, turns } = readInput(findings, json);
  const stream = readFlag(findings, json, "", "stream") ?? line.stream ?? false;
  return {
    model: readText(findings, json, "", "model") ?? line.model ?? "",
    stream,
    system,
    turns,
    tools,
    toolChoice: readToolChoice(findings, json),
    parallelTools: readFlag(findings, json, "", "parallel_tool_calls"),
    maxTokens: readWhole(findings, json, "", "max_output_tokens", 1),
    temperature: readNumber(findings, json, "", "temperature"),
    topP: readNumber(findings, json, "", "top_p"),
    topK: null,
    seed: null,
    frequencyPenalty: null,
    presencePenalty: null,
    stop: [],
    format: readFormat(findings, json),
    thinking: readThinking(findings, json),
    user: textOf(json.safety_identifier) ?? textOf(json.user),
    usageChunk: false,
  };
}

const TEXT_MEMBERS = new Set(["format"]);
const SCHEMA_MEMBERS = new Set(["type", "name", "schema", "strict", "description"]);

function readFormat(findings: Findings, json: Json): Format | null {
  const text = readObject(findings, json, "", "text");
  if (!text) return null;
  noteRest(findings, text, "text", TEXT_MEMBERS);
  const path = "text.format";
  const format = readObject(findings, text, "text", "format");
  if (!format || format.type === "text") return null;
  noteRest(findings, format, path, SCHEMA_MEMBERS);
  if (format.type === "json_object") return { kind: "json" };
  if (format.type !== "json_schema") {
    noteUncarried(findings, `${path}.type`, format.type);
    return null;
  }
  const schema = readObject(findings, format, path, "schema");
  if (!schema) noteWrong(findings, `${path}.schema`, "a JSON Schema, which is an object");
  return {
    kind: "schema",
    name: readText(findings, format, path, "name"),
    schema: schema ?? {},
    strict: readFlag(findings, format, path, "strict"),
    description: readText(findings, format, path, "description"),
  };
}

const REASONING_MEMBERS = new Set(["effort", "summary", "generate_summary"]);

function readThinking(findings: Findings, json: Json): Thinking | null {
  const reasoning = readObject(findings, json, "", "reasoning");
  if (!reasoning) return null;
  noteRest(findings, reasoning, "reasoning", REASONING_MEMBERS);
  const word = readText(findings, reasoning, "reasoning", "effort");
  const effort = parseEffort(word);
  if (word !== null && word !== "none" && effort === null) noteUncarried(findings, "reasoning.effort", word);
  const summary =
    readText(findings, reasoning, "reasoning", "summary") ??
    readText(findings, reasoning, "reasoning", "generate_summary");
  const isShown = summary === null ? null : true;
  if (effort !== null) return { amount: { kind: "effort", effort }, isShown };
  if (word === "none") return { amount: { kind: "off" }, isShown };
  return isShown === null ? null : { amount: { kind: "unsaid" }, isShown };
}

const STREAM_MEMBERS = new Set(["include_obfuscation"]);
const CACHE_MEMBERS = new Set(["comparison_response_id", "mode", "ttl"]);
const NOTHING = new Set<string>();

/** Objects of which most members are hints, and the list of what the answer is to include. */
function readHints(findings: Findings, json: Json): void {
  const hints = [
    ["stream_options", STREAM_MEMBERS],
    ["prompt_cache_options", CACHE_MEMBERS],
    ["image", NOTHING],
  ] as const;
  for (const [name, understood] of hints) {
    const value = readObject(findings, json, "", name);
    if (value) noteRest(findings, value, name, understood);
  }
  for (const [at, wanted] of readList(findings, json, "", "include").entries()) {
    if (INCLUDED.has(wanted)) continue;
    if (typeof wanted === "string") noteUncarried(findings, `include[${at}]`, wanted);
    else noteUncarried(findings, `include[${at}]`);
  }
}
