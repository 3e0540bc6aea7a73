/** What a client's request for a chat completion means. https://platform.openai.com/docs/api-reference/chat/create */
import type { Refusal } from "../../../core/refusal.ts";
import { isGiven } from "../../demand.ts";
import { type Json, listOf, objectOf, textOf } from "../../json.ts";
import {
  conclude,
  createFindings,
  type Defaults,
  type Findings,
  noteOthers,
  noteWrong,
} from "../findings.ts";
import { readFlag, readNumber, readObject, readText, readWhole } from "../read-members.ts";
import type { ReadRequest } from "../speaker.ts";
import { readEffort } from "./read-effort.ts";
import { readFormat } from "./read-format.ts";
import { readMessages } from "./read-messages.ts";
import { readToolChoice, readTools } from "./read-tools.ts";

/** Members that are read here or by a neighbour. */
const UNDERSTOOD = [
  "model",
  "messages",
  "stream",
  "stream_options",
  "tools",
  "tool_choice",
  "parallel_tool_calls",
  "max_tokens",
  "max_completion_tokens",
  "temperature",
  "top_p",
  "top_k",
  "seed",
  "frequency_penalty",
  "presence_penalty",
  "stop",
  "response_format",
  "reasoning_effort",
  "reasoning",
  "thinking",
  "google",
  "extra_body",
  "user",
];

/** Labels and hints: no answer changes by them. */
const HINTS = [
  "metadata",
  "safety_identifier",
  "prompt_cache_key",
  "prompt_cache_retention",
  "prompt_cache_options",
  "store",
];

const KNOWN: ReadonlySet<string> = new Set([...UNDERSTOOD, ...HINTS]);
const STREAM_OPTIONS: ReadonlySet<string> = new Set(["include_usage", "include_obfuscation"]);

/** Members whose default is documented: with it they say nothing. */
const DEFAULTS: Defaults = new Map<string, readonly unknown[]>([
  ["n", [1]],
  ["logprobs", [false]],
  ["top_logprobs", [0]],
  ["service_tier", ["auto", "default"]],
  ["verbosity", ["medium"]],
]);

/** Reads a request in the neutral form, or refuses it. In linear time; never throws, whatever the members hold. */
export function readRequest(request: Json): ReadRequest | Refusal {
  const findings = createFindings();
  const stream = readFlag(findings, request, "", "stream") ?? false;
  const { system, turns } = readMessages(findings, request);
  const tools = readTools(findings, request);
  const hasTools = tools.length > 0;
  const options = readObject(findings, request, "", "stream_options");
  const neutral = {
    model: readText(findings, request, "", "model") ?? "",
    stream,
    system,
    turns,
    tools,
    toolChoice: hasTools ? readToolChoice(findings, request) : null,
    parallelTools: hasTools ? readFlag(findings, request, "", "parallel_tool_calls") : null,
    maxTokens:
      readWhole(findings, request, "", "max_completion_tokens", 1) ??
      readWhole(findings, request, "", "max_tokens", 1),
    temperature: readNumber(findings, request, "", "temperature"),
    topP: readNumber(findings, request, "", "top_p"),
    topK: readWhole(findings, request, "", "top_k", 1),
    seed: readWhole(findings, request, "", "seed", Number.MIN_SAFE_INTEGER),
    frequencyPenalty: readPenalty(findings, request, "frequency_penalty"),
    presencePenalty: readPenalty(findings, request, "presence_penalty"),
    stop: readStop(findings, request),
    format: readFormat(findings, request),
    thinking: readEffort(findings, request),
    user: textOf(request.user),
    usageChunk:
      stream && options !== null && readFlag(findings, options, "stream_options", "include_usage") === true,
  };
  if (options) noteOthers(findings, options, "stream_options", STREAM_OPTIONS);
  noteOthers(findings, withoutUsual(request), "", KNOWN, DEFAULTS);
  return conclude(findings, neutral);
}

/** A penalty of zero is none. */
function readPenalty(findings: Findings, request: Json, name: string): number | null {
  const penalty = readNumber(findings, request, "", name);
  return penalty === 0 ? null : penalty;
}

function readStop(findings: Findings, { stop }: Json): readonly string[] {
  const sequences = typeof stop === "string" ? [stop] : listOf(stop);
  const texts = sequences.filter((one) => typeof one === "string");
  if (
    texts.length < sequences.length ||
    (isGiven(stop) && typeof stop !== "string" && !Array.isArray(stop))
  ) {
    noteWrong(findings, "stop", "a string or a list of strings");
  }
  return texts.filter((one) => one !== "");
}

/** Text is what every answer is made of, and a bias for no token is none. */
function withoutUsual({ modalities, logit_bias: bias, ...request }: Json): Json {
  const isBiased = Object.keys(objectOf(bias) ?? { bias }).length > 0;
  const isText = listOf(modalities).every((one) => one === "text");
  return { ...request, ...(isBiased ? { logit_bias: bias } : {}), ...(isText ? {} : { modalities }) };
}
