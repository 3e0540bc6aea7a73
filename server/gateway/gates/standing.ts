/** Gates about the agent itself: paused, off its hours, in quarantine, against a policy, repeating itself. */
import { type Refusal, refusal } from "../../core/refusal.ts";
import { isAllowed, opensAt } from "../../core/schedule.ts";
import { ownBudget } from "../accounts.ts";
import type { Admission, Arrival } from "../arrival.ts";
import type { Obstacle } from "../entrance.ts";
import { isOver } from "../pauses.ts";
import { pauseRefusal, refuseByPolicy } from "../policy-refusals.ts";
import { delayOf } from "../policy-throttles.ts";

export function active({ identity, terms, agent, controls, now }: Arrival): Refusal | null {
  const pause = controls.pauses.find(identity.name);
  if (!pause || isOver(pause, ownBudget(terms, agent), now)) return null;
  const { name } = identity;
  const { cause, until } = pause;
  const lifted =
    until === null
      ? `It stays so until a person resumes it: tollgate pause ${name} --resume.`
      : `It goes on by itself at ${new Date(until).toISOString()}.`;
  switch (cause.by) {
    case "person": {
      const note = cause.note === null ? "" : ` (${cause.note})`;
      return refusal("agent_deactivated", `A person has paused the agent "${name}"${note}. ${lifted}`);
    }
    case "policy":
      return pauseRefusal(cause.rule, until, name);
    case "loop":
      return refusal("loop_detected", `The agent "${name}" was paused because it repeated itself. ${lifted}`);
    case "budget": {
      const period = cause.window === "total" ? "its budget" : `its budget of this ${cause.window}`;
      const next = until === null ? "It goes on when the cap is raised." : `${lifted} Or raise the cap.`;
      return refusal("budget_exceeded", `The agent "${name}" has used up ${period}. ${next}`);
    }
  }
}

export function withinHours({ identity, setup, now }: Admission): Refusal | null {
  const { allowed_hours: hours } = setup.agent(identity.name);
  const { timezone } = setup.settings.gateway;
  if (hours === null || isAllowed(hours, timezone, now)) return null;
  const opens = new Date(opensAt(hours, timezone, now)).toISOString();
  return refusal(
    "outside_allowed_hours",
    `The agent "${identity.name}" may call from ${hours.start}:00 to ${hours.end}:00 (${timezone}). Next: ${opens}.`,
  );
}

/** A tier that only an operator's choice makes a closed door (SPEC 11). */
export function trusted({ identity, tier, setup }: Arrival): Refusal | null {
  if (tier !== "quarantined" || !setup.settings.trust.quarantine) return null;
  return refusal(
    "trust_quarantined",
    `The agent "${identity.name}" is in quarantine: its trust has fallen too low. Look at its history, then pin a tier under agents.${identity.name}.trust.pin.`,
  );
}

export function permitted(arrival: Arrival): Refusal | Obstacle | null {
  const { identity, policies, isDelayed, isAgain, now } = arrival;
  // A call that was let in before has its place in the throttles.
  const verdict = isAgain ? { ...policies, throttles: [] } : policies;
  const refused = refuseByPolicy(verdict, identity.name, now);
  if (refused) return refused;
  const millis = isDelayed ? 0 : delayOf(policies.throttles);
  return millis === 0 ? null : { wait: "delay", millis };
}

export function notLooping(arrival: Arrival): Refusal | null {
  const { identity, terms, fingerprint, controls, isAgain, now } = arrival;
  if (terms.loops.action !== "pause" || fingerprint === null || isAgain) return null;
  const { name } = identity;
  if (!controls.loops.check(name, fingerprint, terms.loops)) return null;
  const refused = refusal(
    "loop_detected",
    `The agent "${name}" has sent nearly the same request ${terms.loops.threshold} times, and is paused until a person resumes it: tollgate pause ${name} --resume.`,
  );
  return { ...refused, pause: { agent: name, since: now, until: null, cause: { by: "loop" } } };
}
