/** An agent's trust as the API shows it: how it stands, and how it came to that. */
import type { AgentName } from "../core/agent.ts";
import type { LogEntry } from "../store/store.ts";
import type { ManagementContext } from "./context.ts";
import { standingOf, viewTrust } from "./governance.ts";
import type { TrustAnswer, TrustChange } from "./wire/governance.ts";

const MOST_CHANGES = 100;

/** The standing now, and its last hundred losses and changes of tier, as far as the index reaches back. */
export function viewTrustHistory(agent: AgentName, context: ManagementContext): TrustAnswer {
  const standing = standingOf(agent, context);
  const { index } = context.store;
  const { entries } = index.logs({ agent, type: "trust" }, MOST_CHANGES, null);
  return {
    agent,
    enabled: context.settings().trust.enabled,
    ...viewTrust(standing),
    since: standing.enteredAt === null ? null : new Date(standing.enteredAt).toISOString(),
    losses: standing.losses,
    history: entries.map(viewChange),
  };
}

/** Journals are edited and other versions wrote them: what has another form counts as not said. */
function viewChange({ time, event, detail }: LogEntry): TrustChange {
  const { reason, reasons, score, points, from, to } = detail ?? {};
  const given = Array.isArray(reasons) ? reasons : [reason];
  return {
    time: String(time),
    event: String(event),
    score: numberOr(score),
    points: numberOr(points),
    from: textOr(from),
    to: textOr(to),
    reasons: given.filter((one) => typeof one === "string"),
  };
}

function numberOr(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}

function textOr(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}
