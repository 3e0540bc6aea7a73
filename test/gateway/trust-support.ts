/** Agents that lose trust easily. */
import { expect } from "bun:test";
import { type DataPlane, type DataPlaneOptions, openDataPlane } from "../support/data-plane.ts";
import { ask, chat, notesOf, works } from "../support/governed.ts";

/** What makes a call be refused for its model. */
export const OPUS = { model: "claude-opus-4" };

/** With losses that come easily: two equal requests are a loop, opus is refused. */
export function configOf(agent: object = {}, more: object = {}): string {
  return JSON.stringify({
    loops: { window: 5, threshold: 2, action: "alert" },
    agents: { "*": { models: { deny: ["*-opus-*"] }, ...agent } },
    ...more,
  });
}

/** A data plane under it. */
export function open(config: string, upstream: DataPlaneOptions["upstream"] = works): DataPlane {
  return openDataPlane({ config, upstream });
}

/** Two calls and a refused one: 15 points less. */
export async function misbehave(plane: DataPlane, agent: string): Promise<void> {
  expect(await ask(plane, agent, chat("again"))).toBe(200);
  expect(await ask(plane, agent, chat("again"))).toBe(200);
  expect(await ask(plane, agent, chat("more", {}, OPUS))).toBe("model_not_allowed");
}

/** How many calls, no two alike, pass before one is refused, and the reason then. */
export async function passing(
  plane: DataPlane,
  agent: string,
  headers: Record<string, string> = {},
): Promise<[calls: number, refused: string | number | null]> {
  for (let count = 0; count < 30; count++) {
    const outcome = await ask(plane, agent, chat("abcdefghijklmnopqrstuvwxyzäöüß"[count], headers));
    if (outcome !== 200) return [count, outcome];
  }
  return [30, null];
}

/** Losses and changes of tier in the journal. */
export const told = (plane: DataPlane) => notesOf(plane, "trust");
/** The scores with which calls were let in. */
export const trustOf = (plane: DataPlane) => plane.calls().map(({ trust }) => trust);
