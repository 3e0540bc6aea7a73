/** Meets the agent of a call: its state, created on first sight, and its labels. */
import type { Identity } from "../core/agent.ts";
import type { Instant } from "../core/duration.ts";
import type { Store } from "../store/store.ts";
import type { AgentState, LiveFleet } from "./fleet.ts";
import type { Setup } from "./setup.ts";

/** The agent's state; one that is new is written down. Its labels are the configured ones, else those declared last. */
export function meet(
  { name, owner, purpose, tags }: Identity,
  setup: Setup,
  { fleet, store }: { readonly fleet: LiveFleet; readonly store: Store },
  now: Instant,
): AgentState {
  const configured = setup.agent(name);
  const isNew = !fleet.agents.has(name);
  const agent = fleet.meet(name, now);
  agent.owner = configured.owner ?? owner ?? agent.owner;
  agent.purpose = configured.purpose ?? purpose ?? agent.purpose;
  agent.tags = tags.length > 0 ? tags : agent.tags;
  if (isNew) {
    store.journal.append({
      type: "agent",
      event: "agent.created",
      time: new Date(now).toISOString(),
      agent: name,
      owner: agent.owner ?? undefined,
      purpose: agent.purpose ?? undefined,
    });
  }
  return agent;
}
