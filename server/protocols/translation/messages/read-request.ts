/** What a client's request in Anthropic's messages format means. https://platform.claude.com/docs/en/api/messages */
import type { Refusal } from "../../../core/refusal.ts";
import { type Json, objectOf, textOf } from "../../json.ts";
import {
  conclude,
  createFindings,
  type Findings,
  memberPath,
  noteOthers,
  noteUncarried,
  noteWrong,
} from "../findings.ts";
import type { Format } from "../form.ts";
import { readFlag, readList, readNumber, readObject, readText, readWhole } from "../read-members.ts";
import type { LineFacts, ReadRequest } from "../speaker.ts";
import { readThinking } from "./read-thinking.ts";
import { readToolChoice, readTools } from "./read-tools.ts";
import { readSystem, readTurns } from "./read-turns.ts";

const UNDERSTOOD = new Set([
  "model",
  "messages",
  "system",
  "max_tokens",
  "stream",
  "temperature",
  "top_p",
  "top_k",
  "stop_sequences",
  "tools",
  "tool_choice",
  "thinking",
  "output_config",
  "output_format",
  "context_management",
  "metadata",
  // Labels and hints: what to cache, how fast and at which rate to serve it, on whose behalf, what to report beside the
  // answer. Versions and betas stand in the body where a host has no headers for them.
  "cache_control",
  "speed",
  "service_tier",
  "user_profile_id",
  "diagnostics",
  "anthropic_version",
  "anthropic_beta",
  "betas",
]);

/** Reads the request (SPEC 12.3). Never throws, whatever the members hold; linear in the size of the body. */
export function readRequest(request: Json, line: LineFacts): ReadRequest | Refusal {
  const findings = createFindings();
  noteOthers(findings, request, "", UNDERSTOOD);
  readContextManagement(findings, request);
  const output = readObject(findings, request, "", "output_config") ?? {};
  noteOthers(findings, output, "output_config", new Set(["effort", "format"]));
  const choice = readToolChoice(findings, request);
  const neutral: ReadRequest["request"] = {
    model: readText(findings, request, "", "model") ?? line.model ?? "",
    stream: readFlag(findings, request, "", "stream") ?? line.stream ?? false,
    system: readSystem(findings, request),
    turns: readTurns(findings, request),
    tools: readTools(findings, request),
    toolChoice: choice.toolChoice,
    parallelTools: choice.parallelTools,
    maxTokens: readWhole(findings, request, "", "max_tokens", 0),
    temperature: readNumber(findings, request, "", "temperature"),
    topP: readNumber(findings, request, "", "top_p"),
    topK: readWhole(findings, request, "", "top_k", 0),
    seed: null,
    frequencyPenalty: null,
    presencePenalty: null,
    stop: readStop(findings, request),
    format:
      readFormat(findings, output, "output_config", "format") ??
      readFormat(findings, request, "", "output_format"),
    thinking: readThinking(findings, request, output),
    user: textOf(readObject(findings, request, "", "metadata")?.user_id),
    usageChunk: false,
  };
  return conclude(findings, neutral);
}

function readStop(findings: Findings, request: Json): readonly string[] {
  const listed = readList(findings, request, "", "stop_sequences");
  const stop = listed.filter((one) => typeof one === "string");
  if (stop.length < listed.length) noteWrong(findings, "stop_sequences", "a list of strings");
  return stop;
}

/** `output_format` is where the beta had it. */
function readFormat(findings: Findings, object: Json, path: string, name: string): Format | null {
  const format = readObject(findings, object, path, name);
  if (!format) return null;
  const at = memberPath(path, name);
  if (format.type !== "json_schema") {
    noteUncarried(findings, `${at}.type`, format.type);
    return null;
  }
  noteOthers(findings, format, at, new Set(["type", "schema"]));
  const schema = readObject(findings, format, at, "schema");
  if (!schema) {
    noteWrong(findings, `${at}.schema`, "an object");
    return null;
  }
  return { kind: "schema", name: null, schema, strict: "always", description: null };
}

/**
 * What the provider is to forget on its side to make room (`clear_…`): another one is sent the whole conversation each
 * time, and does without. A summary in its place (`compact_…`) would come back to the client in the answer.
 */
function readContextManagement(findings: Findings, request: Json): void {
  const management = readObject(findings, request, "", "context_management");
  if (!management) return;
  noteOthers(findings, management, "context_management", new Set(["edits"]));
  const edits = readList(findings, management, "context_management", "edits");
  for (const [at, edit] of edits.entries()) {
    const type = objectOf(edit)?.type;
    const isForgetting = typeof type === "string" && type.startsWith("clear_");
    if (!isForgetting) noteUncarried(findings, `context_management.edits[${at}].type`, type);
  }
}
