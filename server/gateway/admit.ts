/** Whether a call may pass: the gates in their order. The first refusal wins. Pure. */
import type { Identity } from "../core/agent.ts";
import { type Refusal, refusal } from "../core/refusal.ts";
import type { Fleet } from "./fleet.ts";
import type { Setup } from "./setup.ts";

export interface Admission {
  readonly identity: Identity;
  readonly setup: Setup;
  readonly fleet: Fleet;
  /** Why the journal cannot be written, or null. */
  readonly journalProblem: string | null;
  readonly shuttingDown: boolean;
}

type Gate = (admission: Admission) => Refusal | null;

const GATES: readonly Gate[] = [open, audited, known, roomForOneMore];

/** Runs the gates that need no body. Null: the call may go on. */
export function admit(admission: Admission): Refusal | null {
  for (const gate of GATES) {
    const refused = gate(admission);
    if (refused) return refused;
  }
  return null;
}

function open({ shuttingDown }: Admission): Refusal | null {
  return shuttingDown
    ? refusal("shutting_down", "The gateway is shutting down. Try again in a moment.", 1000)
    : null;
}

/** No unaudited call, unless the operator says otherwise (SPEC 17). */
function audited({ journalProblem, setup }: Admission): Refusal | null {
  if (journalProblem === null || setup.settings.audit.on_failure === "continue") return null;
  return refusal(
    "journal_unavailable",
    `No call passes while the journal cannot be written: ${journalProblem}`,
    5000,
  );
}

function known({ identity, setup }: Admission): Refusal | null {
  if (setup.settings.identity.mode !== "known" || setup.isNamed(identity.name)) return null;
  return refusal(
    "unknown_agent",
    `The agent "${identity.name}" is not configured. Add it under \`agents\` in the configuration, or set identity.mode to open.`,
  );
}

/** Invented names must not grow the gateway's memory without bound (SPEC 4.6). */
function roomForOneMore({ identity, setup, fleet }: Admission): Refusal | null {
  const { max_agents: limit } = setup.settings.gateway;
  if (fleet.agents.has(identity.name) || fleet.agents.size < limit || setup.isNamed(identity.name))
    return null;
  return refusal(
    "too_many_agents",
    `The gateway already knows ${limit} agents, so "${identity.name}" is not created. Use one of them, or raise gateway.max_agents.`,
  );
}
