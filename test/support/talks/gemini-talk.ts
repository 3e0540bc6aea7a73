/** Through Google's SDK, by generateContent. */
import {
  type Content,
  type GenerateContentConfig,
  type GenerateContentResponse,
  GoogleGenAI,
  type Part,
} from "@google/genai";
import {
  type Demand,
  type Heard,
  type Line,
  MAX_OUTPUT,
  PIXEL,
  SCHEMA,
  type Talk,
  THINKING,
  WEATHER_TOOL,
} from "./talk.ts";

/** A talk in Gemini's format. */
export function startGemini({ baseUrl, key, model, stream }: Line): Talk {
  const client = new GoogleGenAI({ apiKey: key, httpOptions: { baseUrl } });
  const contents: Content[] = [];
  let demand: Demand = {};
  let calls: Heard["calls"] = [];

  async function next(): Promise<Heard> {
    const body = { model, contents, config: demanded(demand) };
    const chunks: GenerateContentResponse[] = stream
      ? await Array.fromAsync(await client.models.generateContentStream(body))
      : [await client.models.generateContent(body)];
    const parts = chunks.flatMap((chunk) => chunk.candidates?.[0]?.content?.parts ?? []);
    contents.push({ role: "model", parts });
    calls = parts.flatMap(({ functionCall: call }) =>
      call ? [{ id: call.id ?? "", name: call.name ?? "", input: call.args }] : [],
    );
    const usage = chunks.at(-1)?.usageMetadata;
    return {
      text: textOf(parts, false),
      thought: textOf(parts, true),
      calls,
      usage: [
        usage?.promptTokenCount ?? Number.NaN,
        (usage?.candidatesTokenCount ?? Number.NaN) + (usage?.thoughtsTokenCount ?? 0),
      ],
    };
  }

  return {
    ask(text, wanted = {}) {
      demand = wanted;
      const image = wanted.image ? [{ inlineData: { mimeType: "image/png", data: PIXEL } }] : [];
      contents.push({ role: "user", parts: [{ text }, ...image] });
      return next();
    },
    give(results) {
      const parts = results.map((result, index) => {
        const { id, name } = calls[index] ?? { id: "", name: "" };
        return { functionResponse: { ...(id && { id }), name, response: { output: result } } };
      });
      contents.push({ role: "user", parts });
      return next();
    },
  };
}

function demanded({ tools, structure, thinking }: Demand): GenerateContentConfig {
  const { name, description, schema } = WEATHER_TOOL;
  return {
    systemInstruction: "Be brief.",
    maxOutputTokens: MAX_OUTPUT,
    ...(tools && {
      tools: [{ functionDeclarations: [{ name, description, parametersJsonSchema: schema }] }],
    }),
    ...(structure && { responseMimeType: "application/json", responseJsonSchema: SCHEMA }),
    ...(thinking && { thinkingConfig: { includeThoughts: true, thinkingBudget: THINKING } }),
  };
}

function textOf(parts: readonly Part[], isThought: boolean): string {
  return parts.map(({ text, thought }) => ((thought ?? false) === isThought ? (text ?? "") : "")).join("");
}
