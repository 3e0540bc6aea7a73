/** What tells a request from others: its last turn, in each dialect as its SDKs write it. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { Dialect } from "../../server/core/call.ts";
import { protocols } from "../../server/protocols/index.ts";
import type { Json } from "../../server/protocols/json.ts";

const print = (dialect: Dialect, request: Json) => protocols.get(dialect).fingerprint(request);

/** A conversation: what the agent says and the model answers in turn, then a tool that was called and what it gave. */
interface Talk {
  readonly before?: readonly string[];
  readonly last?: string;
  readonly tool?: { readonly query: string; readonly result: string; readonly id: string };
  readonly image?: string;
}

type Write = (talk: Talk) => Json;

const turns = ({ before = [] }: Talk) => before.map((text, at) => ({ text, isModel: at % 2 === 1 }));

const chat: Write = (talk) => {
  const { last, tool, image } = talk;
  const messages: Json[] = [{ role: "system", content: `At ${turns(talk).length}` }];
  for (const { text, isModel } of turns(talk))
    messages.push({ role: isModel ? "assistant" : "user", content: text });
  if (tool) {
    const called = { name: "search", arguments: JSON.stringify({ query: tool.query }) };
    messages.push({ role: "assistant", tool_calls: [{ id: tool.id, type: "function", function: called }] });
    messages.push({ role: "tool", tool_call_id: tool.id, content: tool.result });
  }
  const parts = [
    { type: "text", text: last },
    { type: "image_url", image_url: { url: image } },
  ];
  if (last !== undefined) messages.push({ role: "user", content: image === undefined ? last : parts });
  return { model: "m", messages };
};

const responses: Write = (talk) => {
  const { last, tool, image } = talk;
  const input: Json[] = [{ role: "developer", content: `At ${turns(talk).length}` }];
  for (const { text, isModel } of turns(talk)) {
    const content = [{ type: isModel ? "output_text" : "input_text", text }];
    input.push({ type: "message", role: isModel ? "assistant" : "user", content });
  }
  if (tool) {
    const called = { name: "search", arguments: JSON.stringify({ query: tool.query }) };
    input.push({ type: "reasoning", id: `rs_${tool.id}`, summary: [] });
    input.push({ type: "function_call", id: `fc_${tool.id}`, call_id: tool.id, ...called });
    input.push({ type: "function_call_output", call_id: tool.id, output: tool.result });
  }
  const parts = [
    { type: "input_text", text: last },
    { type: "input_image", image_url: image },
  ];
  if (last !== undefined) input.push({ role: "user", content: image === undefined ? last : parts });
  return { model: "m", input };
};

const messages: Write = (talk) => {
  const { last, tool, image } = talk;
  const all: Json[] = turns(talk).map(({ text, isModel }) => ({
    role: isModel ? "assistant" : "user",
    content: [{ type: "text", text }],
  }));
  const content: Json[] = [];
  if (tool) {
    const use = { type: "tool_use", id: tool.id, name: "search", input: { query: tool.query } };
    all.push({ role: "assistant", content: [{ type: "text", text: "Let me see." }, use] });
    content.push({
      type: "tool_result",
      tool_use_id: tool.id,
      content: [{ type: "text", text: tool.result }],
    });
  }
  if (last !== undefined) content.push({ type: "text", text: last });
  const source = { type: "base64", media_type: "image/png", data: image };
  const cache_control = { type: "ephemeral", ttl: `${turns(talk).length}m` };
  if (image !== undefined) content.push({ type: "image", source, cache_control });
  all.push({ role: "user", content });
  return { model: "m", system: `At ${turns(talk).length}`, messages: all, max_tokens: 10 };
};

const gemini: Write = (talk) => {
  const { last, tool, image } = talk;
  const contents: Json[] = turns(talk).map(({ text, isModel }) => ({
    role: isModel ? "model" : "user",
    parts: [{ text }],
  }));
  if (tool) {
    const call = { name: "search", args: { query: tool.query } };
    const answer = { id: tool.id, name: "search", response: { result: tool.result } };
    contents.push({ role: "model", parts: [{ functionCall: call, thoughtSignature: tool.id }] });
    contents.push({ role: "user", parts: [{ functionResponse: answer }] });
  }
  const inline = image === undefined ? [] : [{ inlineData: { mimeType: "image/png", data: image } }];
  if (last !== undefined) contents.push({ role: "user", parts: [{ text: last }, ...inline] });
  return { contents, systemInstruction: { parts: [{ text: `At ${turns(talk).length}` }] } };
};

const interaction: Write = (talk) => {
  const { last, tool, image } = talk;
  const input: Json[] = turns(talk).map(({ text, isModel }) => ({
    type: isModel ? "model_output" : "user_input",
    content: [{ type: "text", text }],
  }));
  if (tool) {
    input.push({ type: "thought", signature: tool.id });
    input.push({ type: "function_call", id: tool.id, name: "search", arguments: { query: tool.query } });
    input.push({ type: "function_result", call_id: tool.id, name: "search", result: tool.result });
  }
  const data = image === undefined ? [] : [{ type: "image", mime_type: "image/png", data: image }];
  const content = [{ type: "text", text: last }, ...data];
  if (last !== undefined) input.push({ type: "user_input", content });
  return { model: "m", input };
};

const FORMS: readonly (readonly [form: string, Dialect, Write])[] = [
  ["chat completions", "openai-chat", chat],
  ["responses", "openai-responses", responses],
  ["messages", "anthropic-messages", messages],
  ["generateContent", "gemini", gemini],
  ["interactions", "gemini", interaction],
  ["Cohere's chat", "cohere-chat", chat],
];

describe.each(FORMS)("in %s", (_form, dialect, write) => {
  const of = (talk: Talk) => print(dialect, write(talk));
  const tool = { query: "weather", result: "sunny", id: "call_a1" };

  test("the same last turn has the same fingerprint, however the conversation has grown", () => {
    const alike = of({ last: "Try again" });
    expect(alike).not.toBeNull();
    expect(of({ last: "Try again", before: ["Go", "Done"] })).toBe(alike);
    expect(of({ last: " try  AGAIN\n", before: ["Go", "Done", "More", "Done 2"] })).toBe(alike);
  });

  test("another last turn has another fingerprint, though all before is the same", () => {
    const before = ["Go", "Done"];
    expect(of({ last: "Try again", before })).not.toBe(of({ last: "Stop", before }));
  });

  test("the same call of a tool with the same result is alike, whatever its id", () => {
    const alike = of({ before: ["Go"], tool });
    expect(of({ before: ["Go"], tool })).toBe(alike);
    expect(of({ before: ["Go", "Yes", "Now"], tool: { ...tool, id: "call_b2" } })).toBe(alike);
  });

  test("another call, another result or no call is another turn", () => {
    const several = [
      of({ before: ["Go"], tool }),
      of({ before: ["Go"], tool: { ...tool, query: "news" } }),
      of({ before: ["Go"], tool: { ...tool, result: "rain" } }),
      of({ before: ["Go"], tool, last: "And?" }),
      of({ before: ["Go"] }),
      of({ before: ["Go", "Fine"], last: "And?" }),
    ];
    expect(new Set(several).size).toBe(several.length);
  });

  test("the same question about another image is another turn", () => {
    const shows = (image: string, before: string[] = []) => of({ last: "Describe this.", image, before });
    const [one, other] = [`iVBORw0KGgo${"A1".repeat(5000)}xyz=`, `iVBORw0KGgo${"A1".repeat(5000)}xyw=`];
    expect(shows(one)).toBe(shows(one, ["Go", "Done"]));
    expect(shows(one)).not.toBe(shows(other));
    expect(shows(one)).not.toBe(of({ last: "Describe this." }));
  });

  test("equal words are alike and different ones are not, in any conversation", () => {
    const word = fc.stringMatching(/^[g-z]{1,12}$/);
    fc.assert(
      fc.property(word, word, fc.array(word, { maxLength: 3 }), (one, other, past) => {
        const before = past.length % 2 === 0 ? past : past.slice(1);
        expect(of({ last: one, before }) === of({ last: other })).toBe(one === other);
      }),
    );
  });

  test("nothing that stands there makes it fail", () => {
    for (const value of [null, 1, "", "x", true, [], {}, [null, 1, "x", [], {}], { role: 1, parts: 1 }]) {
      const names = ["messages", "input", "contents", "prompt", "message", "tool_results", "images"];
      for (const name of names) expect(() => print(dialect, { [name]: value })).not.toThrow();
      for (const part of ["content", "parts", "tool_calls", "output", "result", "functionResponse"]) {
        const entry = { role: "user", type: "function_result", [part]: value };
        for (const name of names) expect(() => print(dialect, { [name]: [entry, entry] })).not.toThrow();
      }
    }
  });
});

test("a plain question has one fingerprint in all dialects", () => {
  const prints = FORMS.map(([, dialect, write]) =>
    print(dialect, write({ last: "Why?", before: ["A", "B"] })),
  );
  expect(new Set(prints).size).toBe(1);
});

test("the older forms have their turns too", () => {
  const forms: [Dialect, (text: string) => Json][] = [
    ["openai-chat", (prompt) => ({ prompt })],
    ["openai-chat", (prompt) => ({ prompt: [prompt, "b"] })],
    ["openai-chat", (prompt) => ({ prompt: [1, 2, prompt.length] })],
    ["openai-responses", (input) => ({ input })],
    ["openai-responses", (city) => ({ prompt: { id: "p", variables: { city } } })],
    ["anthropic-messages", (prompt) => ({ prompt })],
    ["gemini", (input) => ({ input })],
    ["gemini", (text) => ({ contents: { parts: { text } } })],
    ["cohere-chat", (message) => ({ message, chat_history: [] })],
    ["cohere-chat", (prompt) => ({ prompt })],
    [
      "cohere-chat",
      (text) => ({ message: "Go", tool_results: [{ call: { name: "f" }, outputs: [{ text }] }] }),
    ],
  ];
  for (const [dialect, write] of forms) {
    const name = `${dialect} ${JSON.stringify(write("x"))}`;
    expect(print(dialect, write("why")), name).not.toBeNull();
    expect(print(dialect, write("why")), name).toBe(print(dialect, write("WHY")));
    expect(print(dialect, write("why")), name).not.toBe(print(dialect, write("because")));
  }
});

test("a prefilled answer is no turn: the one before it is", () => {
  const user = { role: "user", content: "List them" };
  const asked = print("anthropic-messages", { messages: [user] });
  expect(print("anthropic-messages", { messages: [user, { role: "assistant", content: "[" }] })).toBe(asked);
});

test("where nothing is said there is nothing to compare", () => {
  const silent: [Dialect, Json][] = [
    ["openai-chat", {}],
    ["openai-chat", { input: "to be embedded" }],
    ["openai-chat", { messages: [{ role: "system", content: "Be brief." }] }],
    ["openai-chat", { messages: [{ role: "user", content: " " }] }],
    ["openai-responses", { input: [{ type: "item_reference", id: "i" }] }],
    ["gemini", { content: { parts: [{ text: "to be embedded" }] } }],
    ["gemini", { requests: [{ content: { parts: [{ text: "to be embedded" }] } }] }],
    ["cohere-chat", { texts: ["to be embedded"], inputs: [{ content: [{ type: "text", text: "x" }] }] }],
  ];
  for (const [dialect, request] of silent) {
    expect(print(dialect, request), `${dialect} ${JSON.stringify(request)}`).toBeNull();
  }
});

test("large and deep bodies are told in bounded time", () => {
  const deep = JSON.parse(`${'{"a":['.repeat(5000)}1${"]}".repeat(5000)}`);
  const wide = Object.fromEntries(Array.from({ length: 50_000 }, (_, at) => [`k${at}`, "v".repeat(20)]));
  const bushy = Array.from({ length: 60 }, () => Array.from({ length: 60 }, () => [wide, wide]));
  const long = "word ".repeat(2_000_000);
  const started = performance.now();
  for (const value of [deep, wide, bushy, long]) {
    const call = { function: { name: "f", arguments: value } };
    print("openai-chat", {
      messages: [
        { role: "assistant", tool_calls: [call] },
        { role: "user", content: [{ type: "image_url", image_url: value }, { text: value }] },
      ],
    });
    print("gemini", { contents: [{ parts: [{ functionResponse: { response: value } }] }] });
  }
  const many = Array.from({ length: 200_000 }, () => ({ role: "user", content: "x" }));
  print("openai-chat", { messages: many });
  expect(performance.now() - started).toBeLessThan(1000);
});
