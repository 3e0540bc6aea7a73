/** What OpenAI takes as a request for a response, as far as the tests go: https://platform.openai.com/docs/api-reference/responses/create */
import { Type } from "@sinclair/typebox";
import { dataUrl, exact, filled, maybe, schema, text, word } from "./forms.ts";

const inputText = exact({ type: word("input_text"), text: filled });
const outputText = exact({ type: word("output_text"), text: filled });
const inputImage = exact({
  type: word("input_image"),
  image_url: dataUrl,
  detail: maybe(word("auto", "low", "high")),
});
const responsesTool = exact({
  type: word("function"),
  name: filled,
  description: maybe(text),
  parameters: schema,
  strict: Type.Boolean(),
});
export const RESPONSES = exact({
  model: filled,
  input: Type.Array(
    Type.Union([
      exact({
        type: maybe(word("message")),
        role: word("user", "system", "developer"),
        content: Type.Union([filled, Type.Array(Type.Union([inputText, inputImage]), { minItems: 1 })]),
      }),
      exact({
        type: maybe(word("message")),
        role: word("assistant"),
        content: Type.Union([filled, Type.Array(outputText, { minItems: 1 })]),
      }),
      exact({ type: word("function_call"), call_id: filled, name: filled, arguments: text }),
      exact({
        type: word("function_call_output"),
        call_id: filled,
        output: Type.Union([text, Type.Array(inputText)]),
      }),
      exact({
        type: word("reasoning"),
        id: maybe(filled),
        summary: Type.Array(exact({ type: word("summary_text"), text: filled })),
        encrypted_content: maybe(filled),
      }),
    ]),
    { minItems: 1 },
  ),
  instructions: maybe(filled),
  max_output_tokens: maybe(Type.Integer({ minimum: 16 })),
  store: maybe(Type.Boolean()),
  stream: maybe(Type.Boolean()),
  include: maybe(Type.Array(word("reasoning.encrypted_content"))),
  tools: maybe(Type.Array(responsesTool, { minItems: 1 })),
  reasoning: maybe(
    exact({
      effort: maybe(word("none", "minimal", "low", "medium", "high")),
      summary: maybe(word("auto", "concise", "detailed")),
    }),
  ),
  text: maybe(
    exact({
      format: exact({
        type: word("json_schema"),
        name: filled,
        schema,
        strict: maybe(Type.Boolean()),
      }),
    }),
  ),
});
