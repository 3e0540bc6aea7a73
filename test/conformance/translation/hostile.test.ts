/** Requests and answers that nobody means: refused or left aside for every pair, and never thrown at. */
import { describe, expect, test } from "bun:test";
import { translateRequest } from "../../../server/gateway/routing/translate-request.ts";
import type { Json } from "../../../server/protocols/json.ts";
import type { Speaks } from "../../../server/protocols/translation/form.ts";
import { PAIRS, SPEAKERS } from "./dialects.ts";
import { translateAnswer } from "./translate.ts";

const DEPTH = 20_000;
const DEEP: Json = JSON.parse(`${'{"a":'.repeat(DEPTH)}1${"}".repeat(DEPTH)}`);

/** A question to each format, with the arguments of a tool that go as deep. */
const QUESTIONS: Readonly<Record<Speaks, (deep: Json) => Json>> = {
  "openai-chat": (parameters) => ({
    messages: [{ role: "user", content: "?" }],
    tools: [{ type: "function", function: { name: "f", parameters } }],
  }),
  "openai-responses": (parameters) => ({ input: "?", tools: [{ type: "function", name: "f", parameters }] }),
  "anthropic-messages": (input) => ({
    messages: [{ role: "assistant", content: [{ type: "tool_use", id: "a", name: "f", input }] }],
  }),
  gemini: (args) => ({ contents: [{ role: "model", parts: [{ functionCall: { name: "f", args } }] }] }),
};

/** A call of each format's model, its arguments as the format has them. */
const CALLS: Readonly<Record<Speaks, (args: unknown) => Json>> = {
  "openai-chat": (args) => ({
    choices: [{ message: { tool_calls: [{ id: "a", function: { name: "f", arguments: args } }] } }],
  }),
  "openai-responses": (args) => ({
    output: [{ type: "function_call", call_id: "a", name: "f", arguments: args }],
  }),
  "anthropic-messages": (input) => ({ content: [{ type: "tool_use", id: "a", name: "f", input }] }),
  gemini: (args) => ({ candidates: [{ content: { parts: [{ functionCall: { name: "f", args } }] } }] }),
};

describe("values that stand too deep in each other", () => {
  for (const { client, serving } of PAIRS) {
    test(`are refused where ${client} asks ${serving} with them, and those that are not are carried`, () => {
      expect(ask({ client, serving }, DEEP)).toMatchObject({ reason: "invalid_request", status: 400 });
      expect(ask({ client, serving }, { type: "object", properties: { a: {} } })).toHaveProperty("body");
    });

    test(`are carried as text and refused as values where ${serving} answers ${client} with them`, () => {
      for (const [args, told] of [
        [JSON.stringify(DEEP_TEXT), 200],
        [DEEP_TEXT, 502],
      ] as const) {
        const text = JSON.stringify(CALLS[serving]("@")).replace('"@"', args);
        for (const stream of [false, true]) {
          expect(translateAnswer(serving, client, { status: 200, text, stream }).status).toBe(told);
        }
      }
    });
  }
});

describe("an answer that is none", () => {
  for (const { client, serving } of PAIRS) {
    test(`of ${serving} is an error for ${client}`, () => {
      for (const text of [
        "",
        "{}",
        "[]",
        "null",
        "<html>",
        '{"choices":7}',
        '{"output":null,"content":{}}',
      ]) {
        const { status } = translateAnswer(serving, client, { status: 200, text });
        expect(status, text).toBe(502);
      }
    });
  }
});

const DEEP_TEXT = `${'{"a":'.repeat(DEPTH)}1${"}".repeat(DEPTH)}`;

function ask({ client, serving }: { readonly client: Speaks; readonly serving: Speaks }, deep: Json) {
  return translateRequest(
    QUESTIONS[client](deep),
    { model: "m", stream: false },
    SPEAKERS[client],
    SPEAKERS[serving],
    { model: "m", maxOutput: 1_000 },
    "refuse",
  );
}
