/** The agents' table, column by column, and every order that it can be brought into. */
import type { SortKey } from "../feed/arrange.ts";

export interface Column {
  readonly name: string;
  readonly sort: SortKey | null;
  /** Its width, and that figures stand at the right edge. */
  readonly kind:
    | "name"
    | "status"
    | "recent"
    | "numeric"
    | "wide numeric"
    | "narrow numeric"
    | "budget"
    | "actions";
}

export const RECENT: Column = { name: "Last 10 min", sort: "pace", kind: "recent" };

/** In the order of the row's cells. */
export const COLUMNS: readonly Column[] = [
  { name: "Agent", sort: "agent", kind: "name" },
  { name: "Status", sort: "status", kind: "status" },
  RECENT,
  { name: "Calls today", sort: "calls", kind: "numeric" },
  { name: "Errors this hour", sort: "errors", kind: "wide numeric" },
  { name: "Tokens today", sort: "tokens", kind: "numeric" },
  { name: "Cost today", sort: "cost_day", kind: "numeric" },
  { name: "Budget", sort: "budget", kind: "budget" },
  { name: "Rate left", sort: "rate", kind: "narrow numeric" },
  { name: "Trust", sort: "trust", kind: "narrow numeric" },
  { name: "Decisions", sort: null, kind: "actions" },
];

/** Also figures that have no column of their own. */
export const ORDERS: readonly { readonly name: string; readonly key: SortKey }[] = [
  { name: "Agent", key: "agent" },
  { name: "Status", key: "status" },
  { name: "Spend per minute", key: "pace" },
  { name: "Calls today", key: "calls" },
  { name: "Tokens today", key: "tokens" },
  { name: "Cost this hour", key: "cost_hour" },
  { name: "Cost today", key: "cost_day" },
  { name: "Cost in all", key: "cost_total" },
  { name: "Budget used", key: "budget" },
  { name: "Rate left", key: "rate" },
  { name: "Errors this hour", key: "errors" },
  { name: "Error rate", key: "error_rate" },
  { name: "Blocked this hour", key: "blocked" },
  { name: "Trust", key: "trust" },
  { name: "Last seen", key: "last_seen" },
];
