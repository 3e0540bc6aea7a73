import { describe, expect, test } from "bun:test";
import Anthropic from "@anthropic-ai/sdk";
import { GoogleGenAI } from "@google/genai";
import OpenAI from "openai";
import { messagesEvents } from "../support/answers/anthropic-messages.ts";
import { geminiEvents } from "../support/answers/gemini.ts";
import { openaiChatEvents } from "../support/answers/openai-chat.ts";
import { responsesEvents } from "../support/answers/openai-responses.ts";
import { HELLO } from "../support/answers/said.ts";
import { connect, exchange, renderRequest } from "../support/client.ts";
import { useGateway } from "../support/fixture.ts";
import { callLine, isCall } from "../support/gateway.ts";
import { resetAtOnce, silence, stream, whole } from "../support/replies.ts";
import { within } from "../support/signals.ts";

const fixture = useGateway(() => ({
  file: { gateway: { header_timeout: "300ms", answer_timeout: "300ms", idle_timeout: "300ms" } },
}));

const CHAT = "/agents/a/openai/v1/chat/completions";
const BODY = { model: "gpt-4o-mini", messages: [{ role: "user" as const, content: "hi" }] };
const STREAM = JSON.stringify({ ...BODY, stream: true });

/** The one line of an agent that no other test uses. */
function lineOf(agent: string) {
  return fixture.gateway.line((line) => isCall(line) && line.agent === agent, `of agent ${agent}`);
}

describe.each(["reset", "close"] as const)("a stream whose upstream ends it by a %s", (ending) => {
  const dies = (events: string[]) => stream(events.slice(0, 3), { ending });

  test("throws the error class of OpenAI's SDK, on chat completions", async () => {
    fixture.upstream.reply(dies(openaiChatEvents(HELLO, "asked")));
    const agent = `chat-${ending}`;
    const client = new OpenAI({
      baseURL: `${fixture.gateway.url}/agents/${agent}/openai`,
      apiKey: "k",
      maxRetries: 0,
    });
    const result = await client.chat.completions.create({ ...BODY, stream: true });
    expect(await Array.fromAsync(result).catch((thrown: unknown) => thrown)).toBeInstanceOf(OpenAI.APIError);
    expect(await lineOf(agent)).toMatchObject({ status: 200, ending: "failed" });
  });

  test("throws the error class of OpenAI's SDK, on responses", async () => {
    fixture.upstream.reply(dies(responsesEvents(HELLO)));
    const agent = `responses-${ending}`;
    const client = new OpenAI({
      baseURL: `${fixture.gateway.url}/agents/${agent}/openai`,
      apiKey: "k",
      maxRetries: 0,
    });
    const result = await client.responses.create({ model: "gpt-4o-mini", input: "hi", stream: true });
    const outcome = await Array.fromAsync(result).catch((thrown: unknown) => thrown);
    const isTold = outcome instanceof OpenAI.APIError || JSON.stringify(outcome).includes('"error"');
    expect(isTold).toBe(true);
    expect(await lineOf(agent)).toMatchObject({ status: 200, ending: "failed" });
  });

  test("throws the error class of Anthropic's SDK", async () => {
    fixture.upstream.reply(dies(messagesEvents(HELLO)));
    const agent = `messages-${ending}`;
    const baseURL = `${fixture.gateway.url}/agents/${agent}/anthropic`;
    const client = new Anthropic({ baseURL, apiKey: "k", maxRetries: 0 });
    const final = client.messages
      .stream({ ...BODY, model: "claude-haiku-4-5", max_tokens: 9 })
      .finalMessage();
    expect(await final.catch((thrown: unknown) => thrown)).toBeInstanceOf(Anthropic.APIError);
    expect(await lineOf(agent)).toMatchObject({ status: 200, ending: "failed" });
  });

  test("throws in Google's SDK", async () => {
    const isUnfinished = geminiEvents(HELLO).slice(0, 2);
    fixture.upstream.reply(stream(isUnfinished, { ending }));
    const agent = `gemini-${ending}`;
    const baseUrl = `${fixture.gateway.url}/agents/${agent}/google`;
    const client = new GoogleGenAI({ apiKey: "k", httpOptions: { baseUrl } });
    const result = await client.models.generateContentStream({ model: "gemini-2.5-flash", contents: "hi" });
    expect(await Array.fromAsync(result).catch((thrown: unknown) => thrown)).toBeInstanceOf(Error);
    expect(await lineOf(agent)).toMatchObject({ status: 200, ending: "failed" });
  });
});

describe("an upstream that gives no answer", () => {
  test("a reset before the answer is a 502 in the dialect, and is not tried again", async () => {
    fixture.upstream.reply(resetAtOnce);
    const answer = await exchange(fixture.gateway.url, {
      target: "/agents/reset/anthropic/v1/messages",
      body: STREAM,
    });
    expect(answer.status).toBe(502);
    expect(JSON.parse(answer.body.toString())).toMatchObject({ type: "error" });
    expect(fixture.upstream.requests).toHaveLength(1);
    expect(await lineOf("reset")).toMatchObject({ status: 502, ending: "failed" });
  });

  test("a body shorter than it promised is not passed on as whole", async () => {
    fixture.upstream.reply(whole('{"id":"x","usage":', { claimedLength: 5_000 }));
    const answer = await exchange(fixture.gateway.url, {
      target: "/agents/short/openai/v1/chat/completions",
      body: JSON.stringify(BODY),
    });
    expect(answer.status === 502 || !answer.isWhole).toBe(true);
    expect(await lineOf("short")).toMatchObject({ ending: "failed" });
  });

  test.each([
    ["stream", STREAM],
    ["answer", JSON.stringify(BODY)],
  ])("silence instead of a %s becomes a 504, and the upstream is let go", async (kind, body) => {
    fixture.upstream.reply(silence);
    const answer = await exchange(fixture.gateway.url, {
      target: `/agents/silent-${kind}/openai/v1/chat/completions`,
      body,
    });
    expect([answer.status, answer.header("x-tollgate-request-id") === null]).toEqual([504, false]);
    await within((await fixture.upstream.next()).gone, "the gateway letting go");
    expect(await lineOf(`silent-${kind}`)).toMatchObject({ status: 504, ending: "failed" });
  });

  test("a stream that falls silent half-way ends with an error event", async () => {
    fixture.upstream.reply(stream(openaiChatEvents(HELLO, "asked").slice(0, 2), { ending: "stall" }));
    const answer = await exchange(fixture.gateway.url, {
      target: "/agents/stalled/openai/v1/chat/completions",
      body: STREAM,
    });
    expect(answer.isWhole).toBe(true);
    expect(answer.body.toString()).toContain('data: {"error"');
    expect(await lineOf("stalled")).toMatchObject({ status: 200, ending: "failed" });
  });
});

describe("a client that leaves", () => {
  test("in the middle of a stream takes the upstream with it, and only it is gone", async () => {
    fixture.upstream.reply(stream(openaiChatEvents(HELLO, "asked").slice(0, 2), { ending: "stall" }));
    const client = await connect(fixture.gateway.url);
    client.send(
      renderRequest(fixture.gateway.url, {
        target: "/agents/leaver/openai/v1/chat/completions",
        body: STREAM,
      }),
    );
    const taken = await fixture.upstream.next();
    await client.sees("Hello");
    client.vanish();
    await within(taken.gone, "the upstream seeing the client leave");
    expect(await lineOf("leaver")).toMatchObject({ status: 200, ending: "gone", stream: true });
  });

  test("before any answer takes the upstream with it, and was given no status", async () => {
    fixture.upstream.reply(silence);
    const client = await connect(fixture.gateway.url);
    client.send(
      renderRequest(fixture.gateway.url, {
        target: "/agents/early/openai/v1/chat/completions",
        body: STREAM,
      }),
    );
    const taken = await fixture.upstream.next();
    client.vanish();
    await within(taken.gone, "the upstream seeing the client leave");
    const line = await lineOf("early");
    expect(line).toMatchObject({ ending: "gone" });
    expect(line).not.toHaveProperty("status");
  });

  test("by its SDK's abort counts the same", async () => {
    fixture.upstream.reply(stream(openaiChatEvents(HELLO, "asked").slice(0, 3), { ending: "stall" }));
    const baseURL = `${fixture.gateway.url}/agents/aborter/openai`;
    const client = new OpenAI({ baseURL, apiKey: "k", maxRetries: 0 });
    const result = await client.chat.completions.create({ ...BODY, stream: true });
    for await (const _ of result) break;
    await within((await fixture.upstream.next()).gone, "the upstream seeing the abort");
    expect(await lineOf("aborter")).toMatchObject({ ending: "gone" });
  });
});

test("every ending stands in the journal once and the chain holds", async () => {
  const { request_id } = await callLine(
    fixture.gateway,
    (await exchange(fixture.gateway.url, { target: CHAT, body: JSON.stringify(BODY) })).header(
      "x-tollgate-request-id",
    ),
  );
  const ids = fixture.gateway.home
    .journal()
    .filter(isCall)
    .map((line) => line.request_id);
  expect(ids).toContain(request_id);
  expect(new Set(ids).size).toBe(ids.length);
  expect((await fixture.gateway.home.run("audit", "verify", "-c", fixture.gateway.home.file)).code).toBe(0);
});
