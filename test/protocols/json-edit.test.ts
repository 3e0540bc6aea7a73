import { expect, test } from "bun:test";
import fc from "fast-check";
import { findMember } from "../../server/protocols/json-edit.ts";
import { askForUsage } from "../../server/protocols/openai-chat.ts";

const bytes = (text: string): Uint8Array => Buffer.from(text);
const ask = (text: string): string | null => {
  const asked = askForUsage(bytes(text), JSON.parse(text));
  return asked && Buffer.from(asked).toString();
};

test("a stream is asked for its usage, every other byte as it was", () => {
  expect(ask('{ "model":"x", "stream" : true,\n"n":1.0}')).toBe(
    '{"stream_options":{"include_usage":true}, "model":"x", "stream" : true,\n"n":1.0}',
  );
  expect(ask('{"stream":true,"stream_options":{ }}')).toBe(
    '{"stream":true,"stream_options":{"include_usage":true }}',
  );
  expect(ask('{"stream":true,"stream_options":{"a":[1]}}')).toBe(
    '{"stream":true,"stream_options":{"include_usage":true,"a":[1]}}',
  );
  expect(ask('{"stream":true,"stream_options":{"include_usage": false }}')).toBe(
    '{"stream":true,"stream_options":{"include_usage": true }}',
  );
  expect(ask('{"stream":true,"stream_options":null}')).toBe(
    '{"stream":true,"stream_options":{"include_usage":true}}',
  );
});

test("a request that does not stream, or asks itself, is left alone", () => {
  expect(ask('{"stream":false}')).toBeNull();
  expect(ask('{"model":"x"}')).toBeNull();
  expect(ask('{"stream":true,"stream_options":{"include_usage":true}}')).toBeNull();
  expect(ask('{"stream":true,"stream_options":"odd"}')).toBeNull();
  expect(ask("[true]")).toBeNull();
});

test("text that is not JSON is searched without harm", () => {
  for (const text of [
    "",
    "{",
    '{"',
    '{"a',
    '{"a"',
    '{"a":',
    '{"a":"',
    '{"a":[',
    '{"a":1,',
    "{,}",
    '{"a":}',
    "]]]",
    "null",
  ]) {
    expect(findMember(bytes(text), "b")).toBeNull();
  }
});

test("depth and size cost no stack and only linear time", () => {
  const deep = `{"a":${"[".repeat(1_000_000)}${"]".repeat(1_000_000)},"b":1}`;
  const found = findMember(bytes(deep), "b");
  expect(found && deep.slice(found.valueStart, found.valueEnd)).toBe("1");
});

test("whatever the document, a member is found where the parser finds it", () => {
  const document = fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1, noNullPrototype: true });
  fc.assert(
    fc.property(document, fc.constantFrom(undefined, 2), (object, space) => {
      const text = JSON.stringify(object, null, space);
      for (const [name, value] of Object.entries(JSON.parse(text))) {
        const member = findMember(bytes(text), name);
        expect(member).not.toBeNull();
        const slice = Buffer.from(text).subarray(member?.valueStart, member?.valueEnd).toString();
        expect(JSON.parse(slice)).toEqual(value);
      }
    }),
  );
});
