/** A model that thinks is not told how to choose its tokens: it would refuse all but its defaults. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { chatSpeaker } from "../../../server/protocols/translation/chat/speaker.ts";
import type { Feature, NeutralRequest, Thinking } from "../../../server/protocols/translation/form.ts";
import { type ToldEffort, takesSampling } from "../../../server/protocols/translation/gpt.ts";
import { responsesSpeaker } from "../../../server/protocols/translation/responses/speaker.ts";
import { fitSampling } from "../../../server/protocols/translation/told-sampling.ts";
import { BARE } from "./bare.ts";

const SPEAKERS = [chatSpeaker, responsesSpeaker];
const MEMBERS = /^(?:temperature|top_p|frequency_penalty|presence_penalty)$/;

/** Whether it may be told: where nothing is said of thinking, where it is not to think, and where it is. */
const TAKES: readonly (readonly [models: readonly string[], untold: boolean, none: boolean, low: boolean])[] =
  [
    [["gpt-4o", "gpt-4.1", "chatgpt-4o-latest", "gpt-5-chat-latest"], true, true, true],
    [["deepseek-chat", "mistral-large-latest", "openai/gpt-oss-120b", ""], true, true, true],
    [["gpt-5.1", "gpt-5.2", "gpt-5.4-mini", "openai/gpt-5.4"], true, true, false],
    [["gpt-5.5", "gpt-5.6-sol", "gpt-6-luna", "gpt-6-sol"], false, true, false],
    [["o1", "o3-mini", "o4-mini", "gpt-5", "gpt-5-nano", "gpt-5-pro", "gpt-5.2-pro"], false, false, false],
    [["gpt-5.1-codex", "gpt-5.2-chat-latest", "o3-deep-research"], false, false, false],
    [["gpt-6-astra", "gpt-6.1-sol", "gpt-7"], false, false, false],
  ];

describe("whether a model may be told", () => {
  for (const [models, ...expected] of TAKES) {
    test.each(models.map((model) => [model]))("%s", (model) => {
      expect([null, "none" as const, "low" as const].map((told) => takesSampling(model, told))).toEqual(
        expected,
      );
    });
  }
});

test("a request says all that it was asked to, or nothing and names what is missed", () => {
  const number = fc.option(fc.constantFrom(0, 0.2, 1, 1.5));
  const asked = fc.record({
    temperature: number,
    topP: number,
    frequencyPenalty: number,
    presencePenalty: number,
  });
  const models = fc.constantFrom(...TAKES.flatMap(([names]) => names));
  const efforts = fc.constantFrom<(ToldEffort | null)[]>(null, "none", "minimal", "low", "max");
  fc.assert(
    fc.property(asked, models, efforts, (sampling, model, told) => {
      const uncarried = new Set<Feature>();
      const fitted = fitSampling({ ...BARE, ...sampling }, model, told, uncarried);
      if (takesSampling(model, told)) {
        expect(fitted).toEqual(sampling);
        expect(uncarried.size).toBe(0);
        return;
      }
      expect(Object.values(fitted).every((value) => value === null)).toBe(true);
      expect(uncarried.has("temperature")).toBe(![null, 1].includes(sampling.temperature));
      expect(uncarried.has("topP")).toBe(![null, 1].includes(sampling.topP));
      expect(uncarried.has("frequencyPenalty")).toBe(![null, 0].includes(sampling.frequencyPenalty));
      expect(uncarried.has("presencePenalty")).toBe(![null, 0].includes(sampling.presencePenalty));
    }),
  );
});

describe("a request in either of the formats", () => {
  const OFF: Thinking = { amount: { kind: "off" }, isShown: null };
  const LOW: Thinking = { amount: { kind: "effort", effort: "low" }, isShown: null };

  test.each(SPEAKERS)("says nothing to a model that thinks, and names what was asked", (speaker) => {
    expect(written(speaker, "o3", { temperature: 0.2, topP: 0.9 })).toEqual([{}, ["temperature", "topP"]]);
    expect(written(speaker, "gpt-5.1", { temperature: 0, thinking: LOW })).toEqual([{}, ["temperature"]]);
    expect(written(speaker, "gpt-6-astra", { topP: 0.5 })).toEqual([{}, ["topP"]]);
  });

  test.each(SPEAKERS)("says no default, which some refuse too, and misses nothing by that", (speaker) => {
    expect(written(speaker, "gpt-6-astra", { temperature: 1, topP: 1 })).toEqual([{}, []]);
  });

  test.each(SPEAKERS)("says it to a model that does not think, or not now", (speaker) => {
    const asked = { temperature: 0.2, topP: 0.9 };
    const said = { temperature: 0.2, top_p: 0.9 };
    expect(written(speaker, "gpt-4o", asked)).toEqual([said, []]);
    expect(written(speaker, "gpt-5.2", asked)).toEqual([said, []]);
    expect(written(speaker, "gpt-6-sol", { ...asked, thinking: OFF })).toEqual([said, []]);
    // The least that it can be told is to think a little.
    expect(written(speaker, "gpt-5", { ...asked, thinking: OFF })).toEqual([{}, ["temperature", "topP"]]);
  });

  test("has no penalties for a model that thinks", () => {
    const asked = { frequencyPenalty: 0.5, presencePenalty: -0.5 };
    expect(written(chatSpeaker, "gpt-4o", asked)).toEqual([
      { frequency_penalty: 0.5, presence_penalty: -0.5 },
      [],
    ]);
    expect(written(chatSpeaker, "o4-mini", asked)).toEqual([{}, ["frequencyPenalty", "presencePenalty"]]);
  });
});

/** What a request says of how tokens are chosen, and what it cannot. */
function written(speaker: typeof chatSpeaker, model: string, asked: Partial<NeutralRequest>) {
  const { body, uncarried } = speaker.writeRequest({ ...BARE, ...asked }, { model, maxOutput: 4_096 });
  return [Object.fromEntries(Object.entries(body).filter(([name]) => MEMBERS.test(name))), uncarried];
}
