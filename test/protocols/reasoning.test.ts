import { expect, test } from "bun:test";
import { makesMedia } from "../../server/protocols/media-output.ts";
import { bareModel } from "../../server/protocols/model-name.ts";
import { hidesReasoning } from "../../server/protocols/reasoning.ts";

const hides = (model: string | null, thinks: boolean | null = null): boolean =>
  hidesReasoning(model, { thinks });
const makes = (model: string | null, operation = "chat"): boolean =>
  makesMedia(model, { mediaOutput: false }, operation);

test("a model's own name stands after what others put before it", () => {
  expect(bareModel("openai/GPT-4o")).toBe("gpt-4o");
  expect(bareModel("models/gemini-2.5-pro")).toBe("gemini-2.5-pro");
  expect(bareModel("ft:o4-mini-2025-04-16:org::id")).toBe("o4-mini-2025-04-16:org::id");
  expect(bareModel("openai/ft:gpt-4o")).toBe("gpt-4o");
  expect(bareModel(null)).toBe("");
});

test("models that think whatever they are told are known by name", () => {
  const thinking = [
    ...["o1", "o3-mini", "gpt-5.1", "gpt-6-sol", "openai/gpt-oss-120b", "ft:o4-mini-2025-04-16:org::id"],
    ...[
      "gemini-2.5-pro",
      "models/gemini-3-pro",
      "gemini-flash-latest",
      "gemini-pro-latest",
      "gemini-flash-lite-latest",
    ],
    ...[
      "deepseek-reasoner",
      "grok-4",
      "magistral-small",
      "kimi-k2-thinking",
      "qwen/qwen3-235b-a22b-thinking-2507",
    ],
    ...["o4-mini-deep-research", "gemini-2.0-flash-thinking-exp", "command-a-reasoning-08-2025"],
  ];
  for (const model of thinking) {
    expect(hides(model), model).toBe(true);
    expect(hides(model, false), model).toBe(true);
  }
  const others = [
    "gpt-4o",
    "gpt-35-turbo",
    "gemini-2.0-flash",
    "claude-3-5-sonnet-20241022",
    "claude-opus-4-20250514",
    null,
  ];
  for (const model of [
    ...others,
    "claude-opus-4-1-20250805",
    "claude-sonnet-4-5",
    "mistral-large",
    "deepseek-chat",
  ]) {
    expect(hides(model), String(model)).toBe(false);
  }
});

test("models that may think do unless they are told not to", () => {
  const models = [
    "claude-opus-4-6",
    "anthropic/claude-sonnet-4.6",
    "claude-opus-5",
    "claude-fable-5-1",
    "qwen3-32b",
  ];
  for (const model of models) {
    expect(hides(model), model).toBe(true);
    expect(hides(model, false), model).toBe(false);
  }
});

test("what is asked to think does, whatever its name", () => {
  for (const model of ["claude-sonnet-4-5", "who", null])
    expect(hides(model, true), String(model)).toBe(true);
});

test("answers of images and sound are known by their operation and by their model's name", () => {
  expect(makes(null, "images")).toBe(true);
  expect(makes("tts-1", "speech")).toBe(true);
  const making = ["gpt-image-1", "gemini-2.5-flash-image-preview", "gpt-4o-audio-preview", "gpt-4o-mini-tts"];
  for (const model of [...making, "gpt-realtime-mini", "gpt-audio", "google/gemini-2.5-flash-preview-tts"]) {
    expect(makes(model), model).toBe(true);
  }
  for (const model of ["gpt-4o", "gemini-2.5-flash", "claude-sonnet-4-5", "imagine-1", null]) {
    expect(makes(model), String(model)).toBe(false);
  }
  expect(makesMedia("gpt-4o", { mediaOutput: true }, "chat")).toBe(true);
});
