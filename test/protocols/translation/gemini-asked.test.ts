/** What Google is asked for where other formats say it in another way: instructions alone, strict tools, pictures of any spelling. */
import { describe, expect, test } from "bun:test";
import type { NeutralRequest, Tool, ToolChoice } from "../../../server/protocols/translation/form.ts";
import { geminiSpeaker } from "../../../server/protocols/translation/gemini/speaker.ts";
import { messagesSpeaker } from "../../../server/protocols/translation/messages/speaker.ts";
import { BARE } from "./bare.ts";

const TARGET = { model: "gemini-2.5-flash", maxOutput: 8_192 };

function write(asked: Partial<NeutralRequest>) {
  return geminiSpeaker.writeRequest({ ...BARE, ...asked }, TARGET);
}

describe("instructions", () => {
  const system = [{ kind: "text", text: "Write a poem." } as const];

  test("alone are what is asked: Google refuses a request without a content", () => {
    const { body } = write({ system, turns: [] });
    expect(body.contents).toEqual([{ role: "user", parts: [{ text: "Write a poem." }] }]);
    expect(body).not.toHaveProperty("systemInstruction");
  });

  test("that all stand in the conversation are too", () => {
    const { body } = write({ turns: [{ role: "system", parts: system }] });
    expect(body.contents).toEqual([{ role: "user", parts: [{ text: "Write a poem." }] }]);
    expect(body).not.toHaveProperty("systemInstruction");
  });

  test("stand beside a conversation", () => {
    const { body } = write({ system });
    expect(body.systemInstruction).toEqual({ parts: [{ text: "Write a poem." }] });
    expect(body.contents).toEqual([{ role: "user", parts: [{ text: "Hi" }] }]);
  });
});

describe("tools of which one is strict", () => {
  const tool = (name: string, strict: boolean | null): Tool => ({
    name,
    description: null,
    parameters: null,
    strict,
  });
  const tools = [tool("f", null), tool("g", true)];

  test.each<[ToolChoice | null, string]>([
    [null, "VALIDATED"],
    [{ kind: "auto" }, "VALIDATED"],
    // What has to be called is bound to its schema anyway, and what is not called to none.
    [{ kind: "required" }, "ANY"],
    [{ kind: "tool", name: "g" }, "ANY"],
    [{ kind: "none" }, "NONE"],
  ])("are called as their schemas say: %j", (toolChoice, mode) => {
    const { body, uncarried } = write({ tools, toolChoice });
    expect(body).toMatchObject({ toolConfig: { functionCallingConfig: { mode } } });
    expect(uncarried).toEqual([]);
  });

  test("and none where none is", () => {
    expect(write({ tools: [tool("f", null), tool("g", false)] }).body).not.toHaveProperty("toolConfig");
    expect(write({ tools: [tool("f", false)], toolChoice: { kind: "auto" } }).body).toMatchObject({
      toolConfig: { functionCallingConfig: { mode: "AUTO" } },
    });
  });
});

test("a picture has the registered type, however its client spells it", () => {
  const shown = (mediaType: string): Partial<NeutralRequest> => ({
    turns: [
      { role: "user", parts: [{ kind: "image", source: { kind: "base64", mediaType, data: "AAAA" } }] },
    ],
  });
  for (const [spelt, told] of [
    ["image/jpg", "image/jpeg"],
    ["image/JPG", "image/jpeg"],
    ["image/jpeg", "image/jpeg"],
    ["image/png", "image/png"],
  ] as const) {
    const claude = { model: "claude-haiku-4-5", maxOutput: 8_192 };
    const messages = messagesSpeaker.writeRequest({ ...BARE, ...shown(spelt) }, claude).body.messages;
    expect(messages).toMatchObject([{ content: [{ source: { media_type: told } }] }]);
    expect(write(shown(spelt)).body.contents).toMatchObject([
      { parts: [{ inlineData: { mimeType: told } }] },
    ]);
  }
});
