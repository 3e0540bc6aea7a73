/** Gates that need only headers: is the gateway in a state to serve, and is this agent one that it serves at all? */
import { type Refusal, refusal } from "../../core/refusal.ts";
import type { Admission } from "../arrival.ts";

export function open({ shuttingDown }: Admission): Refusal | null {
  return shuttingDown
    ? refusal("shutting_down", "The gateway is shutting down. Try again in a moment.", 1000)
    : null;
}

/** No unaudited call, unless the operator says otherwise (SPEC 17). */
export function audited({ journalProblem, setup }: Admission): Refusal | null {
  if (journalProblem === null || setup.settings.audit.on_failure === "continue") return null;
  return refusal(
    "journal_unavailable",
    `No call passes while the journal cannot be written: ${journalProblem}`,
    5000,
  );
}

export function known({ identity, setup }: Admission): Refusal | null {
  if (setup.settings.identity.mode !== "known" || setup.isNamed(identity.name)) return null;
  return refusal(
    "unknown_agent",
    `The agent "${identity.name}" is not configured. Add it under \`agents\` in the configuration, or set identity.mode to open.`,
  );
}

/** Invented names must not grow the gateway's memory without bound (SPEC 4.6). */
export function roomForOneMore({ identity, setup, fleet }: Admission): Refusal | null {
  const { max_agents: limit } = setup.settings.gateway;
  if (fleet.agents.has(identity.name) || fleet.agents.size < limit || setup.isNamed(identity.name))
    return null;
  return refusal(
    "too_many_agents",
    `The gateway already knows ${limit} agents, so "${identity.name}" is not created. Use one of them, or raise gateway.max_agents.`,
  );
}
