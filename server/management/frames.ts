/** What the live feed says: a snapshot of everything, then what changed since the frame before. */
import type { AgentName } from "../core/agent.ts";
import type { Instant } from "../core/duration.ts";
import type { AgentState } from "../gateway/fleet.ts";
import { isIdle } from "../gateway/idle.ts";
import type { LogEntry } from "../store/store.ts";
import type { ManagementContext } from "./context.ts";
import { standingOf, viewAllowance } from "./governance.ts";
import { listAgents, viewAgent, viewGateway, viewStatus, viewTotals } from "./view.ts";
import type { LiveDelta, LiveSnapshot } from "./wire/status.ts";

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
  let told = new Map<AgentName, Drift>();
  let setup = context.setup();
  let newest = 0;

  /** Entries numbered above `after`, newest first; what the index lacks for now comes with a later frame. */
  function readEntries(limit: number, after: number): LogEntry[] {
    if (store.journal.head.seq === after) return [];
    const { entries } = store.index.logs({}, limit, null);
    newest = Number(entries[0]?.seq ?? newest);
    return entries.filter((entry) => Number(entry.seq) > after);
  }

  /** Agents that are not what the frame before told. */
  function takeNews(now: Instant): AgentState[] {
    const changed = new Set(fleet.takeChanged());
    const before = told;
    // Another configuration may mean something else for everyone.
    const isOther = setup !== context.setup();
    setup = context.setup();
    const agents = listAgents(context);
    told = new Map(agents.map((agent) => [agent.name, readDrift(agent, context, now)]));
    return agents.filter(
      ({ name }) => isOther || changed.has(name) || !isSame(before.get(name), told.get(name)),
    );
  }

  return {
    snapshot() {
      const now = context.now();
      const status = viewStatus(context, now);
      takeNews(now);
      return { type: "snapshot", ...status, entries: readEntries(SNAPSHOT_ENTRIES, 0) };
    },
    delta() {
      const now = context.now();
      fleet.turn(now);
      const news = takeNews(now).map((agent) => viewAgent(agent, context, now));
      const { version: _, url: __, ...gateway } = viewGateway(context, now);
      const entries = readEntries(DELTA_ENTRIES, newest);
      return { type: "delta", gateway, agents: news, entries, totals: viewTotals(fleet) };
    },
  };
}

/** What moves without anybody's doing, which marks no agent as changed: a stream goes on, a limit recovers, trust grows. */
type Drift = readonly (number | boolean)[];

function readDrift(agent: AgentState, context: ManagementContext, now: Instant): Drift {
  const { remaining = 0 } = viewAllowance(agent.name, context, now) ?? {};
  return [isIdle(agent, now), agent.money.held, remaining, standingOf(agent.name, context).score];
}

function isSame(one: Drift | undefined, other: Drift | undefined): boolean {
  return one?.every((value, index) => value === other?.[index]) ?? false;
}
