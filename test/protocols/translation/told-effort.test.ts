/** How much to think is told to OpenAI's models in words that they take, and to nobody that would refuse to be told. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { chatSpeaker } from "../../../server/protocols/translation/chat/speaker.ts";
import type { Effort, Feature, Thinking } from "../../../server/protocols/translation/form.ts";
import { effortsOf } from "../../../server/protocols/translation/gpt.ts";
import { responsesSpeaker } from "../../../server/protocols/translation/responses/speaker.ts";
import { tellEffort } from "../../../server/protocols/translation/told-effort.ts";
import { BARE } from "./bare.ts";

type Amount = Thinking["amount"];

const OFF: Amount = { kind: "off" };

function effort(word: Effort): Amount {
  return { kind: "effort", effort: word };
}

/** The word, or that it cannot be said. */
function told(model: string, amount: Amount): string | null {
  const uncarried = new Set<Feature>();
  const word = tellEffort(amount, model, uncarried);
  if (uncarried.size === 0) return word;
  expect([...uncarried]).toEqual(["thinking"]);
  expect(word).toBeNull();
  return "uncarried";
}

/** What OpenAI's own errors and pages name as supported. */
const TAKEN: readonly (readonly [string, string])[] = [
  ["gpt-3.5-turbo", ""],
  ["gpt-4", ""],
  ["gpt-4-turbo", ""],
  ["gpt-4.1-mini", ""],
  ["gpt-4.5-preview", ""],
  ["gpt-4o-mini-search-preview", ""],
  ["ft:gpt-4o-2024-08-06:acme::id", ""],
  ["chatgpt-4o-latest", ""],
  ["gpt-audio-mini", ""],
  ["gpt-5-chat-latest", ""],
  ["o1", "low medium high"],
  ["o3-pro", "low medium high"],
  ["o4-mini-2025-04-16", "low medium high"],
  ["o3-deep-research", "medium"],
  ["computer-use-preview", "medium"],
  ["openai/gpt-oss-120b", "low medium high"],
  ["gpt-5", "minimal low medium high"],
  ["gpt-5-2025-08-07", "minimal low medium high"],
  ["gpt-5-nano", "minimal low medium high"],
  ["gpt-5-pro", "high"],
  ["gpt-5-codex", "low medium high"],
  ["codex-mini-latest", "low medium high"],
  ["gpt-5.1", "none low medium high"],
  ["gpt-5.1-2025-11-13", "none low medium high"],
  ["gpt-5.1-chat-latest", "medium"],
  ["gpt-5.1-codex-mini", "low medium high"],
  ["gpt-5.1-codex-max", "low medium high xhigh"],
  ["gpt-5.2", "none low medium high xhigh"],
  ["gpt-5.2-pro", "medium high xhigh"],
  ["gpt-5.3-codex", "low medium high xhigh"],
  ["gpt-5.3-chat-latest", "medium"],
  ["gpt-5.4-mini", "none low medium high xhigh"],
  ["gpt-5.5-pro", "medium high xhigh"],
  ["gpt-5.6-terra", "none low medium high xhigh max"],
  ["gpt-6-luna", "none low medium high xhigh max"],
  ["gpt-6-astra", "low medium high xhigh max"],
  ["gpt-6.1-sol", "low medium high xhigh max"],
  ["gpt-7", "low medium high xhigh max"],
];

describe("the words that a model takes", () => {
  test.each(TAKEN)("%s: %s", (model, words) => {
    expect(effortsOf(model)?.join(" ")).toBe(words);
  });

  test.each([
    "deepseek-chat",
    "mistral-large-latest",
    "command-a-03-2025",
    "kimi-k2.5",
    "glm-4.6",
    "gemini-2.5-pro",
    "olmo-2",
    "my-gpt-5",
    "",
  ])("nothing is known of %p", (model) => {
    expect(effortsOf(model)).toBeNull();
  });
});

test("no model is told a word that it does not take, and who asks for an amount learns where none is taken", () => {
  const models = fc.constantFrom(...TAKEN.map(([model]) => model));
  const amounts = fc.oneof(
    fc
      .constantFrom<Effort>("minimal", "low", "medium", "high", "xhigh", "max")
      .map((word): Amount => effort(word)),
    fc.integer({ min: 1, max: 100_000 }).map((tokens): Amount => ({ kind: "budget", tokens })),
  );
  fc.assert(
    fc.property(models, amounts, (model, amount) => {
      const taken = effortsOf(model)?.filter((word) => word !== "none") ?? [];
      const word = told(model, amount);
      expect([...taken, "uncarried"] as (string | null)[]).toContain(word);
      expect(word === "uncarried").toBe(taken.length === 0);
    }),
  );
});

test("an effort that a model does not take becomes the nearest that it does", () => {
  expect(told("o3", effort("minimal"))).toBe("low");
  expect(told("gpt-5", effort("max"))).toBe("high");
  expect(told("gpt-5.2", effort("max"))).toBe("xhigh");
  expect(told("gpt-5.6-sol", effort("max"))).toBe("max");
  expect(told("gpt-5.1", effort("minimal"))).toBe("low");
  expect(told("gpt-5-pro", effort("low"))).toBe("high");
  expect(told("gpt-5.4-pro", effort("low"))).toBe("medium");
});

describe("no thinking", () => {
  test.each([
    ["gpt-5.1", "none"],
    ["gpt-6-sol", "none"],
    ["gpt-5-mini", "minimal"],
    ["gpt-4o", null],
    ["gpt-5-chat-latest", null],
    ["o3", "uncarried"],
    ["gpt-5-codex", "uncarried"],
    ["gpt-5-pro", "uncarried"],
    ["gpt-6-astra", "uncarried"],
    ["deepseek-chat", null],
    ["mistral-large-latest", null],
  ])("of %s is %p", (model, word) => {
    expect(told(model, OFF)).toBe(word);
  });
});

test("what the model finds right is left to it, and another maker's is told what was asked", () => {
  for (const model of ["gpt-4o", "gpt-5.1", "o3", "deepseek-chat"]) {
    expect(told(model, { kind: "adaptive" })).toBeNull();
    expect(told(model, { kind: "unsaid" })).toBeNull();
  }
  expect(told("deepseek-reasoner", effort("max"))).toBe("max");
  expect(told("deepseek-reasoner", { kind: "budget", tokens: 8_000 })).toBe("medium");
});

describe("a request", () => {
  const chat = (model: string, amount: Amount) => write(chatSpeaker, model, { amount, isShown: null });
  const responses = (model: string, thinking: Thinking) => write(responsesSpeaker, model, thinking);

  test("for chat names the effort alone", () => {
    expect(chat("gpt-5.1", OFF)).toEqual([{ reasoning_effort: "none" }, []]);
    expect(chat("gpt-4o", OFF)).toEqual([{}, []]);
    expect(chat("gpt-4o", { kind: "budget", tokens: 2_000 })).toEqual([{}, ["thinking"]]);
    expect(chat("gpt-4o-mini", { kind: "adaptive" })).toEqual([{}, []]);
    expect(chat("gpt-5-codex", OFF)).toEqual([{}, ["thinking"]]);
  });

  test("for responses asks no model for thinking that it does not do", () => {
    const include = ["reasoning.encrypted_content"];
    const low: Thinking = { amount: effort("low"), isShown: true };
    expect(responses("o3", { amount: OFF, isShown: null })).toEqual([{}, ["thinking"]]);
    expect(responses("gpt-5", { amount: OFF, isShown: null })).toEqual([
      { reasoning: { effort: "minimal" } },
      [],
    ]);
    expect(responses("o3", low)).toEqual([{ reasoning: { effort: "low", summary: "auto" }, include }, []]);
    expect(responses("gpt-4.1", low)).toEqual([{}, ["thinking"]]);
    expect(responses("gpt-4.1", { amount: { kind: "adaptive" }, isShown: true })).toEqual([{}, []]);
    expect(responses("gpt-4.1", { amount: OFF, isShown: null })).toEqual([{}, []]);
    expect(responses("grok-4", { amount: OFF, isShown: null })).toEqual([{}, []]);
  });
});

/** What a request says of thinking, and what it cannot. */
function write(speaker: typeof chatSpeaker, model: string, thinking: Thinking) {
  const { body, uncarried } = speaker.writeRequest({ ...BARE, thinking }, { model, maxOutput: 4_096 });
  const said = Object.entries(body).filter(([name]) => /^(?:reasoning|include)/.test(name));
  return [Object.fromEntries(said), uncarried];
}
