/** Numbers that a JavaScript number cannot hold come through every translation as they are written (SPEC 12.3, 12.4). */
import { describe, expect, test } from "bun:test";
import { type DataPlane, openDataPlane, type SentRequest } from "../../support/data-plane.ts";

const ARGS = '{"id":1234567890123456789,"price":0.12345678901234567890}';
const QUOTED = JSON.stringify(ARGS);
const SCHEMA = '{"type":"object","properties":{"id":{"type":"integer","maximum":9223372036854775807}}}';
const LONG = /\d{16,}/g;

/** Each format: a conversation in which a tool was called, and how an answer calls one, whole and as a stream. */
const FORMATS = {
  chat: {
    protocol: "openai",
    path: "v1/chat/completions",
    request: (more: string) =>
      `{"model":"x","messages":[{"role":"user","content":"q"},{"role":"assistant","tool_calls":[{"id":"call00001","type":"function","function":{"name":"get","arguments":${QUOTED}}}]},{"role":"tool","tool_call_id":"call00001","content":"ok"}],"tools":[{"type":"function","function":{"name":"get","parameters":${SCHEMA}}}]${more}}`,
    answer: `{"id":"a","object":"chat.completion","created":1760000000,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","function":{"name":"get","arguments":${QUOTED}}}]},"finish_reason":"tool_calls"}],"usage":{"prompt_tokens":1,"completion_tokens":1}}`,
    // Some hosts give the arguments as they are.
    stream: `data: {"id":"a","model":"m","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"c","function":{"name":"get","arguments":${ARGS}}}]},"finish_reason":"tool_calls"}]}\n\ndata: [DONE]\n\n`,
  },
  responses: {
    protocol: "openai-responses",
    path: "v1/responses",
    request: (more: string) =>
      `{"model":"x","store":false,"input":[{"role":"user","content":"q"},{"type":"function_call","call_id":"call00001","name":"get","arguments":${QUOTED}},{"type":"function_call_output","call_id":"call00001","output":"ok"}],"tools":[{"type":"function","name":"get","strict":false,"parameters":${SCHEMA}}]${more}}`,
    answer: `{"id":"a","object":"response","created_at":1760000000,"status":"completed","model":"m","output":[{"type":"function_call","id":"f","call_id":"c","name":"get","arguments":${QUOTED},"status":"completed"}],"usage":{"input_tokens":1,"output_tokens":1,"total_tokens":2}}`,
    stream: [
      `{"type":"response.created","response":{"id":"a","model":"m"}}`,
      `{"type":"response.output_item.added","output_index":0,"item":{"type":"function_call","id":"f","call_id":"c","name":"get","arguments":""}}`,
      `{"type":"response.function_call_arguments.delta","output_index":0,"item_id":"f","delta":${QUOTED}}`,
      `{"type":"response.output_item.done","output_index":0,"item":{"type":"function_call","id":"f","call_id":"c","name":"get","arguments":${QUOTED}}}`,
      `{"type":"response.completed","response":{"id":"a","model":"m","status":"completed","output":[]}}`,
    ]
      .map((data) => `data: ${data}\n\n`)
      .join(""),
  },
  messages: {
    protocol: "anthropic",
    path: "v1/messages",
    request: (more: string) =>
      `{"model":"x","max_tokens":5,"messages":[{"role":"user","content":"q"},{"role":"assistant","content":[{"type":"tool_use","id":"call00001","name":"get","input":${ARGS}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"call00001","content":"ok"}]}],"tools":[{"name":"get","input_schema":${SCHEMA}}]${more}}`,
    answer: `{"id":"a","type":"message","role":"assistant","model":"m","content":[{"type":"tool_use","id":"c","name":"get","input":${ARGS}}],"stop_reason":"tool_use","usage":{"input_tokens":1,"output_tokens":1}}`,
    stream: [
      `{"type":"message_start","message":{"id":"a","model":"m","usage":{"input_tokens":1}}}`,
      `{"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"c","name":"get","input":${ARGS}}}`,
      `{"type":"content_block_stop","index":0}`,
      `{"type":"message_delta","delta":{"stop_reason":"tool_use"},"usage":{"output_tokens":1}}`,
      `{"type":"message_stop"}`,
    ]
      .map((data) => `data: ${data}\n\n`)
      .join(""),
  },
  gemini: {
    protocol: "gemini",
    path: "v1beta/models/x:generateContent",
    request: (_more: string) =>
      `{"contents":[{"role":"user","parts":[{"text":"q"}]},{"role":"model","parts":[{"functionCall":{"id":"call00001","name":"get","args":${ARGS}}}]},{"role":"user","parts":[{"functionResponse":{"id":"call00001","name":"get","response":{"output":"ok"}}}]}],"tools":[{"functionDeclarations":[{"name":"get","parametersJsonSchema":${SCHEMA}}]}]}`,
    answer: `{"candidates":[{"content":{"role":"model","parts":[{"functionCall":{"id":"c","name":"get","args":${ARGS}}}]},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":1,"candidatesTokenCount":1,"totalTokenCount":2},"modelVersion":"m","responseId":"a"}`,
    stream: `data: {"candidates":[{"content":{"role":"model","parts":[{"functionCall":{"id":"c","name":"get","args":${ARGS}}}]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":1,"candidatesTokenCount":1}}\n\n`,
  },
} as const;

type Name = keyof typeof FORMATS;
const NAMES = Object.keys(FORMATS) as Name[];
/** What is the same on both sides is not translated; hosts that speak chat may speak responses too. */
const PAIRS = NAMES.flatMap((client) =>
  NAMES.filter((serving) => serving !== client && `${client} ${serving}` !== "responses chat").map(
    (serving) => [client, serving] as const,
  ),
);

const PROVIDERS = NAMES.map(
  (name) =>
    `  my-${name}: { protocol: ${FORMATS[name].protocol}, api_key: key, base_url: "https://${name}.example" }\n`,
).join("");

function openPlane(serving: Name, answer: (request: SentRequest) => Response): DataPlane {
  return openDataPlane({
    config: `providers:\n${PROVIDERS}agents: { bot: { provider: my-${serving}, model: some-model } }`,
    upstream: answer,
  });
}

async function ask(plane: DataPlane, client: Name, isStream: boolean): Promise<string> {
  const { path, request } = FORMATS[client];
  const streamed = path.replace(":generateContent", ":streamGenerateContent?alt=sse");
  const response = await plane.send(`/agents/bot/auto/${isStream ? streamed : path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: request(isStream ? ',"stream":true' : ""),
  });
  return response.text();
}

const sentBy = (plane: DataPlane): string => Buffer.from(plane.sent[0]?.body ?? []).toString();

describe.each(PAIRS)("%s served by %s", (client, serving) => {
  test("the conversation's arguments and the tools' schemas keep their numbers", async () => {
    using plane = openPlane(
      serving,
      () => new Response(FORMATS[serving].answer, { headers: { "content-type": "application/json" } }),
    );
    const told = await ask(plane, client, false);
    expect(sentBy(plane).match(LONG)?.toSorted()).toEqual([
      "1234567890123456789",
      "12345678901234567890",
      "9223372036854775807",
    ]);
    expect(told.match(LONG)).toEqual(["1234567890123456789", "12345678901234567890"]);
  });

  test("so do those of a streamed answer", async () => {
    using plane = openPlane(
      serving,
      () => new Response(FORMATS[serving].stream, { headers: { "content-type": "text/event-stream" } }),
    );
    const told = await ask(plane, client, true);
    expect(new Set(told.match(LONG))).toEqual(new Set(["1234567890123456789", "12345678901234567890"]));
  });
});

test("a long number where a setting belongs is that setting", async () => {
  using plane = openPlane("messages", () => Response.json({}, { status: 500 }));
  const settings = '"temperature":0.69999999999999996,"max_tokens":1e1';
  const text = `{"model":"x",${settings},"messages":[{"role":"user","content":"q"}]}`;
  await plane.send("/agents/bot/auto/v1/chat/completions", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: text,
  });
  expect(JSON.parse(sentBy(plane))).toMatchObject({ temperature: 0.7, max_tokens: 10 });
});

test("a seal in a conversation that is not translated is cut out of its bytes", async () => {
  using plane = openPlane("messages", () => Response.json({}, { status: 500 }));
  const body = (thinking: string) =>
    `{"model":"m", "max_tokens":5,"messages":[{"role":"user","content":"q\\u00e4"},{"role":"assistant","content":[${thinking}{"type":"tool_use","id":"t","name":"g","input":${ARGS}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":"1"}]}]}`;
  const send = (text: string) =>
    plane.send("/agents/other/my-messages/v1/messages", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: text,
    });
  const sealed = '{"type":"thinking","thinking":"h","signature":"tollgate.unsigned"}, ';
  await send(body(sealed));
  await send(body(sealed.replace("tollgate.unsigned", "EqQB")));
  expect(plane.sent.map(({ body: sent }) => Buffer.from(sent).toString())).toEqual([
    body(""),
    body(sealed.replace("tollgate.unsigned", "EqQB")),
  ]);
});
