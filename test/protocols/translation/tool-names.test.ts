/** Tools whose names other providers refuse go by fitted ones on the way, and by their own on both ends. */
import { expect, test } from "bun:test";
import fc from "fast-check";
import { chatSpeaker } from "../../../server/protocols/translation/chat/speaker.ts";
import type { NeutralEvent, NeutralRequest } from "../../../server/protocols/translation/form.ts";
import { fitNames, withNames } from "../../../server/protocols/translation/tool-names.ts";
import { BARE } from "./bare.ts";

const LONG = `mcp__${"x".repeat(90)}`;
const tool = (name: string) => ({ name, description: null, parameters: null, strict: null });

const ASKED: NeutralRequest = {
  ...BARE,
  tools: [tool("math.add"), tool(LONG), tool("get")],
  toolChoice: { kind: "tool", name: "math.add" },
  turns: [
    { role: "user", parts: [{ kind: "text", text: "Hi" }] },
    {
      role: "assistant",
      parts: [
        { kind: "tool-call", id: "c1", name: "math.add", arguments: "{}" },
        { kind: "tool-call", id: "c2", name: "gone:tool", arguments: "{}" },
      ],
    },
    {
      role: "user",
      parts: [
        { kind: "tool-result", id: "c1", name: "math.add", content: [], isError: false },
        { kind: "tool-result", id: "c3", name: null, content: [], isError: false },
      ],
    },
  ],
};

test("a tool has one fitted name wherever it is named; names that fit stay", () => {
  const { request, names } = fitNames(ASKED);
  const [add, long, get] = request.tools.map(({ name }) => name);
  expect([add, long, get]).toEqual([
    expect.stringMatching(/^math_add_\w+$/),
    expect.stringMatching(/^mcp__x+_\w+$/),
    "get",
  ]);
  expect(request.toolChoice).toEqual({ kind: "tool", name: add ?? "" });
  expect(request.turns[1]?.parts).toMatchObject([
    { name: add },
    { name: expect.stringMatching(/^gone_tool_/) },
  ]);
  expect(request.turns[2]?.parts).toMatchObject([{ name: add }, { name: null }]);
  expect([...names.values()].sort()).toEqual(["gone:tool", "math.add", LONG].sort());
});

test("a request whose names all fit is the same one", () => {
  const plain = { ...BARE, tools: [tool("get"), tool("tell-me")] };
  expect(fitNames(plain).request).toBe(plain);
  expect(withNames(chatSpeaker, fitNames(plain).names)).toBe(chatSpeaker);
});

test("calls come back by the client's names, whole and in a stream; others as the provider named them", () => {
  const { request, names } = fitNames(ASKED);
  const speaker = withNames(chatSpeaker, names);
  const called = [request.tools[0]?.name ?? "", "get", "invented"];
  const calls = called.map((name, index) => ({
    index,
    id: `c${index}`,
    type: "function",
    function: { name, arguments: "{}" },
  }));
  const answer = speaker.readAnswer({
    id: "a",
    choices: [
      { message: { role: "assistant", content: null, tool_calls: calls }, finish_reason: "tool_calls" },
    ],
  });
  expect(answer?.parts).toMatchObject([{ name: "math.add" }, { name: "get" }, { name: "invented" }]);

  const reader = speaker.createStreamReader();
  const delta = { id: "a", choices: [{ index: 0, delta: { tool_calls: calls } }] };
  const events: readonly NeutralEvent[] = [...reader.read(null, JSON.stringify(delta)), ...reader.end()];
  const begun = events.flatMap((event) => (event.kind === "part-start" ? [event.part] : []));
  expect(begun).toMatchObject([{ name: "math.add" }, { name: "get" }, { name: "invented" }]);
});

test("whatever tools are called, each has a name of its own that leads back to it", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string({ minLength: 1, maxLength: 90 })), (called) => {
      const { request, names } = fitNames({ ...BARE, tools: called.map(tool) });
      const fitted = request.tools.map(({ name }) => name);
      expect(new Set(fitted).size).toBe(called.length);
      expect(fitted.map((name) => names.get(name) ?? name)).toEqual(called);
    }),
  );
});
