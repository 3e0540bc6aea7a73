/** What Anthropic takes as a request for a message, as far as the tests go: https://docs.anthropic.com/en/api/messages */
import { Type } from "@sinclair/typebox";
import { base64, exact, filled, maybe, schema, text, tokens, word } from "./forms.ts";

const block = exact({ type: word("text"), text: filled });
const image = exact({
  type: word("image"),
  source: exact({ type: word("base64"), media_type: word("image/png"), data: base64 }),
});
const toolId = Type.String({ pattern: "^[A-Za-z0-9_-]+$" });
export const MESSAGES = exact({
  model: filled,
  max_tokens: tokens,
  system: maybe(Type.Union([filled, Type.Array(block, { minItems: 1 })])),
  messages: Type.Array(
    Type.Union([
      exact({
        role: word("user"),
        content: Type.Union([
          filled,
          Type.Array(
            Type.Union([
              block,
              image,
              exact({
                type: word("tool_result"),
                tool_use_id: toolId,
                content: maybe(Type.Union([text, Type.Array(block)])),
                is_error: maybe(Type.Boolean()),
              }),
            ]),
            { minItems: 1 },
          ),
        ]),
      }),
      exact({
        role: word("assistant"),
        content: Type.Union([
          filled,
          Type.Array(
            Type.Union([
              block,
              exact({ type: word("tool_use"), id: toolId, name: filled, input: schema }),
              exact({ type: word("thinking"), thinking: text, signature: filled }),
            ]),
            { minItems: 1 },
          ),
        ]),
      }),
    ]),
    { minItems: 1 },
  ),
  stream: maybe(Type.Boolean()),
  tools: maybe(
    Type.Array(
      exact({
        name: filled,
        description: maybe(text),
        input_schema: schema,
        strict: maybe(Type.Boolean()),
      }),
      { minItems: 1 },
    ),
  ),
  thinking: maybe(
    exact({
      type: word("enabled"),
      budget_tokens: Type.Integer({ minimum: 1_024 }),
      display: maybe(word("summarized", "omitted")),
    }),
  ),
  output_config: maybe(exact({ format: exact({ type: word("json_schema"), schema }) })),
});
