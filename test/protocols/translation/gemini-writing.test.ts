/** The requests that a provider of Gemini's format is sent. */
import { expect, test } from "bun:test";
import type {
  Feature,
  NeutralRequest,
  Part,
  Signature,
  Thinking,
  Turn,
} from "../../../server/protocols/translation/form.ts";
import { geminiSpeaker } from "../../../server/protocols/translation/gemini/speaker.ts";
import { BARE } from "./bare.ts";

function write(request: Partial<NeutralRequest>, model = "gemini-2.5-flash") {
  return geminiSpeaker.writeRequest({ ...BARE, ...request }, { model, maxOutput: 8_192 });
}

function contents(turns: readonly Turn[], model?: string): unknown {
  return write({ turns }, model).body.contents;
}

function uncarried(request: Partial<NeutralRequest>, model?: string): readonly Feature[] {
  return write(request, model).uncarried;
}

const GOOGLES: Signature = { by: "gemini", value: "Z29vZ2xl" };
const FOREIGN: Signature = { by: "anthropic-messages", value: "c2ln" };
const CALL: Part = { kind: "tool-call", id: "call_1", name: "tell", arguments: '{"who":"me"}' };

test("a request of which nothing is said is its text", () => {
  expect(write({ user: "u", usageChunk: true })).toEqual({
    body: { contents: [{ role: "user", parts: [{ text: "Hi" }] }] },
    uncarried: [],
  });
});

test("everything that is said has its place", () => {
  const schema = { type: "object", properties: { who: { type: "string" } } };
  const { body, uncarried: left } = write({
    system: [{ kind: "text", text: "Be brief.", cache: "hour" }],
    tools: [
      { name: "tell", description: "Tells.", parameters: schema, strict: true },
      { name: "ping", description: null, parameters: null, strict: null },
    ],
    toolChoice: { kind: "tool", name: "tell" },
    parallelTools: true,
    maxTokens: 100,
    temperature: 1.5,
    topP: 0.9,
    topK: 40,
    seed: 7,
    frequencyPenalty: 0.5,
    presencePenalty: -0.5,
    stop: ["END"],
    format: { kind: "schema", name: "answer", schema, strict: true, description: "It." },
    thinking: { amount: { kind: "budget", tokens: 2_048 }, isShown: true },
  });
  expect(left).toEqual([]);
  expect(body).toEqual({
    systemInstruction: { parts: [{ text: "Be brief." }] },
    contents: [{ role: "user", parts: [{ text: "Hi" }] }],
    tools: [
      {
        functionDeclarations: [
          { name: "tell", description: "Tells.", parametersJsonSchema: schema },
          { name: "ping" },
        ],
      },
    ],
    toolConfig: { functionCallingConfig: { mode: "ANY", allowedFunctionNames: ["tell"] } },
    generationConfig: {
      maxOutputTokens: 100,
      temperature: 1.5,
      topP: 0.9,
      topK: 40,
      seed: 7,
      frequencyPenalty: 0.5,
      presencePenalty: -0.5,
      stopSequences: ["END"],
      responseMimeType: "application/json",
      responseJsonSchema: schema,
      thinkingConfig: { thinkingBudget: 2_048, includeThoughts: true },
    },
  });
});

test("what Google does not take is named and left out", () => {
  const given = {
    tools: [{ name: "tell", description: null, parameters: null, strict: null }],
    parallelTools: false,
    temperature: 2.5,
    seed: 2 ** 40,
    stop: ["1", "2", "3", "4", "5", "6"],
  };
  expect(uncarried(given)).toEqual(["temperature", "seed", "stop", "parallelTools"]);
  expect(write(given).body.generationConfig).toBeUndefined();
});

test("each feature has a name that Gemini's clients know", () => {
  expect(geminiSpeaker.memberOf("topK")).toBe("generationConfig.topK");
  expect(geminiSpeaker.memberOf("toolChoice")).toBe("toolConfig.functionCallingConfig");
});

test("media stand inline or by URL, with a type that is guessed where nobody says it", () => {
  const url = (address: string, mediaType: string | null = null) =>
    ({ kind: "url", url: address, mediaType }) as const;
  const parts: readonly Part[] = [
    { kind: "image", source: { kind: "base64", mediaType: "image/png", data: "aaaa" } },
    { kind: "image", source: url("https://e.com/a.webp?x=1") },
    { kind: "image", source: url("https://e.com/a") },
    { kind: "image", source: url("https://e.com/a.png", "image/gif") },
    { kind: "document", source: url("https://e.com/a"), name: "a" },
    { kind: "document", source: { kind: "text", text: "ü" }, name: "notes" },
    { kind: "audio", source: { kind: "base64", mediaType: "audio/wav", data: "bbbb" } },
  ];
  expect(contents([{ role: "user", parts }])).toEqual([
    {
      role: "user",
      parts: [
        { inlineData: { mimeType: "image/png", data: "aaaa" } },
        { fileData: { mimeType: "image/webp", fileUri: "https://e.com/a.webp?x=1" } },
        { fileData: { mimeType: "image/jpeg", fileUri: "https://e.com/a" } },
        { fileData: { mimeType: "image/gif", fileUri: "https://e.com/a.png" } },
        { fileData: { mimeType: "application/pdf", fileUri: "https://e.com/a" } },
        { inlineData: { mimeType: "text/plain", data: "w7w=" } },
        { inlineData: { mimeType: "audio/wav", data: "bbbb" } },
      ],
    },
  ]);
});

test("instructions in the middle join those before the conversation, and their neighbours become one turn", () => {
  const text = (said: string): readonly Part[] => [{ kind: "text", text: said }];
  const { body } = write({
    system: [{ kind: "text", text: "One." }],
    turns: [
      { role: "user", parts: text("a") },
      { role: "system", parts: text("Two.") },
      { role: "user", parts: text("b") },
    ],
  });
  expect(body).toEqual({
    systemInstruction: { parts: [{ text: "One." }, { text: "Two." }] },
    contents: [{ role: "user", parts: [{ text: "a" }, { text: "b" }] }],
  });
});

test("calls and results have the same id, in letters that every provider takes", () => {
  const id = "functions.tell:0";
  const written = contents([
    { role: "user", parts: [{ kind: "text", text: "Go." }] },
    { role: "assistant", parts: [{ ...CALL, id }] },
    {
      role: "user",
      parts: [
        { kind: "tool-result", id, name: "tell", content: [{ kind: "text", text: "gone" }], isError: true },
        { kind: "tool-result", id: "x", name: null, content: [], isError: false },
      ],
    },
  ]) as readonly { readonly parts: readonly Record<string, { id: string }>[] }[];
  const fitted = written[1]?.parts[0]?.functionCall?.id ?? "";
  expect(fitted).toMatch(/^functions_tell_0_\w+$/);
  expect(written[1]?.parts[0] as unknown).toEqual({
    functionCall: { id: fitted, name: "tell", args: { who: "me" } },
  });
  expect(written[2]?.parts as unknown).toEqual([
    { functionResponse: { id: fitted, name: "tell", response: { error: "gone" } } },
    { functionResponse: { id: "x", name: "unknown", response: { output: "" } } },
  ]);
});

test("media in a result are for the third generation, and have to be there themselves", () => {
  const result = (source: "base64" | "url"): Partial<NeutralRequest> => ({
    turns: [
      {
        role: "user",
        parts: [
          {
            kind: "tool-result",
            id: "1",
            name: "look",
            content: [
              { kind: "text", text: "see" },
              {
                kind: "image",
                source:
                  source === "url"
                    ? { kind: "url", url: "https://e.com/a.png", mediaType: null }
                    : { kind: "base64", mediaType: "image/png", data: "aaaa" },
              },
            ],
            isError: false,
          },
        ],
      },
    ],
  });
  expect(write(result("base64"), "gemini-3-pro-preview")).toEqual({
    body: {
      contents: [
        {
          role: "user",
          parts: [
            {
              functionResponse: {
                id: "1",
                name: "look",
                response: { output: "see" },
                parts: [{ inlineData: { mimeType: "image/png", data: "aaaa" } }],
              },
            },
          ],
        },
      ],
    },
    uncarried: [],
  });
  expect(uncarried(result("base64"), "gemini-2.5-pro")).toEqual(["tool-result"]);
  expect(uncarried(result("url"), "gemini-3-pro-preview")).toEqual(["tool-result"]);
});

test("Google is sent its own thinking and nobody else's", () => {
  const turns: readonly Turn[] = [
    {
      role: "assistant",
      parts: [
        { kind: "thinking", text: "mine", signature: GOOGLES },
        { kind: "thinking", text: "theirs", signature: FOREIGN },
        { kind: "thinking", text: "whose?", signature: null },
        { kind: "text", text: "So.", signature: GOOGLES },
        { kind: "text", text: "Thus.", signature: FOREIGN },
        { ...CALL, signature: FOREIGN },
      ],
    },
  ];
  expect(contents(turns)).toEqual([
    {
      role: "model",
      parts: [
        { text: "mine", thought: true, thoughtSignature: GOOGLES.value },
        { text: "So.", thoughtSignature: GOOGLES.value },
        { text: "Thus." },
        { functionCall: { id: "call_1", name: "tell", args: { who: "me" } } },
      ],
    },
  ]);
});

test("a turn of which nothing is left is none", () => {
  const thought: Turn = {
    role: "assistant",
    parts: [{ kind: "thinking", text: "theirs", signature: FOREIGN }],
  };
  const said = (text: string): Turn => ({ role: "user", parts: [{ kind: "text", text }] });
  expect(contents([said("a"), thought, said("b")])).toEqual([
    { role: "user", parts: [{ text: "a" }, { text: "b" }] },
  ]);
});

test("the third generation is told that the first call of a step is another model's", () => {
  const parts = [{ kind: "text", text: "Now." }, CALL, { ...CALL, id: "call_2" }] as const;
  const [content] = contents([{ role: "assistant", parts }], "gemini-3-flash-preview") as [
    { parts: unknown[] },
  ];
  expect(content.parts).toEqual([
    { text: "Now." },
    {
      functionCall: { id: "call_1", name: "tell", args: { who: "me" } },
      thoughtSignature: "skip_thought_signature_validator",
    },
    { functionCall: { id: "call_2", name: "tell", args: { who: "me" } } },
  ]);
  const signed = contents(
    [{ role: "assistant", parts: [{ ...CALL, signature: GOOGLES }] }],
    "gemini-3-flash",
  );
  expect(JSON.stringify(signed)).not.toContain("skip_thought_signature_validator");
  expect(JSON.stringify(signed)).toContain(GOOGLES.value);
});

test("arguments that are no object are told as they are, and not as arguments", () => {
  const args = (text: string) => {
    const written = contents([{ role: "assistant", parts: [{ ...CALL, arguments: text }] }]);
    const [content] = written as [{ parts: [{ functionCall: { args: unknown } }] }];
    return content.parts[0].functionCall.args;
  };
  expect(args("")).toEqual({});
  expect(args('{"a":')).toEqual({ invalid_arguments: '{"a":' });
  expect(args("[1]")).toEqual({ invalid_arguments: "[1]" });
  const deep = `${'{"a":'.repeat(20_000)}1${"}".repeat(20_000)}`;
  expect(args(deep)).toEqual({ invalid_arguments: deep });
});

test("thinking is a budget up to the second generation and a level from the third on", () => {
  const config = (amount: Thinking["amount"], model: string) => {
    const { body, uncarried: left } = write({ thinking: { amount, isShown: null } }, model);
    if (left.length > 0) return left;
    const { thinkingConfig } = (body.generationConfig ?? {}) as { thinkingConfig?: unknown };
    return thinkingConfig;
  };
  const rows: readonly (readonly [Thinking["amount"], unknown, unknown, unknown, unknown])[] = [
    [{ kind: "off" }, { thinkingBudget: 0 }, ["thinking"], { thinkingLevel: "MINIMAL" }, ["thinking"]],
    [{ kind: "adaptive" }, { thinkingBudget: -1 }, { thinkingBudget: -1 }, undefined, undefined],
    [
      { kind: "effort", effort: "minimal" },
      { thinkingBudget: 1_024 },
      { thinkingBudget: 1_024 },
      { thinkingLevel: "MINIMAL" },
      { thinkingLevel: "LOW" },
    ],
    [
      { kind: "effort", effort: "max" },
      { thinkingBudget: 24_576 },
      { thinkingBudget: 32_768 },
      { thinkingLevel: "HIGH" },
      { thinkingLevel: "HIGH" },
    ],
    [
      { kind: "budget", tokens: 5_000 },
      { thinkingBudget: 5_000 },
      { thinkingBudget: 5_000 },
      { thinkingLevel: "MEDIUM" },
      { thinkingLevel: "MEDIUM" },
    ],
  ];
  for (const [amount, ...expected] of rows) {
    const models = [
      "gemini-2.5-flash",
      "gemini-2.5-pro",
      "models/gemini-3-flash-preview",
      "gemini-3.1-pro-preview",
    ];
    expect(models.map((model) => config(amount, model))).toEqual(expected);
  }
});

test("a model that is not to think is not asked to show its thoughts", () => {
  const { body } = write({ thinking: { amount: { kind: "off" }, isShown: true } });
  expect(body.generationConfig).toEqual({ thinkingConfig: { thinkingBudget: 0 } });
});
