/**
 * What each provider takes in the body of a generating request, as its documentation has it, as far as the tests go: a
 * member that is not here, or stands in the wrong place, is an error there.
 */
import { type TProperties, Type } from "@sinclair/typebox";

const exact = <Properties extends TProperties>(properties: Properties) =>
  Type.Object(properties, { additionalProperties: false });
const maybe = Type.Optional;
const text = Type.String();
const filled = Type.String({ minLength: 1 });
const tokens = Type.Integer({ minimum: 1 });
const word = <Word extends string>(...words: Word[]) => Type.Union(words.map((one) => Type.Literal(one)));
const schema = Type.Record(Type.String(), Type.Unknown());
const base64 = Type.String({ pattern: "^[A-Za-z0-9+/]+=*$", minLength: 1 });
const dataUrl = Type.String({ pattern: "^data:image/png;base64,[A-Za-z0-9+/]+=*$" });

/** https://platform.openai.com/docs/api-reference/chat/create */
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

/** https://platform.openai.com/docs/api-reference/responses/create */
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

/** https://docs.anthropic.com/en/api/messages */
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

/** https://ai.google.dev/api/generate-content */
const parts = Type.Array(
  Type.Union([
    exact({ text: filled }),
    exact({ inlineData: exact({ mimeType: word("image/png"), data: base64 }) }),
    exact({
      functionCall: exact({ id: maybe(filled), name: filled, args: schema }),
      thoughtSignature: maybe(filled),
    }),
    exact({ functionResponse: exact({ id: maybe(filled), name: filled, response: schema }) }),
  ]),
  { minItems: 1 },
);
export const GEMINI = exact({
  contents: Type.Array(exact({ role: word("user", "model"), parts }), { minItems: 1 }),
  systemInstruction: maybe(exact({ role: maybe(text), parts })),
  tools: maybe(
    Type.Array(
      exact({
        functionDeclarations: Type.Array(
          exact({ name: filled, description: maybe(text), parametersJsonSchema: schema }),
          { minItems: 1 },
        ),
      }),
      { minItems: 1 },
    ),
  ),
  generationConfig: maybe(
    exact({
      maxOutputTokens: maybe(tokens),
      responseMimeType: maybe(word("application/json")),
      responseJsonSchema: maybe(schema),
      thinkingConfig: maybe(
        exact({
          includeThoughts: maybe(Type.Boolean()),
          thinkingBudget: maybe(Type.Integer({ minimum: 0 })),
        }),
      ),
    }),
  ),
});
