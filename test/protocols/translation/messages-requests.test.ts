/** What clients of Anthropic's format ask for, Claude Code first, and what is refused or named of it. */
import { expect, test } from "bun:test";
import type { Json } from "../../../server/protocols/json.ts";
import type { NeutralRequest } from "../../../server/protocols/translation/form.ts";
import { messagesSpeaker } from "../../../server/protocols/translation/messages/speaker.ts";
import { BARE } from "./bare.ts";

const LINE = { model: null, stream: null };
const HELLO = [{ role: "user", content: "Hello" }];

const CLAUDE: NeutralRequest = {
  ...BARE,
  model: "claude-opus-4-8",
  turns: [{ role: "user", parts: [{ kind: "text", text: "Hello" }] }],
};

function read(members: Json) {
  return messagesSpeaker.readRequest({ model: CLAUDE.model, messages: HELLO, ...members }, LINE);
}

function uncarriedOf(members: Json): readonly string[] {
  const result = read(members);
  if ("reason" in result) throw new Error(result.message);
  return result.uncarried;
}

test("Claude Code's request is understood to its last member", () => {
  const ephemeral = { type: "ephemeral" };
  const request = {
    model: "claude-opus-4-8",
    max_tokens: 32_000,
    stream: true,
    system: [
      { type: "text", text: "x-anthropic-billing-header: cc_version=2.1.252; cc_entrypoint=cli; cch=00000;" },
      { type: "text", text: "You are Claude Code.", cache_control: ephemeral },
      { type: "text", text: "The rules.", cache_control: { type: "ephemeral", ttl: "1h" } },
    ],
    messages: [
      {
        role: "user",
        content: [
          { type: "text", text: "<system-reminder>Today is Monday.</system-reminder>" },
          { type: "text", text: "What is in README.md?" },
        ],
      },
      {
        role: "assistant",
        content: [
          { type: "thinking", thinking: "I read it.", signature: "EqQBCgIYAhIk" },
          { type: "text", text: "I look.", citations: null },
          {
            type: "tool_use",
            id: "toolu_1",
            name: "Read",
            input: { file_path: "README.md" },
            caller: { type: "direct" },
          },
          { type: "tool_use", id: "toolu_2", name: "Bash", input: {} },
        ],
      },
      {
        role: "user",
        content: [
          { type: "tool_result", tool_use_id: "toolu_1", content: "# Tollgate" },
          {
            type: "tool_result",
            tool_use_id: "toolu_2",
            is_error: true,
            content: [
              { type: "text", text: "no such command" },
              { type: "image", source: { type: "base64", media_type: "image/png", data: "iVBORw0=" } },
            ],
            cache_control: ephemeral,
          },
        ],
      },
    ],
    tools: [
      {
        name: "Read",
        description: "Reads a file.",
        input_schema: {
          type: "object",
          properties: { file_path: { type: "string" } },
          required: ["file_path"],
        },
        eager_input_streaming: true,
      },
      { name: "Bash", input_schema: { type: "object", properties: {} }, cache_control: ephemeral },
    ],
    tool_choice: { type: "auto" },
    metadata: { user_id: "user_0_account__session_1" },
    thinking: { type: "adaptive", budget_tokens: 0, display: "summarized" },
    output_config: { effort: "high" },
    context_management: { edits: [{ type: "clear_thinking_20251015", keep: "all" }] },
    temperature: null,
    speed: "fast",
    service_tier: "auto",
    diagnostics: { previous_message_id: "msg_0" },
    mcp_servers: [],
  };
  expect(messagesSpeaker.readRequest(request, LINE)).toEqual({
    uncarried: [],
    request: {
      ...CLAUDE,
      stream: true,
      maxTokens: 32_000,
      system: [
        { kind: "text", text: "You are Claude Code.", cache: "short" },
        { kind: "text", text: "The rules.", cache: "hour" },
      ],
      turns: [
        {
          role: "user",
          parts: [
            { kind: "text", text: "<system-reminder>Today is Monday.</system-reminder>" },
            { kind: "text", text: "What is in README.md?" },
          ],
        },
        {
          role: "assistant",
          parts: [
            {
              kind: "thinking",
              text: "I read it.",
              signature: { by: "anthropic-messages", value: "EqQBCgIYAhIk" },
            },
            { kind: "text", text: "I look." },
            { kind: "tool-call", id: "toolu_1", name: "Read", arguments: '{"file_path":"README.md"}' },
            { kind: "tool-call", id: "toolu_2", name: "Bash", arguments: "{}" },
          ],
        },
        {
          role: "user",
          parts: [
            {
              kind: "tool-result",
              id: "toolu_1",
              name: "Read",
              content: [{ kind: "text", text: "# Tollgate" }],
              isError: false,
            },
            {
              kind: "tool-result",
              id: "toolu_2",
              name: "Bash",
              content: [
                { kind: "text", text: "no such command" },
                { kind: "image", source: { kind: "base64", mediaType: "image/png", data: "iVBORw0=" } },
              ],
              isError: true,
              cache: "short",
            },
          ],
        },
      ],
      tools: [
        {
          name: "Read",
          description: "Reads a file.",
          parameters: {
            type: "object",
            properties: { file_path: { type: "string" } },
            required: ["file_path"],
          },
          strict: null,
        },
        { name: "Bash", description: null, parameters: null, strict: null, cache: "short" },
      ],
      toolChoice: { kind: "auto" },
      thinking: { amount: { kind: "effort", effort: "high" }, isShown: true },
      user: "user_0_account__session_1",
    },
  });
});

test("messages of one role are one turn, with the results of tools before what the user adds", () => {
  const messages = [
    { role: "user", content: "" },
    { role: "assistant", content: [{ type: "tool_use", id: "a", name: "tell", input: { n: 1 } }] },
    { role: "user", content: "Go on." },
    { role: "user", content: [{ type: "tool_result", tool_use_id: "a", content: "said" }] },
    { role: "system", content: "Be brief." },
  ];
  expect(read({ messages })).toMatchObject({
    request: {
      turns: [
        { role: "assistant", parts: [{ kind: "tool-call", id: "a" }] },
        {
          role: "user",
          parts: [
            { kind: "tool-result", name: "tell" },
            { kind: "text", text: "Go on." },
          ],
        },
        { role: "system", parts: [{ kind: "text", text: "Be brief." }] },
      ],
    },
  });
});

test("documents are carried in each of their forms", () => {
  const document = (source: Json, rest: Json = {}) => ({ type: "document", source, ...rest });
  const content = [
    document(
      { type: "base64", media_type: "application/pdf", data: "JVBERg==" },
      { title: "a.pdf", context: null },
    ),
    document({ type: "url", url: "https://example.com/a.pdf" }, { citations: { enabled: false } }),
    document({ type: "text", media_type: "text/plain", data: "said" }),
    document({
      type: "content",
      content: [
        { type: "text", text: "one" },
        { type: "text", text: "two" },
      ],
    }),
  ];
  expect(read({ messages: [{ role: "user", content }] })).toMatchObject({
    uncarried: [],
    request: {
      turns: [
        {
          parts: [
            { source: { kind: "base64", mediaType: "application/pdf", data: "JVBERg==" }, name: "a.pdf" },
            { source: { kind: "url", url: "https://example.com/a.pdf", mediaType: null }, name: null },
            { source: { kind: "text", text: "said" } },
            { source: { kind: "text", text: "one\n\ntwo" } },
          ],
        },
      ],
    },
  });
});

test("how much the model may think is understood in each generation's words", () => {
  const thinkingOf = (members: Json) => {
    const result = read(members);
    return "reason" in result ? result.message : result.request.thinking;
  };
  const budget = (tokens: number) => ({ type: "enabled", budget_tokens: tokens });
  expect(thinkingOf({ thinking: { type: "disabled" } })).toEqual({ amount: { kind: "off" }, isShown: null });
  expect(thinkingOf({ thinking: { type: "between_tools" } })).toEqual({
    amount: { kind: "off" },
    isShown: null,
  });
  expect(thinkingOf({ thinking: { type: "adaptive", display: "omitted" } })).toEqual({
    amount: { kind: "adaptive" },
    isShown: false,
  });
  expect(thinkingOf({ output_config: { effort: "low" } })).toEqual({
    amount: { kind: "effort", effort: "low" },
    isShown: null,
  });
  expect(thinkingOf({ thinking: budget(31_999) })).toMatchObject({
    amount: { kind: "budget", tokens: 31_999 },
  });
  expect(thinkingOf({ thinking: budget(31_999), output_config: { effort: "medium" } })).toMatchObject({
    amount: { kind: "effort", effort: "medium" },
  });
  expect(thinkingOf({ thinking: budget(2_000), output_config: { effort: "max" } })).toMatchObject({
    amount: { kind: "budget", tokens: 2_000 },
  });
  expect(thinkingOf({ thinking: { type: "enabled" } })).toContain("`thinking.budget_tokens` must be");
});

test("what the neutral form has no place for is named by its path", () => {
  const said = (...content: readonly Json[]) => ({ messages: [{ role: "user", content }] });
  expect(
    uncarriedOf({ container: "c", inference_geo: "us", fallbacks: [{ model: "m" }], logit_bias: {} }),
  ).toEqual(["container", "inference_geo", "fallbacks", "logit_bias"]);
  expect(uncarriedOf({ tools: [{ type: "web_search_20250305", name: "web_search" }] })).toEqual([
    "tools[0].type=web_search_20250305",
  ]);
  expect(
    uncarriedOf({ tools: [{ name: "a", input_schema: {}, input_examples: [{}], allowed_callers: ["x"] }] }),
  ).toEqual(["tools[0].input_examples", "tools[0].allowed_callers"]);
  expect(
    uncarriedOf(said({ type: "video" }, { type: "image", source: { type: "file", file_id: "f" } })),
  ).toEqual(["messages[0].content[0].type=video", "messages[0].content[1].source.type=file"]);
  expect(
    uncarriedOf(
      said({
        type: "document",
        source: { type: "content", content: [{ type: "image" }] },
        citations: { enabled: true },
        context: "of yesterday",
      }),
    ),
  ).toEqual([
    "messages[0].content[0].context",
    "messages[0].content[0].citations",
    "messages[0].content[0].source.content[0]",
  ]);
  expect(uncarriedOf({ context_management: { edits: [{ type: "compact_20260112" }, {}] } })).toEqual([
    "context_management.edits[0].type=compact_20260112",
    "context_management.edits[1].type",
  ]);
  expect(uncarriedOf({ output_config: { task_budget: { total: 1 }, format: { type: "grammar" } } })).toEqual([
    "output_config.task_budget",
    "output_config.format.type=grammar",
  ]);
});

test("structured output is understood where it stands today, and where it stood", () => {
  const format = { type: "json_schema", schema: { type: "object" } };
  const understood = {
    request: { format: { kind: "schema", schema: { type: "object" }, name: null } },
    uncarried: [],
  };
  expect(read({ output_config: { format } })).toMatchObject(understood);
  expect(read({ output_format: format })).toMatchObject(understood);
});

test("a request that makes no sense is refused with a sentence that names the member", () => {
  const wrong: readonly (readonly [Json, string])[] = [
    [{ messages: [] }, "`messages` must be a list of at least one message"],
    [{ messages: "Hello" }, "`messages` must be a list"],
    [{ messages: ["Hello"] }, "`messages[0]` must be an object"],
    [{ messages: [{ role: "tool", content: "a" }] }, "`messages[0].role` must be"],
    [{ messages: [{ role: "user", content: 1 }] }, "`messages[0].content` must be a string or a list"],
    [
      { messages: [{ role: "user", content: [{ type: "text" }] }] },
      "`messages[0].content[0].text` must be a string",
    ],
    [{ max_tokens: "100" }, "`max_tokens` must be a whole number"],
    [{ temperature: "hot" }, "`temperature` must be a number"],
    [{ stop_sequences: [1] }, "`stop_sequences` must be a list of strings"],
    [{ tools: [{ input_schema: {} }] }, "`tools[0].name` must be a string"],
    [{ tool_choice: { type: "all" } }, "`tool_choice.type` must be"],
    [{ tool_choice: "any" }, "`tool_choice` must be an object"],
    [{ output_config: { effort: "huge" } }, "`output_config.effort` must be"],
    [{ stream: "yes" }, "`stream` must be true or false"],
  ];
  for (const [members, sentence] of wrong) {
    const result = read(members);
    expect(result).toMatchObject({ reason: "invalid_request", status: 400 });
    expect("message" in result && result.message).toContain(sentence);
  }
});

test("what a stranger may write is named in bounds", () => {
  const strange = Object.fromEntries(
    Array.from({ length: 5_000 }, (_, at) => [`${at}-${"x".repeat(500)}`, 1]),
  );
  const uncarried = uncarriedOf(strange);
  expect(uncarried.length).toBeLessThanOrEqual(32);
  expect(Math.max(...uncarried.map((path) => path.length))).toBeLessThanOrEqual(160);
});
