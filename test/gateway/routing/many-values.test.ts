/** A body of more values than are gone through holds nobody up: it is not written anew, and goes as it came or not at all. */
import { describe, expect, test } from "bun:test";
import { MOST_VALUES } from "../../../server/protocols/json-values.ts";
import { type DataPlane, openDataPlane } from "../../support/data-plane.ts";
import { CHAT, MESSAGE } from "./routing-support.ts";

const CONFIG = `
providers:
  openai: { api_key: sk-openai }
  anthropic: { api_key: sk-ant }
  mistral: { api_key: sk-mistral }
  deepseek: { api_key: sk-deepseek }
agents:
  claude: { provider: anthropic, model: claude-sonnet-4-5 }
  mistral: { provider: mistral, model: mistral-small }
  deepseek: { provider: deepseek, model: deepseek-chat }
  gpt: { provider: openai, model: gpt-4o }
`;
const CHAT_PATH = "auto/v1/chat/completions";
const repeat = (count: number, value = "0"): string => Array(count).fill(value).join(",");
const MANY = repeat(MOST_VALUES);
const HI = '{"role":"user","content":"hi"}';
const chat = (messages: string, more = ""): string =>
  `{"model":"m","messages":[${messages}]${more},"max_tokens":5}`;
const callOf = (args: string): string =>
  `{"role":"assistant","tool_calls":[{"id":"call_1","type":"function","function":{"name":"f","arguments":${JSON.stringify(args)}}}]}`;
const RESULT = '{"role":"tool","tool_call_id":"call_1","content":"ok"}';

function open(): DataPlane {
  return openDataPlane({
    config: CONFIG,
    upstream: ({ url }) => Response.json(url.includes("anthropic") ? MESSAGE : CHAT),
  });
}

async function post(plane: DataPlane, path: string, body: string) {
  const headers = { "content-type": "application/json", "anthropic-version": "2023-06-01" };
  const response = await plane.send(`/agents/${path}`, { method: "POST", headers, body });
  const { headers: told } = response;
  return { status: response.status, text: await response.text(), blocked: told.get("x-tollgate-blocked") };
}

const sentText = (plane: DataPlane): string => new TextDecoder().decode(plane.sent.at(-1)?.body);

describe("a request that has to be translated", () => {
  test.each([
    ["in itself", chat(HI, `,"metadata":{"a":[${MANY}]}`)],
    ["as messages", chat(repeat(MOST_VALUES / 2, HI))],
    ["in the arguments of a call", chat(`${HI},${callOf(`{"a":[${MANY}]}`)},${RESULT}`)],
    [
      "in the arguments of its calls together",
      chat(
        Array(9)
          .fill(`${callOf(`{"a":[${repeat(MOST_VALUES / 8)}]}`)},${RESULT}`)
          .join(","),
      ),
    ],
  ])("is refused with too many values %s, and goes nowhere", async (_where, body) => {
    using plane = open();
    const { status, text, blocked } = await post(plane, `claude/${CHAT_PATH}`, body);
    expect([status, blocked]).toEqual([400, "invalid_request"]);
    expect(text).toContain(String(MOST_VALUES));
    expect(plane.sent).toEqual([]);
  });

  test("is served with less, its long numbers as they were written", async () => {
    using plane = open();
    const args = `{"a":[${repeat(MOST_VALUES / 2)},12345678901234567890]}`;
    const { status } = await post(plane, `claude/${CHAT_PATH}`, chat(`${HI},${callOf(args)},${RESULT}`));
    expect(status).toBe(200);
    expect(sentText(plane)).toContain(args);
  });

  test("may be as large as it likes in texts and images", async () => {
    using plane = open();
    const image = `{"type":"image_url","image_url":{"url":"data:image/png;base64,${"iVBO".repeat(MOST_VALUES)}"}}`;
    const text = `{"type":"text","text":"${"[a], ".repeat(MOST_VALUES)}"}`;
    const body = chat(`{"role":"user","content":[${text},${image}]}`);
    expect((await post(plane, `claude/${CHAT_PATH}`, body)).status).toBe(200);
    expect(plane.sent).toHaveLength(1);
  });
});

describe("a request in the format of whoever serves it", () => {
  const big = `,"x":[${MANY}]`;
  const calls = `{"role":"assistant","tool_calls":[{"id":"call_1"}]}`;

  test("is refused where its calls would have to be looked for", async () => {
    using plane = open();
    const { status, text, blocked } = await post(plane, `mistral/${CHAT_PATH}`, chat(calls, big));
    expect([status, blocked]).toEqual([400, "invalid_request"]);
    expect(text).toContain(String(MOST_VALUES));
    expect(plane.sent).toEqual([]);
  });

  test("is served where nothing in its conversation has to change", async () => {
    using plane = open();
    expect((await post(plane, `gpt/${CHAT_PATH}`, chat(calls, big))).status).toBe(200);
    expect(sentText(plane)).toBe(chat(calls, big).replace('"model":"m"', '"model":"gpt-4o"'));
    expect((await post(plane, `deepseek/${CHAT_PATH}`, chat(HI, `${big},"user":"u"`))).status).toBe(200);
    expect(sentText(plane)).toBe(chat(HI, big).replace('"model":"m"', '"model":"deepseek-chat"'));
  });

  test("that carries a seal goes to nobody but whom it names, and there as it came", async () => {
    using plane = open();
    const sealed =
      '{"role":"assistant","content":"a","reasoning_details":[{"type":"reasoning.encrypted","data":"tollgate.gemini.YQ"}]}';
    const refused = await post(plane, `gpt/${CHAT_PATH}`, chat(`${HI},${sealed}`, big));
    expect(refused.status).toBe(400);
    expect(plane.sent).toEqual([]);
    const body = chat(`${HI},${sealed}`, big);
    expect((await post(plane, "solo/openai/v1/chat/completions", body)).status).toBe(200);
    expect(sentText(plane)).toBe(body);
  });

  test("that asks to think goes by name as it came, whoever made the calls", async () => {
    using plane = open();
    const body = (more: string) =>
      `{"model":"claude-sonnet-4-5","max_tokens":4000,"thinking":{"type":"enabled","budget_tokens":2000},"messages":[${HI},{"role":"assistant","content":[{"type":"tool_use","id":"call_1","name":"f","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"call_1","content":"ok"}]}]${more}}`;
    expect((await post(plane, "solo/anthropic/v1/messages", body(big))).status).toBe(200);
    expect(sentText(plane)).toBe(body(big));
    expect((await post(plane, "solo/anthropic/v1/messages", body(""))).status).toBe(200);
    expect(sentText(plane)).toContain('"thinking":{"type":"disabled"}');
  });
});

test("an own name of the host's that is null does not stand twice", async () => {
  using plane = open();
  const body = `{"model":"m","messages":[${HI}],"max_tokens":null,"max_completion_tokens":7}`;
  expect((await post(plane, `mistral/${CHAT_PATH}`, body)).status).toBe(200);
  expect(sentText(plane)).toBe(`{"model":"mistral-small","messages":[${HI}],"max_tokens":7}`);
});
