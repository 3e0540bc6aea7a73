/** Formats that bind an answer to every schema do so at OpenAI wherever OpenAI can (SPEC 12.3). */
import { describe, expect, test } from "bun:test";
import type { Json } from "../../../server/protocols/json.ts";
import { chatSpeaker } from "../../../server/protocols/translation/chat/speaker.ts";
import { geminiSpeaker } from "../../../server/protocols/translation/gemini/speaker.ts";
import { messagesSpeaker } from "../../../server/protocols/translation/messages/speaker.ts";
import { tellStrict } from "../../../server/protocols/translation/openai-schema.ts";
import { responsesSpeaker } from "../../../server/protocols/translation/responses/speaker.ts";

function told(schema: Json, strict: boolean | "always" | null = "always"): boolean | null {
  return tellStrict({ kind: "schema", name: null, schema, strict, description: null });
}

const TEXT = { type: "string" };

/** An object of these properties, all of them demanded. */
function object(properties: Json, more: Json = {}): Json {
  return {
    type: "object",
    properties,
    required: Object.keys(properties),
    additionalProperties: false,
    ...more,
  };
}

function nested(depth: number): Json {
  return depth === 1 ? object({ leaf: TEXT }) : object({ inner: nested(depth - 1) });
}

describe("an answer is bound to", () => {
  test.each<[string, Json]>([
    ["an object without properties", object({})],
    [
      "texts, numbers and what may be null",
      object({ a: TEXT, b: { type: ["integer", "null"], minimum: 0 } }),
    ],
    ["lists", object({ a: { type: "array", items: object({ b: TEXT }), minItems: 1 } })],
    [
      "choices and constants",
      object({ a: { type: "string", enum: ["x", "y"] }, b: { type: "string", const: "z" } }),
    ],
    ["one of several", object({ a: { anyOf: [TEXT, object({ b: TEXT })] } })],
    [
      "what is defined elsewhere in it",
      object({ a: { $ref: "#/$defs/b" } }, { $defs: { b: object({ c: TEXT }) } }),
    ],
    ["what refers to itself", object({ next: { anyOf: [{ $ref: "#" }, { type: "null" }] } })],
    ["described things", object({ a: { ...TEXT, description: "It.", title: "A", format: "date-time" } })],
    ["ten objects in each other", nested(10)],
  ])("%s", (_name, schema) => {
    expect(told(schema)).toBe(true);
  });
});

describe("it is asked for without, as OpenAI would refuse it, where there is", () => {
  test.each<[string, Json]>([
    ["nothing", {}],
    ["no object at its root", { type: "array", items: TEXT }],
    ["a choice at its root", { ...object({}), anyOf: [object({})] }],
    ["a property that may be left out", object({ a: TEXT, b: TEXT }, { required: ["a"] })],
    ["one that is demanded and unknown", object({ a: TEXT }, { required: ["a", "b"] })],
    ["room for others", object({ a: TEXT }, { additionalProperties: true })],
    ["nothing said of others", { type: "object", properties: { a: TEXT }, required: ["a"] }],
    ["such an object in a list", object({ a: { type: "array", items: { type: "object", properties: {} } } })],
    ["such an object in a definition", object({ a: TEXT }, { $defs: { b: { type: "object" } } })],
    ["an object of nobody knows what", { type: "object", additionalProperties: false }],
    ["a list of anything", object({ a: { type: "array" } })],
    ["a property of no type", object({ a: {} })],
    ["a schema that is no object", object({ a: true })],
    ["an unknown type", object({ a: { type: "file" } })],
    ["an unknown format", object({ a: { type: "string", format: "int32" } })],
    ["a default", object({ a: { ...TEXT, default: "x" } })],
    ["a length", object({ a: { ...TEXT, minLength: 1 } })],
    ["all of several", object({ a: { allOf: [TEXT] } })],
    ["a reference with something beside it", object({ a: { $ref: "#/$defs/b", description: "It." } })],
    ["an eleventh object", nested(11)],
    [
      "too many values",
      object({ a: { type: "integer", enum: Array.from({ length: 1_001 }, (_, at) => at) } }),
    ],
    ["too many properties", object(Object.fromEntries(Array.from({ length: 5_001 }, (_, at) => [at, TEXT])))],
    ["too long a name", object({ ["x".repeat(120_001)]: TEXT })],
  ])("%s", (_name, schema) => {
    expect(told(schema)).toBeNull();
  });
});

test("what the client says itself is passed on, whatever the schema is", () => {
  for (const schema of [{}, object({ a: TEXT })]) {
    expect([told(schema, true), told(schema, false), told(schema, null)]).toEqual([true, false, null]);
  }
});

describe("a client whose format always binds", () => {
  const messages = [{ role: "user", content: "Hi" }];
  const contents = [{ role: "user", parts: [{ text: "Hi" }] }];
  const clients = [
    [
      "messages",
      (schema: Json) =>
        messagesSpeaker.readRequest(
          { max_tokens: 9, messages, output_config: { format: { type: "json_schema", schema } } },
          { model: null, stream: null },
        ),
    ],
    [
      "gemini",
      (schema: Json) =>
        geminiSpeaker.readRequest(
          {
            contents,
            generationConfig: { responseMimeType: "application/json", responseJsonSchema: schema },
          },
          { model: "m", stream: false },
        ),
    ],
  ] as const;

  test.each(clients)("%s is served so by both of OpenAI's formats", (_name, read) => {
    for (const [schema, strict] of [
      [object({ a: TEXT }), true],
      [{ type: "object", properties: { a: TEXT } }, undefined],
    ] as const) {
      const asked = read(schema);
      if ("reason" in asked) throw new Error(asked.message);
      const target = { model: "gpt-4o", maxOutput: 9 };
      const chat = chatSpeaker.writeRequest(asked.request, target);
      const responses = responsesSpeaker.writeRequest(asked.request, target);
      expect(chat.body).toMatchObject({ response_format: { json_schema: { schema } } });
      expect(responses.body).toMatchObject({ text: { format: { schema } } });
      expect([strictOf(chat.body), strictOf(responses.body)]).toEqual([strict, strict]);
      expect([...chat.uncarried, ...responses.uncarried]).toEqual([]);
    }
  });
});

/** Where `strict` stands in a body, it stands once. */
function strictOf(body: Json): unknown {
  return /"strict":(true|false)/.exec(JSON.stringify(body))?.[1] === "true" ? true : undefined;
}
