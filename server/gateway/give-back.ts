/** What an ending gives back, and what is learnt from it. Whoever waits for any of it begins in this very turn. */
import type { Instant } from "../core/duration.ts";
import type { NanoUsd } from "../core/money.ts";
import type { Bill, Outcome } from "./bill.ts";
import type { Call } from "./call.ts";
import type { Controls } from "./controls.ts";
import { factsAtHand } from "./facts-at-hand.ts";
import type { Setup } from "./setup.ts";
import { judgeEnding } from "./verdict.ts";

/** Gives back what a call has taken, once it has been charged. The slot comes last: whoever gets it finds all else free. */
export function giveBack(
  call: Call,
  outcome: Outcome,
  { usage, costNano }: Bill,
  controls: Controls,
  setup: Setup,
  now: Instant,
): void {
  const { agent, crossing, hold, model } = call;
  const verdict = judgeEnding(outcome);
  if (verdict === "success") crossing.succeed(now);
  if (verdict === "failure") crossing.fail(now);
  else crossing.giveBack();
  if (outcome.ending === "complete" && usage?.outputTokens != null)
    controls.habits.note(agent.name, model, usage.outputTokens);
  observe(call, outcome, costNano, controls, setup, now);
  hold?.release();
  for (const held of call.earlier.holds) held.release();
  call.releaseSlot();
}

/** Trust and policies look at what a call came to. */
function observe(
  call: Call,
  outcome: Outcome,
  costNano: NanoUsd | null,
  controls: Controls,
  setup: Setup,
  now: Instant,
): void {
  const { agent, owner, model } = call;
  const status = outcome.upstreamStatus ?? null;
  const fact = { kind: "call", model, owner, status, costNano } as const;
  controls.reputation.observe(agent.name, fact, now, controls.trustTermsOf(agent.name, setup));
  const describe = () => factsAtHand(call, agent, call.charged.run, controls, setup, now);
  controls.policing.review(setup.policies, describe, now);
}
