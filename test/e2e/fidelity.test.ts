import { describe, expect, test } from "bun:test";
import { gunzipSync } from "node:zlib";
import { messagesEvents } from "../support/answers/anthropic-messages.ts";
import { cohereEvents } from "../support/answers/cohere.ts";
import { type ErrorShape, errorBody } from "../support/answers/errors.ts";
import { geminiArray, geminiEvents } from "../support/answers/gemini.ts";
import { openaiChatAnswer, openaiChatEvents } from "../support/answers/openai-chat.ts";
import { responsesEvents } from "../support/answers/openai-responses.ts";
import { HELLO } from "../support/answers/said.ts";
import { exchange } from "../support/client.ts";
import { useGateway } from "../support/fixture.ts";
import { callLine } from "../support/gateway.ts";
import { cut, json, stream, whole } from "../support/replies.ts";

const fixture = useGateway();

const CHAT_PATH = "/agents/a/openai/v1/chat/completions";
const GEMINI_PATH = "/agents/a/google/v1beta/models/gemini-2.5-flash:streamGenerateContent";
const ASKED = { model: "m", messages: [], stream: true, stream_options: { include_usage: true } };
const SSE = "text/event-stream";

/** A stream in each dialect: where it is asked for, how, and what the upstream says. */
const STREAMS: readonly (readonly [
  name: string,
  target: string,
  body: object,
  type: string,
  events: string[],
])[] = [
  ["chat completions", CHAT_PATH, ASKED, SSE, openaiChatEvents(HELLO, "asked")],
  [
    "chat completions of Mistral",
    "/agents/a/mistral/v1/chat/completions",
    { model: "m", stream: true },
    SSE,
    openaiChatEvents(HELLO, "last"),
  ],
  [
    "chat completions of DeepSeek",
    "/agents/a/deepseek/chat/completions",
    ASKED,
    SSE,
    [": keep-alive\n\n", ...openaiChatEvents(HELLO, "last", "deepseek")],
  ],
  [
    "responses",
    "/agents/a/openai/v1/responses",
    { model: "m", input: "x", stream: true },
    SSE,
    responsesEvents(HELLO),
  ],
  [
    "messages",
    "/agents/a/anthropic/v1/messages",
    { model: "m", max_tokens: 9, messages: [], stream: true },
    SSE,
    messagesEvents(HELLO),
  ],
  ["Gemini", `${GEMINI_PATH}?alt=sse`, { contents: [] }, SSE, geminiEvents(HELLO)],
  ["Gemini as an array", GEMINI_PATH, { contents: [] }, "application/json", geminiArray(HELLO)],
  [
    "Cohere",
    "/agents/a/cohere/v2/chat",
    { model: "m", messages: [], stream: true },
    SSE,
    cohereEvents(HELLO),
  ],
];

async function ask(target: string, body: object, headers: Record<string, string> = {}) {
  return exchange(fixture.gateway.url, { target, headers, body: JSON.stringify(body) });
}

describe.each(STREAMS)("a stream of %s", (_, target, body, contentType, events) => {
  const sent = events.join("");

  test.each([
    ["event by event", events.map((event) => Buffer.from(event))],
    ["in one piece", [Buffer.from(sent)]],
    ["in pieces of 7 bytes", cut(sent, 7)],
    ["byte by byte", cut(sent, 1)],
  ])("arrives as it was sent, %s, and is metered", async (_, pieces) => {
    fixture.upstream.reply(stream(pieces, { contentType }));
    const answer = await ask(target, body);
    expect(answer.body.toString()).toBe(sent);
    expect(answer.header("content-type")).toBe(contentType);
    const line = await callLine(fixture.gateway, answer.header("x-tollgate-request-id"));
    expect(line).toMatchObject({ stream: true, ending: "complete", usage: "reported" });
    expect(line.tokens_out).toBeGreaterThan(0);
  });

  test("that is compressed though nobody asked arrives as it was sent and is metered all the same", async () => {
    const bytes = Bun.gzipSync(Buffer.from(sent));
    fixture.upstream.reply(stream(cut(bytes, 50), { contentType, headers: [["Content-Encoding", "gzip"]] }));
    const answer = await ask(target, body);
    expect(answer.header("content-encoding")).toBe("gzip");
    expect(Buffer.from(answer.body).equals(bytes)).toBe(true);
    const line = await callLine(fixture.gateway, answer.header("x-tollgate-request-id"));
    expect(line).toMatchObject({ ending: "complete", usage: "reported" });
  });
});

describe("an answer passes untouched", () => {
  test("whatever its JSON looks like, padding and unknown members included", async () => {
    const odd = `\n\n  ${JSON.stringify(openaiChatAnswer(HELLO), null, 3).replace("{", '{ "x_new": [1,  2],')}  \n`;
    fixture.upstream.reply(whole(odd, { headers: [["Content-Type", "application/json"]] }));
    const answer = await ask(CHAT_PATH, { model: "m" });
    expect(answer.body.toString()).toBe(odd);
    const line = await callLine(fixture.gateway, answer.header("x-tollgate-request-id"));
    expect(line).toMatchObject({ tokens_in: 120, tokens_out: 30 });
  });

  test("with its status, its headers and both of its cookies, but nothing that belongs to one hop", async () => {
    const headers = [
      ["x-ratelimit-remaining-requests", "99"],
      ["Set-Cookie", "a=1; Path=/, odd"],
      ["Set-Cookie", "b=2"],
      ["Connection", "x-hop"],
      ["x-hop", "secret of the hop"],
      ["retry-after", "7"],
    ] as const;
    fixture.upstream.reply(json({ id: "x" }, { status: 202, headers }));
    const answer = await ask(CHAT_PATH, { model: "m" });
    expect(answer.status).toBe(202);
    expect(answer.header("x-ratelimit-remaining-requests")).toBe("99");
    expect(answer.header("retry-after")).toBe("7");
    expect(answer.header("x-hop")).toBeNull();
    const cookies = answer.fields
      .filter(([name]) => name.toLowerCase() === "set-cookie")
      .map(([, value]) => value);
    expect(cookies).toEqual(["a=1; Path=/, odd", "b=2"]);
  });

  test("with what follows the final event", async () => {
    const sent = `${openaiChatEvents(HELLO, "asked").join("")}: trailing comment\n\ndata: more\n\nhalf a li`;
    fixture.upstream.reply(stream(cut(sent, 40)));
    expect((await ask(CHAT_PATH, ASKED)).body.toString()).toBe(sent);
  });

  test("when it is compressed against our wish", async () => {
    fixture.upstream.reply(json(openaiChatAnswer(HELLO), { encoding: "gzip" }));
    const answer = await ask(CHAT_PATH, { model: "m" });
    expect(JSON.parse(gunzipSync(answer.body).toString())).toEqual(openaiChatAnswer(HELLO));
    const line = await callLine(fixture.gateway, answer.header("x-tollgate-request-id"));
    expect(line).toMatchObject({ tokens_in: 120, tokens_out: 30 });
  });

  test.each<readonly [ErrorShape, string, number]>([
    ["openai", CHAT_PATH, 404],
    ["anthropic", "/agents/a/anthropic/v1/messages", 529],
    ["gemini", "/agents/a/google/v1beta/models/gemini-2.5-flash:generateContent", 429],
    ["cohere", "/agents/a/cohere/v2/chat", 402],
    ["mistral", "/agents/a/mistral/v1/chat/completions", 401],
    ["minimax", "/agents/a/minimax/v1/text/chatcompletion_v2", 200],
  ])("when it is an error in the shape of %s", async (shape, target, status) => {
    const body = errorBody(shape, status, "the provider's own words");
    fixture.upstream.reply(json(body, { status }));
    const answer = await ask(target, { model: "m", messages: [], contents: [] });
    expect([answer.status, JSON.parse(answer.body.toString())]).toEqual([status, body]);
    expect(answer.header("x-tollgate-blocked")).toBeNull();
    const line = await callLine(fixture.gateway, answer.header("x-tollgate-request-id"));
    expect(line.status).toBe(status);
    expect(JSON.stringify(line)).not.toContain("own words");
  });

  test("when the error is not JSON at all", async () => {
    const page = "<html>502 Bad Gateway</html>";
    fixture.upstream.reply(whole(page, { status: 502, headers: [["Content-Type", "text/html"]] }));
    const answer = await ask(CHAT_PATH, ASKED);
    expect([answer.status, answer.body.toString()]).toEqual([502, page]);
  });
});

describe("a request passes untouched", () => {
  test("byte for byte where no rule changes it, white space and escapes included", async () => {
    const body = '{ "model" : "m",\n\t"messages":[{"role":"user","content":"\\u00e9 ✓ 1e400"}], "n": 1.0 }';
    await exchange(fixture.gateway.url, { target: CHAT_PATH, body });
    expect(new TextDecoder().decode(fixture.upstream.requests[0]?.body)).toBe(body);
  });

  test("but for the one member that asks for usage", async () => {
    const body = '{ "model" : "m", "stream" :true,\n "messages":[] , "seed": 1.0 }';
    await exchange(fixture.gateway.url, { target: CHAT_PATH, body });
    const sent = new TextDecoder().decode(fixture.upstream.requests[0]?.body);
    const spliced = /,?\s*"stream_options"\s*:\s*\{\s*"include_usage"\s*:\s*true\s*\}\s*,?/;
    expect(sent.replace(spliced, "")).toBe(body);
  });

  test("with its escapes and its query, on a path that is nobody's business", async () => {
    const target = "/agents/a/openai/v1/files/a%2Fb%20c?purpose=x%26y&a=1&a=2";
    await exchange(fixture.gateway.url, { method: "DELETE", target });
    expect(fixture.upstream.requests[0]).toMatchObject({
      method: "DELETE",
      target: "/v1/files/a%2Fb%20c?purpose=x%26y&a=1&a=2",
    });
  });

  test("as an upload that is not JSON", async () => {
    const body = Buffer.from(Array.from({ length: 300_000 }, (_, index) => index % 256));
    const headers = { "Content-Type": "multipart/form-data; boundary=x" };
    await exchange(fixture.gateway.url, { target: "/agents/a/openai/v1/files", headers, body });
    expect(Buffer.from(fixture.upstream.requests[0]?.body ?? []).equals(body)).toBe(true);
    expect(fixture.upstream.requests[0]?.header("content-type")).toBe(headers["Content-Type"]);
  });

  test("with a JSON content type where plain curl sent a form's", async () => {
    const headers = { "Content-Type": "application/x-www-form-urlencoded" };
    await exchange(fixture.gateway.url, { target: CHAT_PATH, headers, body: '{"model":"m"}' });
    expect(fixture.upstream.requests[0]?.header("content-type")).toStartWith("application/json");
  });

  test("asking for an answer that can be read along", async () => {
    const headers = { "Accept-Encoding": "gzip, br" };
    await exchange(fixture.gateway.url, { target: CHAT_PATH, headers, body: '{"model":"m"}' });
    expect(fixture.upstream.requests[0]?.header("accept-encoding")).toBe("identity");
  });

  test("as HEAD, whose answer has a length and no body", async () => {
    const answer = await exchange(fixture.gateway.url, {
      method: "HEAD",
      target: "/agents/a/openai/v1/models",
    });
    expect([answer.status, answer.body.length]).toEqual([200, 0]);
    expect(fixture.upstream.requests[0]?.method).toBe("HEAD");
  });
});
