/** What policies are told of a call in this gateway, now: its own facts, its agent's figures, and how both stand. */
import type { Instant } from "../core/duration.ts";
import type { Controls } from "./controls.ts";
import type { AgentState } from "./fleet.ts";
import { type CallAtHand, describeFacts } from "./policy-facts.ts";
import type { PolicyFacts } from "./policy-fields.ts";
import type { RunState } from "./runs.ts";
import type { Setup } from "./setup.ts";

/** `call.trust` is the score at its start; null while trust is off. */
export function factsAtHand(
  call: CallAtHand & { readonly trust: number | null },
  agent: AgentState,
  run: RunState | null,
  controls: Pick<Controls, "pauses">,
  { settings }: Setup,
  now: Instant,
): PolicyFacts {
  const around = {
    isPaused: controls.pauses.find(agent.name) !== null,
    trustScore: call.trust ?? settings.trust.initial,
    run,
    zone: settings.gateway.timezone,
  };
  return describeFacts(call, agent, around, now);
}
