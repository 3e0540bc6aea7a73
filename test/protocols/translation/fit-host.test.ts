/** A chat request that another host than its own is sent: its bytes, but for what that one calls otherwise. */
import { expect, test } from "bun:test";
import fc from "fast-check";
import { fitHost } from "../../../server/protocols/translation/chat/fit-host.ts";
import type { HostTakes } from "../../../server/protocols/translation/takes.ts";

const TAKES: HostTakes = { seed: "random_seed", user: null, ceiling: "max_tokens", callIds: "nine" };

function fit(text: string, takes = TAKES): string {
  const body = new TextEncoder().encode(text);
  return new TextDecoder().decode(fitHost(body, JSON.parse(text), takes));
}

test("members are renamed where they stand, labels without a place go, and every other byte stays", () => {
  expect(
    fit('{ "model":"m",\n "seed" : 1.0, "user":"u" ,"max_completion_tokens":  5, "messages":[ ], "x":1e2 }'),
  ).toBe('{ "model":"m",\n "random_seed":1.0, "max_tokens":5, "messages":[ ], "x":1e2 }');
  expect(fit('{"user":"u","messages":[]}', { user: "safety_identifier" })).toBe(
    '{"safety_identifier":"u","messages":[]}',
  );
});

test("ids of calls and of their results become the same; those that fit stay", () => {
  const call = (id: string) => `{"id":"${id}","type":"function","function":{"name":"f","arguments":"{}"}}`;
  const text = `{"messages":[{"role":"assistant","tool_calls":[${call("call_1")}, ${call("Abc123xyZ")}]},{"role":"tool","tool_call_id":"call_1","content":"é\\u00e9"},{"role":"tool","tool_call_id":"Abc123xyZ"}]}`;
  const fitted = fit(text);
  const { messages } = JSON.parse(fitted);
  const [id] = messages[0].tool_calls.map((one: { id: string }) => one.id);
  expect(id).toMatch(/^[A-Za-z0-9]{9}$/);
  expect(fitted).toBe(text.replaceAll("call_1", id));
});

test("a request that asks for nothing of it passes as it came", () => {
  const text = '{"model":"m", "messages":[{"role":"user","content":"seed, user"}], "max_tokens":3}';
  const body = new TextEncoder().encode(text);
  expect(fitHost(body, JSON.parse(text), TAKES)).toBe(body);
});

test("of two names for one thing the host's own stays, for it may refuse the other", () => {
  expect(fit('{"seed":1,"random_seed":2,"max_completion_tokens":5,"max_tokens":6}')).toBe(
    '{"random_seed":2,"max_tokens":6}',
  );
  expect(fit('{"seed":null,"random_seed":2}')).toBe('{"random_seed":2}');
});

test.each([
  ['{"max_tokens":null, "max_completion_tokens":100}', '{"max_tokens":100}'],
  ['{"max_completion_tokens":100, "max_tokens":null}', '{"max_tokens":100}'],
  ['{"random_seed":null, "x":1, "seed":7}', '{"x":1, "random_seed":7}'],
  ['{"random_seed":null, "seed":null}', '{"random_seed":null}'],
  ['{"random_seed":null}', '{"random_seed":null}'],
])("an own name that says nothing makes room: %s", (text, fitted) => {
  expect(fit(text)).toBe(fitted);
});

test("a host that has another name for the user is told it once", () => {
  const takes: HostTakes = { user: "safety_identifier" };
  expect(fit('{"safety_identifier":null,"user":"u"}', takes)).toBe('{"safety_identifier":"u"}');
  expect(fit('{"safety_identifier":"s","user":"u"}', takes)).toBe('{"safety_identifier":"s"}');
});

test("whatever stands in it, the rest of the document says the same", () => {
  const arbitraryBody = fc.record(
    {
      messages: fc.oneof(
        fc.jsonValue(),
        fc.array(
          fc.record(
            {
              tool_call_id: fc.oneof(fc.string(), fc.jsonValue()),
              tool_calls: fc.oneof(
                fc.array(fc.record({ id: fc.string(), z: fc.jsonValue() })),
                fc.jsonValue(),
              ),
            },
            { requiredKeys: [] },
          ),
        ),
      ),
      seed: fc.jsonValue(),
      user: fc.jsonValue(),
      max_completion_tokens: fc.jsonValue(),
      other: fc.jsonValue(),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(arbitraryBody, (document) => {
      const { messages: fitted, ...rest } = JSON.parse(fit(JSON.stringify(document)));
      const {
        messages,
        seed,
        user: _user,
        max_completion_tokens,
        ...others
      } = JSON.parse(JSON.stringify(document));
      expect(rest).toEqual({
        ...others,
        ...(seed === undefined ? {} : { random_seed: seed }),
        ...(max_completion_tokens === undefined ? {} : { max_tokens: max_completion_tokens }),
      });
      expect(withoutIds(fitted)).toEqual(withoutIds(messages));
    }),
  );
});

function withoutIds(messages: unknown): unknown {
  return JSON.parse(
    JSON.stringify(messages ?? null, (key, value) =>
      (key === "id" || key === "tool_call_id") && typeof value === "string" ? "" : value,
    ),
  );
}
