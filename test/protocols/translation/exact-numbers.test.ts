/** What is carried over as JSON keeps its numbers; what is read as a setting, or has to be an object, is what it was. */
import { describe, expect, test } from "bun:test";
import { parseExactly } from "../../../server/protocols/exact-json.ts";
import { type Json, objectOf } from "../../../server/protocols/json.ts";
import { argumentsOf, argumentsText } from "../../../server/protocols/translation/arguments.ts";
import { chatSpeaker } from "../../../server/protocols/translation/chat/speaker.ts";
import type { NeutralRequest } from "../../../server/protocols/translation/form.ts";
import { geminiSpeaker } from "../../../server/protocols/translation/gemini/speaker.ts";
import { messagesSpeaker } from "../../../server/protocols/translation/messages/speaker.ts";
import type { Speaker } from "../../../server/protocols/translation/speaker.ts";

const LONG = "1234567890123456789";
const parse = (text: string): Json => objectOf(parseExactly(text)) ?? {};

function read(speaker: Speaker, text: string): NeutralRequest {
  const result = speaker.readRequest(parse(text), { model: "m", stream: false });
  if ("reason" in result) throw new Error(result.message);
  return result.request;
}

describe("arguments", () => {
  test("are the same text there and back again", () => {
    for (const text of [`{"id":${LONG}}`, `{"a":[{"b":-${LONG}.5}],"c":"${LONG}"}`, '{"a":1e400}', "{}"]) {
      expect(argumentsText(argumentsOf(text))).toBe(text);
    }
  });

  test("that are a number are none", () => {
    expect(argumentsOf(LONG)).toEqual({ invalid_arguments: LONG });
    expect(argumentsText(parse(`{"input":${LONG}}`).input)).toBe("{}");
    const block = `{"role":"assistant","content":[{"type":"tool_use","id":"t","name":"f","input":${LONG}}]}`;
    const refused = messagesSpeaker.readRequest(parse(`{"model":"m","max_tokens":5,"messages":[${block}]}`), {
      model: null,
      stream: null,
    });
    expect(refused).toMatchObject({ reason: "invalid_request" });
    expect(JSON.stringify(refused)).toContain("`messages[0].content[0].input` must be an object");
  });
});

test("a result that Gemini's clients send as JSON keeps its numbers in the text", () => {
  const content = (response: string) =>
    `{"contents":[{"role":"user","parts":[{"functionResponse":{"name":"f","response":${response}}}]}]}`;
  const said = (response: string) =>
    JSON.stringify(read(geminiSpeaker, content(response)).turns[0]?.parts[0]);
  expect(said(`{"rows":[${LONG}],"n":2}`)).toContain(`{\\"rows\\":[${LONG}],\\"n\\":2}`);
  expect(said(`{"output":${LONG}}`)).toContain(`"text":"${LONG}"`);
});

test("schemas keep their numbers, in either way of writing them", () => {
  const bounds = `{"type":"integer","maximum":${LONG},"enum":[${LONG},1]}`;
  const object = `{"type":"object","properties":{"id":${bounds}}}`;
  for (const name of ["parameters", "parametersJsonSchema"]) {
    const declared = `[{"functionDeclarations":[{"name":"f","${name}":${object}}]}]`;
    const { tools } = read(geminiSpeaker, `{"contents":[{"parts":[{"text":"q"}]}],"tools":${declared}}`);
    expect(JSON.stringify(tools[0]?.parameters)).toBe(object);
  }
});

test("details of thinking that a provider wants back come back with their numbers", () => {
  const detail = `{"type":"reasoning.text","text":"Hm.","format":"x","token":${LONG}}`;
  const message = `{"role":"assistant","content":"a","reasoning_details":[${detail}]}`;
  const answer = chatSpeaker.readAnswer(parse(`{"id":"a","choices":[{"message":${message}}]}`));
  const terms = { requestId: "r", model: "m", framing: "whole", usageChunk: false, now: 0 } as const;
  expect(JSON.stringify(answer && chatSpeaker.writeAnswer(answer, terms))).toContain(`"token":${LONG}`);
});

test("settings are numbers however they are written", () => {
  const settings =
    '"temperature":0.69999999999999996,"top_p":5.0000000000000000e-1,"max_tokens":10.000000000000000';
  const chat = read(chatSpeaker, `{"model":"m","messages":[{"role":"user","content":"q"}],${settings}}`);
  expect(chat).toMatchObject({ temperature: 0.7, topP: 0.5, maxTokens: 10 });
  const config = '{"temperature":0.69999999999999996,"maxOutputTokens":10.000000000000000}';
  const gemini = read(geminiSpeaker, `{"contents":[{"parts":[{"text":"q"}]}],"generationConfig":${config}}`);
  expect(gemini).toMatchObject({ temperature: 0.7, maxTokens: 10 });
});
