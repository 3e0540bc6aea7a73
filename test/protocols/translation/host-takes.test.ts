/** A host of chat completions is told what it takes, by its own names; what it has no place for is named. */
import { describe, expect, test } from "bun:test";
import { chatSpeaker } from "../../../server/protocols/translation/chat/speaker.ts";
import type { Feature, NeutralRequest } from "../../../server/protocols/translation/form.ts";
import type { HostTakes } from "../../../server/protocols/translation/takes.ts";
import { createProviders } from "../../../server/providers/index.ts";
import { BARE } from "./bare.ts";

const providers = createProviders({});

function takesOf(id: string): HostTakes | undefined {
  return providers.find(id)?.takes;
}

function write(id: string, asked: Partial<NeutralRequest>, model = "m") {
  return chatSpeaker.writeRequest({ ...BARE, ...asked }, { model, maxOutput: 8_192, takes: takesOf(id) });
}

const SCHEMA = { type: "object", properties: {}, required: [], additionalProperties: false };
const TOOLS = [{ name: "f", description: null, parameters: null, strict: null }];

describe("what a host has no place for is named and left out", () => {
  const ASKED: readonly (readonly [Feature, Partial<NeutralRequest>, string])[] = [
    ["temperature", { temperature: 1.4 }, "temperature"],
    ["topK", { topK: 5 }, "top_k"],
    ["seed", { seed: 7 }, "seed"],
    ["frequencyPenalty", { frequencyPenalty: 1 }, "frequency_penalty"],
    ["presencePenalty", { presencePenalty: 1 }, "presence_penalty"],
    ["stop", { stop: ["a", "b", "c", "d", "e"] }, "stop"],
    [
      "format",
      { format: { kind: "schema", name: null, schema: SCHEMA, strict: null, description: null } },
      "response_format",
    ],
    ["toolChoice", { tools: TOOLS, toolChoice: { kind: "required" } }, "tool_choice"],
    ["parallelTools", { tools: TOOLS, parallelTools: false }, "parallel_tool_calls"],
  ];
  const MISSING: readonly (readonly [string, readonly Feature[]])[] = [
    ["openai", ["topK", "stop"]],
    ["mistral", ["topK", "stop"]],
    ["deepseek", ["topK", "seed", "format", "parallelTools"]],
    ["cohere", ["topK", "stop", "parallelTools"]],
    ["moonshot", ["temperature", "topK", "seed", "parallelTools"]],
    [
      "zhipu",
      [
        ...(["temperature", "topK", "seed", "frequencyPenalty", "presencePenalty"] as const),
        ...(["stop", "format", "toolChoice", "parallelTools"] as const),
      ],
    ],
    ["minimax", ["temperature", "topK", "frequencyPenalty", "presencePenalty", "stop"]],
    ["baichuan", ["topK", "stop"]],
  ];

  test.each(MISSING)("%s", (id, missing) => {
    for (const [feature, asked, member] of ASKED) {
      const { body, uncarried } = write(id, asked);
      const isMissing = missing.includes(feature);
      expect([feature, uncarried]).toEqual([feature, isMissing ? [feature] : []]);
      const isWritten = member in body || (member === "seed" && "random_seed" in body);
      expect([feature, isWritten]).toEqual([feature, !isMissing]);
    }
  });
});

test("what asks for the usual is nothing that a host could lack", () => {
  const usual: Partial<NeutralRequest> = {
    tools: TOOLS,
    toolChoice: { kind: "auto" },
    parallelTools: true,
    format: { kind: "json" },
  };
  const { body, uncarried } = write("zhipu", usual);
  expect(uncarried).toEqual([]);
  expect(body).not.toHaveProperty("tool_choice");
  expect(body).not.toHaveProperty("parallel_tool_calls");
  expect(body.response_format).toEqual({ type: "json_object" });
  const without: Partial<NeutralRequest> = { toolChoice: { kind: "required" }, parallelTools: false };
  expect(write("zhipu", without).uncarried).toEqual([]);
});

test("members have the host's own names", () => {
  const asked = { seed: 7, user: "u-1" };
  expect(write("mistral", asked).body).toMatchObject({ random_seed: 7 });
  expect(write("moonshot", { user: "u-1" }).body).toMatchObject({ safety_identifier: "u-1" });
  expect(write("openai", asked).body).toMatchObject({ seed: 7, user: "u-1" });
  for (const [id, name] of [
    ["mistral", "seed"],
    ["mistral", "user"],
    ["cohere", "user"],
    ["deepseek", "user"],
  ] as const) {
    expect(write(id, asked).body).not.toHaveProperty(name);
  }
});

test("calls and their results have ids of nine letters and digits where the host takes no others", () => {
  const turns: NeutralRequest["turns"] = [
    { role: "user", parts: [{ kind: "text", text: "Hi" }] },
    {
      role: "assistant",
      parts: [
        { kind: "tool-call", id: "toolu_01AbCdEfGhIjKlMnOpQrStUv", name: "f", arguments: "{}" },
        { kind: "tool-call", id: "Abc123xyZ", name: "f", arguments: "{}" },
      ],
    },
    {
      role: "user",
      parts: [
        ...(["toolu_01AbCdEfGhIjKlMnOpQrStUv", "Abc123xyZ"] as const).map((id) => ({
          ...({ kind: "tool-result", id, name: "f", isError: false } as const),
          content: [{ kind: "text", text: "done" } as const],
        })),
      ],
    },
  ];
  const { messages } = write("mistral", { turns }).body as {
    messages: { tool_calls?: { id: string }[]; tool_call_id?: string }[];
  };
  const called = messages.flatMap(({ tool_calls = [] }) => tool_calls.map(({ id }) => id));
  const answered = messages.flatMap(({ tool_call_id: id }) => (id === undefined ? [] : [id]));
  expect(called).toEqual(answered);
  expect(called[0]).toMatch(/^[A-Za-z0-9]{9}$/);
  // Its own come back as they were.
  expect(called[1]).toBe("Abc123xyZ");
});
