/** What goes beside thinking, and which models do not think at all: neither is asked for what it would refuse. */
import { expect, test } from "bun:test";
import type { NeutralRequest, Thinking } from "../../../server/protocols/translation/form.ts";
import { geminiSpeaker } from "../../../server/protocols/translation/gemini/speaker.ts";
import { messagesSpeaker } from "../../../server/protocols/translation/messages/speaker.ts";
import { BARE } from "./bare.ts";

const LOW: Thinking = { amount: { kind: "effort", effort: "low" }, isShown: true };
const OFF: Thinking = { amount: { kind: "off" }, isShown: null };
const ADAPTIVE: Thinking = { amount: { kind: "adaptive" }, isShown: true };

function sampling(model: string, members: Partial<NeutralRequest>) {
  const { body, uncarried } = messagesSpeaker.writeRequest(
    { ...BARE, ...members },
    { model, maxOutput: 8_192 },
  );
  return [body.temperature, body.top_p, body.top_k, uncarried];
}

test.each(["claude-3-7-sonnet-latest", "claude-sonnet-4-20250514", "claude-opus-4-0"])(
  "%s is told how to choose its tokens, but for what goes with no thinking",
  (model) => {
    const asked = { temperature: 0.2, topP: 0.5, topK: 5 };
    expect(sampling(model, asked)).toEqual([0.2, 0.5, 5, []]);
    expect(sampling(model, { ...asked, thinking: OFF })).toEqual([0.2, 0.5, 5, []]);
    expect(sampling(model, { ...asked, thinking: LOW })).toEqual([
      undefined,
      undefined,
      undefined,
      ["temperature", "topP", "topK"],
    ]);
    expect(sampling(model, { temperature: 1, topP: 0.95, thinking: LOW })).toEqual([
      undefined,
      0.95,
      undefined,
      [],
    ]);
  },
);

test("another maker's model that thinks is told all of it", () => {
  expect(sampling("deepseek-chat", { temperature: 0.2, topP: 0.5, topK: 5, thinking: LOW })).toEqual([
    ...[0.2, 0.5, 5],
    [],
  ]);
});

test.each(["claude-3-5-sonnet-20241022", "claude-3-haiku-20240307"])("%s is not asked to think", (model) => {
  const written = (thinking: Thinking) => {
    const { body, uncarried } = messagesSpeaker.writeRequest(
      { ...BARE, thinking },
      { model, maxOutput: 4_096 },
    );
    expect(body).not.toHaveProperty("thinking");
    return uncarried;
  };
  expect(written(OFF)).toEqual([]);
  expect(written(ADAPTIVE)).toEqual([]);
  expect(written(LOW)).toEqual(["thinking"]);
});

test.each(["gemini-2.0-flash", "models/gemini-1.5-pro-latest"])("%s is not asked to think", (model) => {
  const written = (thinking: Thinking) => {
    const { body, uncarried } = geminiSpeaker.writeRequest(
      { ...BARE, thinking },
      { model, maxOutput: 4_096 },
    );
    expect(JSON.stringify(body)).not.toContain("thinkingConfig");
    return uncarried;
  };
  expect(written(OFF)).toEqual([]);
  expect(written(ADAPTIVE)).toEqual([]);
  expect(written(LOW)).toEqual(["thinking"]);
});
