/** What OpenAI takes as a request for a chat completion, as far as the tests go: https://platform.openai.com/docs/api-reference/chat/create */
import { Type } from "@sinclair/typebox";
import { dataUrl, exact, filled, maybe, schema, text, tokens, word } from "./forms.ts";

const chatText = exact({ type: word("text"), text: filled });
const chatWords = Type.Union([filled, Type.Array(chatText, { minItems: 1 })]);
const chatImage = exact({
  type: word("image_url"),
  image_url: exact({ url: dataUrl, detail: maybe(word("auto", "low", "high")) }),
});
const chatCall = exact({
  id: filled,
  type: word("function"),
  function: exact({ name: filled, arguments: text }),
});
const chatTool = exact({
  type: word("function"),
  function: exact({
    name: filled,
    description: maybe(text),
    parameters: schema,
    strict: maybe(Type.Boolean()),
  }),
});
export const CHAT = exact({
  model: filled,
  messages: Type.Array(
    Type.Union([
      exact({ role: word("system", "developer"), content: chatWords }),
      exact({
        role: word("user"),
        content: Type.Union([filled, Type.Array(Type.Union([chatText, chatImage]), { minItems: 1 })]),
      }),
      exact({
        role: word("assistant"),
        content: maybe(Type.Union([chatWords, Type.Null()])),
        tool_calls: maybe(Type.Array(chatCall, { minItems: 1 })),
        // DeepSeek's and Moonshot's: a host that shows its thinking wants it back.
        reasoning_content: maybe(filled),
      }),
      exact({ role: word("tool"), tool_call_id: filled, content: chatWords }),
    ]),
    { minItems: 1 },
  ),
  max_completion_tokens: maybe(tokens),
  max_tokens: maybe(tokens),
  stream: maybe(Type.Boolean()),
  stream_options: maybe(exact({ include_usage: Type.Boolean() })),
  tools: maybe(Type.Array(chatTool, { minItems: 1 })),
  reasoning_effort: maybe(word("none", "minimal", "low", "medium", "high")),
  response_format: maybe(
    exact({
      type: word("json_schema"),
      json_schema: exact({ name: filled, schema, strict: maybe(Type.Boolean()) }),
    }),
  ),
});
