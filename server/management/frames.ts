/** What the live feed says: a snapshot of everything, then what changed since the frame before. */
import type { Instant } from "../core/duration.ts";
import type { AgentState } from "../gateway/fleet.ts";
import { isIdle } from "../gateway/idle.ts";
import type { LogEntry } from "../store/store.ts";
import type { ManagementContext } from "./context.ts";
import { viewAgent, viewGateway, viewStatus, viewTotals } from "./view.ts";
import type { LiveDelta, LiveSnapshot } from "./wire.ts";

const SNAPSHOT_ENTRIES = 50;
const DELTA_ENTRIES = 200;

export interface Frames {
  /** Everything as it is now; the next delta starts here. */
  snapshot(): LiveSnapshot;
  /** What changed since the last frame of either kind. */
  delta(): LiveDelta;
}

/** One sequence of frames. It takes the fleet's changes, so there can be only one. */
export function createFrames(context: ManagementContext): Frames {
  const { fleet, store } = context;
  let before: Instant = context.now();
  let newest = 0;

  /** Entries numbered above `after`, newest first; what the index lacks for now comes with a later frame. */
  function readEntries(limit: number, after: number): LogEntry[] {
    if (store.journal.head.seq === after) return [];
    const { entries } = store.index.logs({}, limit, null);
    newest = Number(entries[0]?.seq ?? newest);
    return entries.filter((entry) => Number(entry.seq) > after);
  }

  return {
    snapshot() {
      const now = context.now();
      before = now;
      const status = viewStatus(context, now);
      fleet.takeChanged();
      return { type: "snapshot", ...status, entries: readEntries(SNAPSHOT_ENTRIES, 0) };
    },
    delta() {
      const now = context.now();
      fleet.turn(now);
      const changed = new Set(fleet.takeChanged());
      const agents = [...fleet.agents.values()];
      // Falling idle is nobody's doing: no call marks it.
      const isNews = (agent: AgentState) =>
        changed.has(agent.name) || isIdle(agent, now) !== isIdle(agent, before);
      const news = agents.filter(isNews).map((agent) => viewAgent(agent, now));
      before = now;
      const { version: _, url: __, ...gateway } = viewGateway(context, now);
      const entries = readEntries(DELTA_ENTRIES, newest);
      return { type: "delta", gateway, agents: news, entries, totals: viewTotals(fleet) };
    },
  };
}
