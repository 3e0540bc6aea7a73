/** What Google takes as a request for content, as far as the tests go: https://ai.google.dev/api/generate-content */
import { Type } from "@sinclair/typebox";
import { base64, exact, filled, maybe, schema, text, tokens, word } from "./forms.ts";

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
