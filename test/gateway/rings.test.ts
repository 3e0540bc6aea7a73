import { describe, expect, test } from "bun:test";
import { createRings } from "../../server/gateway/rings.ts";

const NOW = Date.UTC(2026, 0, 15, 12);
const WINDOWS = [{ max: 3, window: 60_000 }];

const open = () => createRings((provider) => provider === "openai" || provider === "mistral");

describe("an agent's admissions", () => {
  test("are apart for each provider that is known", () => {
    const rings = open();
    rings.take("bot", "openai", WINDOWS, NOW);
    expect(rings.find("bot", "openai")).toBeDefined();
    expect(rings.find("bot", "mistral")).toBeUndefined();
    expect(rings.find("other", "openai")).toBeUndefined();
  });

  test("at hosts that nobody knows are all in one ring, and in nobody else's", () => {
    const rings = open();
    rings.take("bot", "0.example", WINDOWS, NOW);
    const shared = rings.find("bot", "0.example");
    for (let host = 1; host < 500; host++) {
      rings.take("bot", `${host}.example`, WINDOWS, NOW);
      expect(rings.find("bot", `${host}.example`)).toBe(shared);
    }
    expect(rings.find("bot", "never-called.example")).toBe(shared);
    expect(rings.find("bot", "openai")).toBeUndefined();
    expect(rings.find("other", "0.example")).toBeUndefined();
  });

  test("are remembered for windows alone: looking, or being let in without any, leaves nothing", () => {
    const rings = open();
    rings.take("bot", "openai", [], NOW);
    for (const host of ["openai", "0.example", ""]) expect(rings.find("bot", host)).toBeUndefined();
  });
});
