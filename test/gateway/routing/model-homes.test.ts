/** Models that OpenAI serves whole at its responses API: whoever asks for them with tools gets there, in its own format. */
import { describe, expect, test } from "bun:test";
import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import parallel from "../../conformance/translation/golden/anthropic-messages-to-openai-responses/parallel-tools.json";
import { type DataPlane, openDataPlane, type SentRequest } from "../../support/data-plane.ts";
import { busy, CHAT, call, hostOf, outcome, PROVIDERS } from "./routing-support.ts";

const ANTHROPIC_TOOL = { name: "get_weather", input_schema: { type: "object" as const } };
const TOOLS = [
  { type: "function" as const, function: { name: "get_weather", parameters: { type: "object" } } },
];
const AUTO = "/agents/bot/auto/v1/chat/completions";
const RESPONSES = "https://api.openai.com/v1/responses";
const COMPLETIONS = "https://api.openai.com/v1/chat/completions";

/** OpenAI, as far as these models go: two calls of the tool at its responses API, and a greeting at the other. */
function serve({ url, body }: SentRequest): Response {
  if (url !== RESPONSES) return Response.json(CHAT);
  const { stream } = JSON.parse(new TextDecoder().decode(body));
  if (!stream) return Response.json(parallel.answer);
  const text = parallel.stream.map((event) => `${event}\n\n`).join("");
  return new Response(text, { headers: { "content-type": "text/event-stream" } });
}

const open = (agent = ""): DataPlane =>
  openDataPlane({ config: `${PROVIDERS}agents: { bot: {${agent}} }`, upstream: serve });

const sentBody = (plane: DataPlane, at = 0): Record<string, unknown> =>
  JSON.parse(new TextDecoder().decode(plane.sent[at]?.body));

const sentTo = (plane: DataPlane): readonly string[] => plane.sent.map(({ url }) => url);

/** An SDK's way into the data plane. */
const fetchBy =
  (plane: DataPlane) =>
  (url: string | URL | Request, init?: RequestInit): Promise<Response> =>
    plane.send(new URL(String(url)).pathname, init);

describe("an Anthropic client that is served by such a model", () => {
  const ASKED = {
    model: "claude-x",
    max_tokens: 500,
    temperature: 1,
    messages: [{ role: "user" as const, content: "Weather in Ulm and Trier?" }],
    tools: [ANTHROPIC_TOOL],
  };
  const AGENT = " provider: openai, model: gpt-6-astra ";
  const sdk = (plane: DataPlane) =>
    new Anthropic({ apiKey: "k", maxRetries: 0, baseURL: "http://x/agents/bot/auto", fetch: fetchBy(plane) });

  test("streams, and its SDK puts the calls together as from a whole answer", async () => {
    using plane = open(AGENT);
    const streamed = await sdk(plane).messages.stream(ASKED).finalMessage();
    const whole = await sdk(plane).messages.create(ASKED);
    expect(whole.content).toEqual([
      expect.objectContaining({ type: "text", text: "Two more." }),
      expect.objectContaining({ type: "tool_use", id: "call_1", input: { city: "Ulm" } }),
      expect.objectContaining({ type: "tool_use", id: "call_2", input: { city: "Trier" } }),
    ]);
    expect(streamed.content.map(({ type }) => type)).toEqual(whole.content.map(({ type }) => type));
    expect(streamed.stop_reason).toBe("tool_use");
    expect(streamed.usage).toMatchObject({ input_tokens: 180, output_tokens: 40 });
    expect(sentTo(plane)).toEqual([RESPONSES, RESPONSES]);
    expect(sentBody(plane)).toMatchObject({
      model: "gpt-6-astra",
      stream: true,
      tools: [{ type: "function", name: "get_weather" }],
    });
    expect(sentBody(plane)).not.toHaveProperty("temperature");
    expect(sentBody(plane)).not.toHaveProperty("messages");
  });

  test("has a line that tells both formats, and what the model cost", async () => {
    using plane = open(AGENT);
    await sdk(plane).messages.create(ASKED);
    expect(plane.calls()).toMatchObject([
      {
        provider: "openai",
        protocol: "anthropic-messages",
        upstream_protocol: "openai-responses",
        requested_model: "claude-x",
        tokens_in: 180,
        tokens_out: 40,
        ending: "complete",
      },
    ]);
    expect(plane.calls()[0]?.cost_nano).toBeGreaterThan(0);
  });

  test("gets there without tools too, and stays at chat completions with a model that is at home there", async () => {
    using plane = open();
    const { messages, max_tokens } = ASKED;
    await sdk(plane).messages.create({ model: "gpt-6-sol", messages, max_tokens });
    await sdk(plane).messages.create({ model: "gpt-4o", messages, max_tokens, tools: [ANTHROPIC_TOOL] });
    expect(sentTo(plane)).toEqual([RESPONSES, COMPLETIONS]);
  });

  test("is refused a temperature that the model does not take, or goes without where that is allowed", async () => {
    const asked = { ...ASKED, temperature: 0.2, top_p: 0.5 };
    const send = (plane: DataPlane) =>
      plane.send("/agents/bot/auto/v1/messages", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(asked),
      });
    using strict = open(AGENT);
    const refused = await send(strict);
    expect([refused.status, outcome(refused)]).toEqual([400, "unsupported_translation"]);
    expect(await refused.text()).toContain("`temperature`, `top_p`");
    expect(strict.sent).toHaveLength(0);

    const config = `${PROVIDERS}translation: { unsupported: drop }\nagents: { bot: {${AGENT}} }`;
    using lenient = openDataPlane({ config, upstream: serve });
    const served = await send(lenient);
    expect(served.status).toBe(200);
    expect(served.headers.get("x-tollgate-dropped")).toBe("temperature, top_p");
    expect(sentBody(lenient)).not.toHaveProperty("temperature");
  });
});

describe("a chat client", () => {
  test("that asks OpenAI itself is passed through, byte by byte", async () => {
    using plane = open();
    const body = `{ "model":"gpt-6-astra",  "tools":[],"temperature":0.2, "messages":[{"role":"user","content":"Hi"}] }`;
    for (const text of [
      body,
      body.replace("[]", JSON.stringify(TOOLS)),
      body.replace("6-astra", "5-codex"),
    ]) {
      const headers = { "content-type": "application/json", authorization: "Bearer sk-own" };
      await plane.send("/agents/bot/openai/v1/chat/completions", { method: "POST", headers, body: text });
      const sent = plane.sent.at(-1);
      expect([sent?.url, new TextDecoder().decode(sent?.body)]).toEqual([COMPLETIONS, text]);
    }
  });

  test("that asks auto keeps its bytes, but for tools that chat completions would refuse", async () => {
    using plane = open();
    await call(plane, { model: "gpt-6-astra" }, { path: AUTO });
    await call(plane, { model: "gpt-6-sol", tools: TOOLS, reasoning_effort: "none" }, { path: AUTO });
    await call(plane, { model: "gpt-5.4", tools: TOOLS, seed: 7 }, { path: AUTO });
    await call(plane, { model: "gpt-4o", tools: TOOLS }, { path: AUTO });
    expect(sentTo(plane)).toEqual(Array(4).fill(COMPLETIONS));
    for (const { upstream_protocol } of plane.calls()) expect(upstream_protocol).toBeUndefined();
    await call(plane, { model: "gpt-6-astra", tools: TOOLS }, { path: AUTO });
    await call(plane, { model: "gpt-6-sol", tools: TOOLS }, { path: AUTO });
    await call(plane, { model: "gpt-5.4", tools: TOOLS, reasoning_effort: "low" }, { path: AUTO });
    await call(plane, { model: "gpt-5-codex" }, { path: AUTO });
    expect(sentTo(plane).slice(4)).toEqual(Array(4).fill(RESPONSES));
    expect(plane.calls().slice(4)).toMatchObject(
      Array(4).fill({ protocol: "openai-chat", upstream_protocol: "openai-responses" }),
    );
  });

  test("hears the calls in its own format", async () => {
    using plane = open();
    const sdk = new OpenAI({
      apiKey: "k",
      maxRetries: 0,
      baseURL: "http://x/agents/bot/auto/v1",
      fetch: fetchBy(plane),
    });
    const messages = [{ role: "user" as const, content: "Weather?" }];
    const stream = sdk.chat.completions.stream({ model: "gpt-6-astra", messages, tools: TOOLS });
    const { choices } = await stream.finalChatCompletion();
    expect(choices[0]?.finish_reason).toBe("tool_calls");
    expect(choices[0]?.message.tool_calls?.map(({ id }) => id)).toEqual(["call_1", "call_2"]);
    expect(sentTo(plane)).toEqual([RESPONSES]);
  });

  test("whom an override gives another of OpenAI's models goes on with its own key", async () => {
    const config = "agents: { bot: { overrides: { openai: { model: gpt-6-astra } } } }";
    using plane = openDataPlane({ config, upstream: serve });
    const headers = { authorization: "Bearer sk-own", "openai-organization": "org-own" };
    const answer = await call(plane, { tools: TOOLS }, { headers });
    expect(await answer.json()).toMatchObject({ object: "chat.completion" });
    expect(sentTo(plane)).toEqual([RESPONSES]);
    expect(plane.sent[0]?.headers.get("authorization")).toBe("Bearer sk-own");
    expect(plane.sent[0]?.headers.get("openai-organization")).toBe("org-own");
    expect(sentBody(plane).model).toBe("gpt-6-astra");
  });

  test("whose provider fails falls back to such a model", async () => {
    const config = `${PROVIDERS}  mistral: { api_key: sk-mistral }\nagents: { bot: { fallback: [openai/gpt-6.1-sol] } }`;
    const upstream = (request: SentRequest) =>
      hostOf(request) === "api.mistral.ai" ? busy() : serve(request);
    using plane = openDataPlane({ config, upstream });
    const path = "/agents/bot/mistral/v1/chat/completions";
    const answer = await call(plane, { model: "mistral-large-latest", tools: TOOLS }, { path });
    expect(answer.headers.get("x-tollgate-model")).toBe("gpt-6.1-sol");
    expect(await answer.json()).toMatchObject({ choices: [{ finish_reason: "tool_calls" }] });
    expect(plane.sent.at(-1)?.url).toBe(RESPONSES);
    expect(plane.calls()).toMatchObject([{ upstream_protocol: "openai-responses", attempts: 2 }]);
  });
});

test("a responses client keeps its bytes", async () => {
  using plane = open();
  const body = `{ "model":"gpt-6-astra",  "input":"Hi", "temperature":0.2 }`;
  const headers = { "content-type": "application/json" };
  await plane.send("/agents/bot/auto/v1/responses", { method: "POST", headers, body });
  expect(sentTo(plane)).toEqual([RESPONSES]);
  expect(new TextDecoder().decode(plane.sent[0]?.body)).toBe(body);
});

test("what does not generate is not translated, whatever model an override gives it", async () => {
  const config = "agents: { bot: { overrides: { openai: { 'x*': gpt-6-astra } } } }";
  using plane = openDataPlane({ config, upstream: serve });
  for (const path of ["embeddings", "completions", "moderations"]) {
    const body = JSON.stringify({ model: "x1", input: "hi", prompt: "hi" });
    const headers = { authorization: "Bearer sk-own" };
    await plane.send(`/agents/bot/openai/v1/${path}`, { method: "POST", headers, body });
    expect(plane.sent.at(-1)?.url).toBe(`https://api.openai.com/v1/${path}`);
  }
});
