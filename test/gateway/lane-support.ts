/** A provider with so many slots, and calls in its lanes. */
import { type DataPlane, openDataPlane } from "../support/data-plane.ts";
import { chat, createValve } from "../support/governed.ts";

/** Agents called after their lane, so many slots at openai, and an upstream that answers when it is told. */
export function openSlots(slots: number, template: object = {}, openai: object = {}) {
  const valve = createValve();
  const lanes = Object.fromEntries(["high", "normal", "low"].map((lane) => [lane, { priority: lane }]));
  const config = JSON.stringify({
    providers: { openai: { max_concurrency: slots, ...openai } },
    agents: { "*": template, ...lanes },
  });
  return { valve, plane: openDataPlane({ config, upstream: valve.upstream }) };
}

/** A call of an agent, from a client that may leave. */
export const send = (plane: DataPlane, agent: string, signal = new AbortController().signal) =>
  plane.send(`/agents/${agent}/openai`, { ...chat(), signal });

/** Who holds the slots of an upstream, and who waits for them. */
export const occupancy = ({ gateway }: DataPlane, name = "openai") =>
  gateway.controls.lanes.occupancy().get(name);
