/** The request of the responses API for a provider. https://platform.openai.com/docs/api-reference/responses/create */
import type { Json } from "../../json.ts";
import type { Feature, Format, NeutralRequest, Thinking, Tool, ToolChoice } from "../form.ts";
import { effortsOf, type ToldEffort } from "../gpt.ts";
import { fitSchemaName, fitUser, HIGHEST_TEMPERATURE } from "../openai-limits.ts";
import { tellStrict } from "../openai-schema.ts";
import type { WriteTarget, WrittenRequest } from "../speaker.ts";
import { tellEffort } from "../told-effort.ts";
import { fitSampling } from "../told-sampling.ts";
import { writeInput } from "./write-items.ts";

/** OpenAI takes no lower ceiling: who asks for less gets a little more, rather than nothing. */
const LOWEST_CEILING = 16;

/** The body, and what the format has no place for (SPEC 12.3). The provider is told to keep nothing: nobody could ask for it. */
export function writeRequest(request: NeutralRequest, target: WriteTarget): WrittenRequest {
  const uncarried = new Set<Feature>(unplaced(request));
  const input = writeInput(request, (feature) => uncarried.add(feature));
  const { maxTokens, tools, stream, thinking } = request;
  const effort = thinking && tellEffort(thinking.amount, target.model, uncarried);
  const { temperature, topP } = fitSampling(request, target.model, effort, uncarried);
  const user = fitUser(request.user);
  const isCool = temperature !== null && temperature <= HIGHEST_TEMPERATURE;
  return {
    uncarried: [...uncarried],
    body: {
      model: target.model,
      ...input,
      ...(stream ? { stream } : {}),
      ...(tools.length > 0 ? { tools: tools.map(writeTool) } : {}),
      ...(request.toolChoice ? { tool_choice: writeToolChoice(request.toolChoice) } : {}),
      ...(request.parallelTools === null ? {} : { parallel_tool_calls: request.parallelTools }),
      ...(maxTokens === null ? {} : { max_output_tokens: Math.max(maxTokens, LOWEST_CEILING) }),
      ...(isCool ? { temperature } : {}),
      ...(topP === null ? {} : { top_p: topP }),
      ...(request.format ? { text: { format: writeFormat(request.format) } } : {}),
      ...(thinking ? writeThinking(thinking, effort, target.model) : {}),
      ...(user === null ? {} : { safety_identifier: user }),
      store: false,
    },
  };
}

function unplaced(request: NeutralRequest): readonly Feature[] {
  const { temperature } = request;
  const given: readonly (readonly [Feature, boolean])[] = [
    ["temperature", temperature !== null && temperature > HIGHEST_TEMPERATURE],
    ["topK", request.topK !== null],
    ["seed", request.seed !== null],
    ["frequencyPenalty", request.frequencyPenalty !== null],
    ["presencePenalty", request.presencePenalty !== null],
    ["stop", request.stop.length > 0],
  ];
  return given.flatMap(([feature, isGiven]) => (isGiven ? [feature] : []));
}

/** Here functions are strict unless they say otherwise; in no other format are they. */
function writeTool({ name, description, parameters, strict }: Tool): Json {
  return {
    type: "function",
    name,
    ...(description === null ? {} : { description }),
    parameters,
    strict: strict ?? false,
  };
}

function writeToolChoice(choice: ToolChoice): string | Json {
  return choice.kind === "tool" ? { type: "function", name: choice.name } : choice.kind;
}

function writeFormat(format: Format): Json {
  if (format.kind === "json") return { type: "json_object" };
  const { name, schema, description } = format;
  const strict = tellStrict(format);
  return {
    type: "json_schema",
    name: fitSchemaName(name),
    ...(description === null ? {} : { description }),
    schema,
    ...(strict === null ? {} : { strict }),
  };
}

/** What was thought comes back encrypted, for the next turn. Models that do not think refuse to be asked for it. */
function writeThinking({ amount, isShown }: Thinking, effort: ToldEffort | null, model: string): Json {
  const thinks = amount.kind !== "off" && effortsOf(model)?.length !== 0;
  const reasoning = {
    ...(effort === null ? {} : { effort }),
    ...(thinks && isShown ? { summary: "auto" } : {}),
  };
  return {
    ...(Object.keys(reasoning).length > 0 ? { reasoning } : {}),
    ...(thinks ? { include: ["reasoning.encrypted_content"] } : {}),
  };
}
