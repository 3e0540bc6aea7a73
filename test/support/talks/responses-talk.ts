/** Through OpenAI's SDK, by responses; the whole conversation goes along each time. */
import OpenAI from "openai";
import type { Response, ResponseInputItem } from "openai/resources/responses/responses";
import {
  type Demand,
  type Heard,
  type Line,
  MAX_OUTPUT,
  PIXEL,
  SCHEMA,
  type Talk,
  WEATHER_TOOL,
} from "./talk.ts";

/** A talk in responses. */
export function startResponses({ baseUrl, key, model, stream }: Line): Talk {
  const client = new OpenAI({ baseURL: baseUrl, apiKey: key, maxRetries: 0 });
  const input: ResponseInputItem[] = [];
  let demand: Demand = {};
  let calls: Heard["calls"] = [];

  async function next(): Promise<Heard> {
    const body = {
      model,
      input,
      instructions: "Be brief.",
      max_output_tokens: MAX_OUTPUT,
      store: false,
      ...demanded(demand),
    };
    const response: Response = stream
      ? await client.responses.stream(body).finalResponse()
      : await client.responses.create(body);
    if (!response.usage) throw new Error("the answer has no usage");
    input.push(...response.output.map(asInput));
    calls = callsOf(response);
    return {
      text: response.output_text,
      thought: thoughtOf(response),
      calls,
      usage: [response.usage.input_tokens, response.usage.output_tokens],
    };
  }

  return {
    ask(text, wanted = {}) {
      demand = wanted;
      const image_url = `data:image/png;base64,${PIXEL}`;
      const image = wanted.image
        ? [{ type: "input_image" as const, image_url, detail: "auto" as const }]
        : [];
      input.push({ role: "user", content: [{ type: "input_text", text }, ...image] });
      return next();
    },
    give(results) {
      for (const [index, output] of results.entries())
        input.push({ type: "function_call_output", call_id: calls[index]?.id ?? "", output });
      return next();
    },
  };
}

/** What came in an answer goes back as it is, but for what the SDK's stream helper adds. */
function asInput(item: Response["output"][number]): ResponseInputItem {
  if (item.type !== "function_call" || !("parsed_arguments" in item)) return item as ResponseInputItem;
  const { parsed_arguments, ...call } = item;
  return call;
}

function demanded({ tools, structure, thinking }: Demand) {
  const { name, description, schema } = WEATHER_TOOL;
  const tool = { type: "function" as const, name, description, parameters: schema, strict: false };
  const format = { type: "json_schema" as const, name: "answer", schema: SCHEMA, strict: true };
  return {
    ...(tools && { tools: [tool] }),
    ...(structure && { text: { format } }),
    ...(thinking && {
      reasoning: { effort: "low" as const, summary: "auto" as const },
      include: ["reasoning.encrypted_content" as const],
    }),
  };
}

function callsOf({ output }: Response): Heard["calls"] {
  return output.flatMap((item) =>
    item.type === "function_call"
      ? [{ id: item.call_id, name: item.name, input: JSON.parse(item.arguments) }]
      : [],
  );
}

function thoughtOf({ output }: Response): string {
  return output
    .flatMap((item) => (item.type === "reasoning" ? [...item.summary, ...(item.content ?? [])] : []))
    .map(({ text }) => text)
    .join("");
}
