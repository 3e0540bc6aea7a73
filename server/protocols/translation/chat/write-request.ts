/** The request for a provider of chat completions. https://platform.openai.com/docs/api-reference/chat/create */
import type { Json } from "../../json.ts";
import { usualCeiling } from "../../openai-chat-request.ts";
import type { Feature, Format, NeutralRequest, Tool, ToolChoice } from "../form.ts";
import { fitSchemaName, fitUser } from "../openai-limits.ts";
import { tellStrict } from "../openai-schema.ts";
import type { WriteTarget, WrittenRequest } from "../speaker.ts";
import { tellEffort } from "../told-effort.ts";
import { fitSampling } from "../told-sampling.ts";
import { narrow } from "./narrow.ts";
import { writeMessages } from "./write-messages.ts";

/** Writes a request. What this format has no place for is left out and named. */
export function writeRequest(asked: NeutralRequest, { model, takes = {} }: WriteTarget): WrittenRequest {
  const uncarried = new Set<Feature>();
  const request = narrow(asked, takes, uncarried);
  const messages = writeMessages(request, uncarried);
  const { maxTokens, seed, stop, tools, toolChoice, parallelTools, format, thinking, user, stream } = request;
  // Whether thinking is shown is the host's decision.
  const effort = thinking && tellEffort(thinking.amount, model, uncarried);
  const sampling = fitSampling(request, model, effort, uncarried);
  const { seed: seedName = "seed", user: userName = "user" } = takes;
  const body = {
    model,
    messages,
    ...given(usualCeiling(model), maxTokens),
    ...given("temperature", sampling.temperature),
    ...given("top_p", sampling.topP),
    ...given(seedName, seed),
    ...given("frequency_penalty", sampling.frequencyPenalty),
    ...given("presence_penalty", sampling.presencePenalty),
    ...given("stop", stop.length > 0 ? stop : null),
    ...(tools.length > 0 ? { tools: tools.map(writeTool) } : {}),
    // Without tools, what speaks of them is refused.
    ...(tools.length > 0 && toolChoice ? { tool_choice: writeToolChoice(toolChoice) } : {}),
    ...(tools.length > 0 ? given("parallel_tool_calls", parallelTools) : {}),
    ...(format ? { response_format: writeFormat(format) } : {}),
    ...given("reasoning_effort", effort),
    ...(userName === null ? {} : given(userName, fitUser(user))),
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
  const { name, schema, description } = format;
  return {
    type: "json_schema",
    json_schema: {
      name: fitSchemaName(name),
      ...given("description", description),
      schema,
      ...given("strict", tellStrict(format)),
    },
  };
}
