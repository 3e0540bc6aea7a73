/** What is asked of a provider in Anthropic's format: valid for the model that it is for, and nothing dropped unsaid. */
import { expect, test } from "bun:test";
import type { NeutralRequest, Part, Thinking } from "../../../server/protocols/translation/form.ts";
import { fitId } from "../../../server/protocols/translation/ids.ts";
import { messagesSpeaker } from "../../../server/protocols/translation/messages/speaker.ts";
import { BARE as GREETING } from "./bare.ts";

const TEXT = { kind: "text", text: "Hello" } as const;

/** What the client of another format asks that says nothing but hello. */
const BARE: NeutralRequest = { ...GREETING, model: "auto", turns: [{ role: "user", parts: [TEXT] }] };

const TOOL = { name: "tell", description: null, parameters: null, strict: null };

function write(members: Partial<NeutralRequest>, model = "claude-haiku-4-5") {
  return messagesSpeaker.writeRequest({ ...BARE, ...members }, { model, maxOutput: 8_192 });
}

function effort(word: "minimal" | "low" | "medium" | "high" | "xhigh" | "max"): Thinking {
  return { amount: { kind: "effort", effort: word }, isShown: null };
}

test("a request that says little is written without a member that says nothing", () => {
  expect(write({}, "claude-opus-4-8")).toEqual({
    body: {
      model: "claude-opus-4-8",
      max_tokens: 8_192,
      messages: [{ role: "user", content: [{ type: "text", text: "Hello" }] }],
    },
    uncarried: [],
  });
});

test("a request of another format is written in full", () => {
  const schema = { type: "object", properties: { city: { type: "string" } } };
  const written = write({
    stream: true,
    system: [{ kind: "text", text: "Be brief." }],
    turns: [
      {
        role: "user",
        parts: [
          { kind: "text", text: "What is this?" },
          {
            kind: "image",
            source: { kind: "url", url: "https://example.com/a.png", mediaType: null },
            detail: "high",
          },
          {
            kind: "document",
            source: { kind: "base64", mediaType: "text/csv", data: "YSxi" },
            name: "a.csv",
          },
        ],
      },
      { role: "system", parts: [{ kind: "text", text: "Be briefer." }] },
      {
        role: "assistant",
        parts: [
          { kind: "thinking", text: "Elsewhere.", signature: { by: "gemini", value: "x" } },
          { kind: "thinking", text: "Mine.", signature: { by: "anthropic-messages", value: "EqQB" } },
          { kind: "refusal", text: "Not this one." },
          { kind: "tool-call", id: "call|1", name: "tell", arguments: '{"city":"Köln"}' },
          { kind: "tool-call", id: "call_2", name: "tell", arguments: "broken" },
        ],
      },
      {
        role: "user",
        parts: [
          { kind: "tool-result", id: "call|1", name: "tell", content: [TEXT], isError: false },
          { kind: "tool-result", id: "call_2", name: "tell", content: [], isError: true },
        ],
      },
    ],
    tools: [
      { name: "tell", description: "Tells.", parameters: { properties: schema.properties }, strict: true },
      { ...TOOL, name: "end" },
    ],
    toolChoice: { kind: "required" },
    parallelTools: false,
    maxTokens: 1_000,
    temperature: 0.5,
    topK: 5,
    stop: ["END"],
    format: { kind: "schema", name: "answer", schema, strict: true, description: null },
    user: "user-1",
  });
  const id = fitId("call|1");
  expect(written).toEqual({
    uncarried: [],
    body: {
      model: "claude-haiku-4-5",
      max_tokens: 1_000,
      stream: true,
      system: [
        { type: "text", text: "Be brief." },
        { type: "text", text: "Be briefer." },
      ],
      messages: [
        {
          role: "user",
          content: [
            { type: "text", text: "What is this?" },
            { type: "image", source: { type: "url", url: "https://example.com/a.png" } },
            {
              type: "document",
              source: { type: "text", media_type: "text/plain", data: "a,b" },
              title: "a.csv",
            },
          ],
        },
        {
          role: "assistant",
          content: [
            { type: "thinking", thinking: "Mine.", signature: "EqQB" },
            { type: "text", text: "Not this one." },
            { type: "tool_use", id, name: "tell", input: { city: "Köln" } },
            { type: "tool_use", id: "call_2", name: "tell", input: { invalid_arguments: "broken" } },
          ],
        },
        {
          role: "user",
          content: [
            { type: "tool_result", tool_use_id: id, content: [{ type: "text", text: "Hello" }] },
            { type: "tool_result", tool_use_id: "call_2", is_error: true },
          ],
        },
      ],
      tools: [
        {
          name: "tell",
          description: "Tells.",
          input_schema: { type: "object", properties: schema.properties },
          strict: true,
        },
        { name: "end", input_schema: { type: "object", properties: {} } },
      ],
      tool_choice: { type: "any", disable_parallel_tool_use: true },
      temperature: 0.5,
      top_k: 5,
      stop_sequences: ["END"],
      output_config: { format: { type: "json_schema", schema } },
      metadata: { user_id: "user-1" },
    },
  });
});

test("what the format has no place for is named and left out", () => {
  const image: Part = { kind: "image", source: { kind: "base64", mediaType: "image/png", data: "aa" } };
  const sheet: Part = {
    kind: "document",
    source: { kind: "base64", mediaType: "application/zip", data: "aa" },
    name: null,
  };
  const audio: Part = { kind: "audio", source: { kind: "base64", mediaType: "audio/wav", data: "aa" } };
  const result: Part = { kind: "tool-result", id: "a", name: "tell", content: [TEXT, sheet], isError: false };
  const { body, uncarried } = write({
    turns: [
      { role: "assistant", parts: [image, { kind: "tool-call", id: "a", name: "tell", arguments: "{}" }] },
      { role: "user", parts: [result, audio, sheet] },
    ],
    seed: 1,
    frequencyPenalty: 0.5,
    presencePenalty: 0.5,
    temperature: 1.5,
    stop: ["\n", "END"],
    format: { kind: "json" },
    toolChoice: { kind: "required" },
  });
  expect([...uncarried].sort()).toEqual([
    "audio",
    "document",
    "format",
    "frequencyPenalty",
    "image",
    "presencePenalty",
    "seed",
    "stop",
    "temperature",
    "tool-result",
    "toolChoice",
  ]);
  expect(body).toEqual({
    model: "claude-haiku-4-5",
    max_tokens: 8_192,
    messages: [
      { role: "assistant", content: [{ type: "tool_use", id: "a", name: "tell", input: {} }] },
      {
        role: "user",
        content: [{ type: "tool_result", tool_use_id: "a", content: [{ type: "text", text: "Hello" }] }],
      },
    ],
    stop_sequences: ["END"],
  });
});

test("texts that say nothing are left out, and instructions alone are what is asked", () => {
  const blank: Part = { kind: "text", text: " \n" };
  const { body } = write({ system: [TEXT], turns: [{ role: "user", parts: [blank] }] });
  expect(body).toEqual({
    model: "claude-haiku-4-5",
    max_tokens: 8_192,
    messages: [{ role: "user", content: [{ type: "text", text: "Hello" }] }],
  });
});

test.each([
  ["claude-haiku-4-5", { thinking: { type: "enabled", budget_tokens: 8_192 } }],
  ["us.anthropic.claude-opus-4-1-20250805-v1:0", { thinking: { type: "enabled", budget_tokens: 8_192 } }],
  ["claude-sonnet-4-20250514", { thinking: { type: "enabled", budget_tokens: 8_192 } }],
  ["claude-3-7-sonnet-20250219", { thinking: { type: "enabled", budget_tokens: 8_192 } }],
  ["deepseek-chat", { thinking: { type: "enabled", budget_tokens: 8_192 } }],
  ["claude-opus-4-6", { thinking: { type: "adaptive" }, output_config: { effort: "medium" } }],
  ["anthropic/claude-4.7-opus", { thinking: { type: "adaptive" }, output_config: { effort: "medium" } }],
  ["claude-fable-5", { thinking: { type: "adaptive" }, output_config: { effort: "medium" } }],
  ["claude-mythos-preview", { thinking: { type: "adaptive" }, output_config: { effort: "medium" } }],
])("%s is told in its own words how much to think", (model, members) => {
  const { body, uncarried } = write({ thinking: effort("medium"), maxTokens: 20_000 }, model);
  const { model: _, max_tokens: __, messages: ___, ...rest } = body;
  expect(rest).toEqual(members);
  expect(uncarried).toEqual([]);
});

test("an effort that a generation does not have becomes the nearest that it has", () => {
  const effortOf = (word: Parameters<typeof effort>[0], model: string) =>
    write({ thinking: effort(word) }, model).body.output_config;
  expect(effortOf("minimal", "claude-opus-4-8")).toEqual({ effort: "low" });
  expect(effortOf("xhigh", "claude-opus-4-6")).toEqual({ effort: "high" });
  expect(effortOf("xhigh", "claude-opus-4-7")).toEqual({ effort: "xhigh" });
  expect(effortOf("max", "claude-sonnet-4-6")).toEqual({ effort: "max" });
});

test("a budget fits under the ceiling, and one that cannot is named", () => {
  const budgetOf = (tokens: number, maxTokens: number) => {
    const { body, uncarried } = write({
      thinking: { amount: { kind: "budget", tokens }, isShown: true },
      maxTokens,
    });
    return [body.thinking, uncarried];
  };
  const enabled = (budget_tokens: number) => ({ type: "enabled", budget_tokens, display: "summarized" });
  expect(budgetOf(4_000, 4_001)).toEqual([enabled(4_000), []]);
  expect(budgetOf(20_000, 10_000)).toEqual([enabled(8_000), []]);
  expect(budgetOf(20_000, 1_100)).toEqual([enabled(1_024), []]);
  expect(budgetOf(100, 4_000)).toEqual([enabled(1_024), []]);
  expect(budgetOf(2_000, 1_024)).toEqual([undefined, ["thinking"]]);
});

test("thinking is turned off in the words of the model, and not where it cannot be", () => {
  const off = (model: string) => {
    const { body, uncarried } = write({ thinking: { amount: { kind: "off" }, isShown: null } }, model);
    return [body.thinking, uncarried];
  };
  expect(off("claude-haiku-4-5")).toEqual([{ type: "disabled" }, []]);
  expect(off("claude-opus-5")).toEqual([{ type: "disabled" }, []]);
  expect(off("claude-sonnet-5-5")).toEqual([{ type: "between_tools" }, []]);
  expect(off("claude-opus-5-5")).toEqual([undefined, ["thinking"]]);
  expect(off("claude-fable-5")).toEqual([undefined, ["thinking"]]);
});

test("a budget is not asked for in the middle of calls that the provider's own thinking did not lead to", () => {
  const turns = (first: Part): NeutralRequest["turns"] => [
    { role: "user", parts: [TEXT] },
    {
      role: "assistant",
      parts: [first, { kind: "tool-call", id: "toolu_1", name: "tell", arguments: "{}" }],
    },
    {
      role: "user",
      parts: [{ kind: "tool-result", id: "toolu_1", name: "tell", content: [], isError: false }],
    },
  ];
  const own: Part = { kind: "thinking", text: "So.", signature: { by: "anthropic-messages", value: "EqQB" } };
  expect(write({ turns: turns(TEXT), thinking: effort("low") }).uncarried).toEqual(["thinking"]);
  expect(write({ turns: turns(own), thinking: effort("low") }).uncarried).toEqual([]);
  expect(write({ turns: turns(TEXT), thinking: effort("low") }, "claude-opus-4-6").uncarried).toEqual([]);
});

test("sampling is told as far as the model takes it", () => {
  const sampling = { temperature: 0.5, topP: 0.9, topK: 5 };
  const told = (members: Partial<NeutralRequest>, model: string) => {
    const { body, uncarried } = write({ maxTokens: 4_000, ...members }, model);
    return [body.temperature, body.top_p, body.top_k, uncarried];
  };
  expect(told(sampling, "deepseek-chat")).toEqual([0.5, 0.9, 5, []]);
  expect(told(sampling, "claude-haiku-4-5")).toEqual([0.5, undefined, 5, ["topP"]]);
  expect(told({ temperature: 1, topP: 0.9 }, "claude-haiku-4-5")).toEqual([undefined, 0.9, undefined, []]);
  expect(told({ temperature: 0.5, topP: 1 }, "claude-haiku-4-5")).toEqual([0.5, undefined, undefined, []]);
  expect(told({ ...sampling, topP: 0.96, thinking: effort("low") }, "claude-haiku-4-5")).toEqual([
    undefined,
    0.96,
    undefined,
    ["temperature", "topK"],
  ]);
  expect(told(sampling, "claude-opus-4-7")).toEqual([
    undefined,
    undefined,
    undefined,
    ["temperature", "topP", "topK"],
  ]);
  expect(told({ temperature: 1, topP: 1 }, "claude-opus-4-7")).toEqual([undefined, undefined, undefined, []]);
});

test("a tool is forced where the model can be made to call one", () => {
  const forced = (model: string, thinking: Thinking | null) => {
    const members = { tools: [TOOL], toolChoice: { kind: "tool", name: "tell" } as const, thinking };
    const { body, uncarried } = write(members, model);
    return [body.tool_choice, uncarried];
  };
  const choice = { type: "tool", name: "tell" };
  expect(forced("claude-haiku-4-5", null)).toEqual([choice, []]);
  expect(forced("claude-haiku-4-5", effort("low"))).toEqual([undefined, ["toolChoice"]]);
  expect(forced("claude-opus-4-8", effort("low"))).toEqual([choice, []]);
  expect(forced("claude-opus-5-5", null)).toEqual([undefined, ["toolChoice"]]);
});

test("one call at a time is asked for with whatever choice there is, and not where there are no tools", () => {
  const written = (members: Partial<NeutralRequest>) =>
    write({ parallelTools: false, ...members }).body.tool_choice;
  expect(written({ tools: [TOOL] })).toEqual({ type: "auto", disable_parallel_tool_use: true });
  expect(written({ tools: [TOOL], toolChoice: { kind: "none" } })).toEqual({ type: "none" });
  expect(written({ toolChoice: { kind: "auto" } })).toBeUndefined();
});
