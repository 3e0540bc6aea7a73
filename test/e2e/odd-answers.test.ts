import { describe, expect, test } from "bun:test";
import { messagesEvents } from "../support/answers/anthropic-messages.ts";
import { geminiArray } from "../support/answers/gemini.ts";
import { openaiChatAnswer, openaiChatEvents } from "../support/answers/openai-chat.ts";
import { HELLO, sseEvent } from "../support/answers/said.ts";
import { connect, exchange, renderRequest } from "../support/client.ts";
import { useGateway } from "../support/fixture.ts";
import { callLine } from "../support/gateway.ts";
import { exchangeInTurn } from "../support/in-turn.ts";
import { cut, json, stream, verbatim, whole } from "../support/replies.ts";

const MIB = 1024 * 1024;
const fixture = useGateway();

const CHAT = "/agents/a/openai/v1/chat/completions";
const PLAIN = { model: "gpt-4o-mini", messages: [] };
const STREAM = { ...PLAIN, stream: true, stream_options: { include_usage: true } };

/** Asks, and gives back the answer with its journal line. */
async function ask(target: string, body: object) {
  const answer = await exchange(fixture.gateway.url, { target, body: JSON.stringify(body) });
  const line = await callLine(fixture.gateway, answer.header("x-tollgate-request-id"));
  return { answer, line, text: answer.body.toString() };
}

describe("an upstream that answers otherwise than asked", () => {
  test("with a stream where an answer was wanted is passed on and metered", async () => {
    const events = openaiChatEvents(HELLO, "asked");
    fixture.upstream.reply(stream(events));
    const { text, line } = await ask(CHAT, PLAIN);
    expect(text).toBe(events.join(""));
    expect(line).toMatchObject({ ending: "complete", tokens_in: 120, tokens_out: 30 });
  });

  test("with an answer where a stream was wanted is passed on and metered", async () => {
    fixture.upstream.reply(json(openaiChatAnswer(HELLO)));
    const { text, line } = await ask(CHAT, STREAM);
    expect(JSON.parse(text)).toEqual(openaiChatAnswer(HELLO));
    expect(line).toMatchObject({ ending: "complete", tokens_in: 120, tokens_out: 30 });
  });

  test("with its own error inside a stream is passed on, and its code is journaled without its text", async () => {
    const error = { type: "error", error: { type: "overloaded_error", message: "words of the provider" } };
    const sent = [...messagesEvents(HELLO).slice(0, 4), sseEvent("error", error)];
    fixture.upstream.reply(stream(sent));
    const { text, line } = await ask("/agents/a/anthropic/v1/messages", { ...PLAIN, stream: true });
    expect(text).toBe(sent.join(""));
    expect(line).toMatchObject({ status: 200, error: "overloaded_error" });
    expect(JSON.stringify(line)).not.toContain("words of the provider");
  });

  test("without any usage is charged by an estimate that says so", async () => {
    fixture.upstream.reply(stream(openaiChatEvents(HELLO, "none")));
    const { line } = await ask(CHAT, STREAM);
    expect(line).toMatchObject({ ending: "complete", usage: "estimated" });
    expect(line.tokens_out).toBeGreaterThan(0);
  });

  test.each([204, 304])("with %d and no body ends the call", async (status) => {
    fixture.upstream.reply(verbatim(`HTTP/1.1 ${status} Odd\r\nx-odd: kept\r\n\r\n`));
    const { answer, line } = await ask(CHAT, PLAIN);
    expect([answer.status, answer.header("x-odd"), answer.body.length]).toEqual([status, "kept", 0]);
    expect(line).toMatchObject({ status, ending: "complete" });
  });

  test("with a body that ends by the close of the connection is taken as whole", async () => {
    const body = JSON.stringify(openaiChatAnswer(HELLO));
    fixture.upstream.reply(verbatim(`HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n${body}`));
    const { text, line } = await ask(CHAT, PLAIN);
    expect(text).toBe(body);
    expect(line).toMatchObject({ ending: "complete", tokens_in: 120 });
  });

  test("with headers that pretend to be the gateway's cannot speak for it", async () => {
    const headers = [
      ["x-tollgate-request-id", "forged"],
      ["x-tollgate-agent", "forged"],
      ["x-tollgate-cost", "0"],
      ["x-tollgate-blocked", "forged"],
    ] as const;
    fixture.upstream.reply(json(openaiChatAnswer({ ...HELLO, model: "gpt-4o-mini" }), { headers }));
    const { answer } = await ask(CHAT, PLAIN);
    const ours = answer.fields.filter(([name]) => name.toLowerCase().startsWith("x-tollgate-"));
    expect(JSON.stringify(ours)).not.toContain("forged");
    expect(answer.header("x-tollgate-cost")).toBe("0.0000345");
  });

  test("with figures that cannot be is metered as it says and charged no less than nothing", async () => {
    const usage = { prompt_tokens: 10, completion_tokens: -9, prompt_tokens_details: { cached_tokens: 50 } };
    fixture.upstream.reply(json({ model: "gpt-4o-mini", choices: [], usage }));
    const { answer, line } = await ask(CHAT, PLAIN);
    expect(answer.status).toBe(200);
    expect(line.cost_nano).toBeGreaterThanOrEqual(0);
  });
});

describe("size", () => {
  test("an answer of 20 MiB arrives as it was sent", async () => {
    const body = JSON.stringify({ ...Object(openaiChatAnswer(HELLO)), padding: "x".repeat(20 * MIB) });
    fixture.upstream.reply(whole(body, { headers: [["Content-Type", "application/json"]] }));
    const { answer, line } = await ask(CHAT, PLAIN);
    expect(answer.body.equals(Buffer.from(body))).toBe(true);
    expect(line).toMatchObject({ tokens_in: 120, ending: "complete" });
  });

  test("an event larger than anyone would read is passed on, and what follows it is metered", async () => {
    const sent = [`data: {"big":"${"x".repeat(20 * MIB)}"}\n\n`, ...openaiChatEvents(HELLO, "asked")].join(
      "",
    );
    fixture.upstream.reply(stream(cut(sent, 100_000)));
    const { answer, line } = await ask(CHAT, STREAM);
    expect(answer.body.equals(Buffer.from(sent))).toBe(true);
    expect(line).toMatchObject({ tokens_in: 120, tokens_out: 30, ending: "complete" });
  });
});

describe("a stream that breaks ends in what its reader understands", () => {
  test.each([0, 1, 2])(
    "Gemini's array of %d elements stays an array whose last one is the error",
    async (count) => {
      const gate = Promise.withResolvers<void>();
      fixture.upstream.reply(
        stream(geminiArray(HELLO).slice(0, count), {
          contentType: "application/json",
          ending: "reset",
          before: (index) => (index === count ? gate.promise : undefined),
        }),
      );
      const target = "/agents/a/google/v1beta/models/gemini-2.5-flash:streamGenerateContent";
      const connection = await connect(fixture.gateway.url);
      connection.send(renderRequest(fixture.gateway.url, { target, body: '{"contents":[]}' }));
      await fixture.upstream.next();
      if (count > 0) await connection.sees(HELLO.words[0] ?? "");
      gate.resolve();
      const elements = JSON.parse((await connection.answer()).body.toString());
      connection.close();
      expect(elements.at(-1)).toMatchObject({ error: { code: expect.any(Number) } });
      expect(elements.length).toBeLessThanOrEqual(count + 1);
    },
  );

  test("Cohere's stream ends with message-end and the reason ERROR", async () => {
    const begun = sseEvent("message-start", { type: "message-start", id: "c" });
    fixture.upstream.reply(stream([begun, "event: content-del"], { ending: "reset" }));
    const { text, line } = await ask("/agents/a/cohere/v2/chat", {
      model: "command-r",
      messages: [],
      stream: true,
    });
    const last =
      text
        .trim()
        .split("\n\n")
        .findLast((event) => event.includes("message-end")) ?? "";
    expect(JSON.parse(last.slice(last.indexOf("{")))).toMatchObject({ delta: { finish_reason: "ERROR" } });
    expect(line).toMatchObject({ ending: "failed" });
  });
});

test("several calls on one connection are answered in their order, each with its own id", async () => {
  fixture.upstream.reply((exchange) => {
    const { target } = exchange.request;
    return json({ ...Object(openaiChatAnswer(HELLO)), id: target })(exchange);
  });
  const requests = ["first", "second", "third"].map((name) =>
    renderRequest(fixture.gateway.url, { target: `${CHAT}?call=${name}`, body: JSON.stringify(PLAIN) }),
  );
  const answers = await exchangeInTurn(fixture.gateway.url, requests);
  const asked = answers.map(({ body }) => JSON.parse(body.toString()).id.split("?call=")[1]);
  expect(asked).toEqual(["first", "second", "third"]);
  const ids = answers.map((answer) => answer.header("x-tollgate-request-id"));
  expect(new Set(ids).size).toBe(3);
  for (const id of ids) expect(await callLine(fixture.gateway, id)).toMatchObject({ ending: "complete" });
});
