/** The request for a provider of chat completions. https://platform.openai.com/docs/api-reference/chat/create */
import type { Json } from "../../json.ts";
import { usualCeiling } from "../../openai-chat-request.ts";
import { effortOf } from "../effort.ts";
import type { Feature, Format, NeutralRequest, Thinking, Tool, ToolChoice } from "../form.ts";
import { fitSchemaName, fitUser, HIGHEST_TEMPERATURE } from "../openai-limits.ts";
import type { WriteTarget, WrittenRequest } from "../speaker.ts";
import { writeMessages } from "./write-messages.ts";

const MOST_STOPS = 4;

/** Writes a request. What this format has no place for is left out and named. */
export function writeRequest(request: NeutralRequest, { model }: WriteTarget): WrittenRequest {
  const uncarried = new Set<Feature>();
  const messages = writeMessages(request, uncarried);
  const { maxTokens, temperature, topP, topK, seed, frequencyPenalty, presencePenalty, stop } = request;
  const { tools, toolChoice, parallelTools, format, thinking, user, stream } = request;
  const effort = writeEffort(thinking);
  const isTooHot = temperature !== null && temperature > HIGHEST_TEMPERATURE;
  if (isTooHot) uncarried.add("temperature");
  if (topK !== null) uncarried.add("topK");
  if (stop.length > MOST_STOPS) uncarried.add("stop");
  const body = {
    model,
    messages,
    ...given(usualCeiling(model), maxTokens),
    ...given("temperature", isTooHot ? null : temperature),
    ...given("top_p", topP),
    ...given("seed", seed),
    ...given("frequency_penalty", frequencyPenalty),
    ...given("presence_penalty", presencePenalty),
    ...given("stop", stop.length > 0 && stop.length <= MOST_STOPS ? stop : null),
    ...(tools.length > 0 ? { tools: tools.map(writeTool) } : {}),
    // Without tools, what speaks of them is refused.
    ...(tools.length > 0 && toolChoice ? { tool_choice: writeToolChoice(toolChoice) } : {}),
    ...(tools.length > 0 ? given("parallel_tool_calls", parallelTools) : {}),
    ...(format ? { response_format: writeFormat(format) } : {}),
    ...given("reasoning_effort", effort),
    ...given("user", fitUser(user)),
    ...(stream ? { stream } : {}),
    ...(stream && request.usageChunk ? { stream_options: { include_usage: true } } : {}),
  };
  return { body, uncarried: [...uncarried] };
}

function given(name: string, value: unknown): Json {
  return value === null ? {} : { [name]: value };
}

function writeTool({ name, description, parameters, strict }: Tool): Json {
  return {
    type: "function",
    function: {
      name,
      ...given("description", description),
      ...given("parameters", parameters),
      ...given("strict", strict),
    },
  };
}

function writeToolChoice(choice: ToolChoice): unknown {
  return choice.kind === "tool" ? { type: "function", function: { name: choice.name } } : choice.kind;
}

function writeFormat(format: Format): Json {
  if (format.kind === "json") return { type: "json_object" };
  const { name, schema, strict, description } = format;
  return {
    type: "json_schema",
    json_schema: {
      name: fitSchemaName(name),
      ...given("description", description),
      schema,
      ...given("strict", strict),
    },
  };
}

/** What the model finds right is what it does unasked. Whether thinking is shown is the host's decision. */
function writeEffort(thinking: Thinking | null): string | null {
  const amount = thinking?.amount;
  switch (amount?.kind) {
    case "off":
      return "none";
    case "effort":
      return amount.effort;
    case "budget":
      return effortOf(amount.tokens);
    default:
      return null;
  }
}
