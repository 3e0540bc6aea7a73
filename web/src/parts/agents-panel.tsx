import { createMemo, createSignal, For, onCleanup, onMount, Show } from "solid-js";
import { arrangeAgents, chooseOrder, type Order, type SortKey } from "../feed/arrange.ts";
import type { AgentView } from "../feed/reduce.ts";
import { countWatched, STEP, watchedOnlySince } from "../feed/series.ts";
import { formatClock, formatCount } from "../format.ts";
import { AgentRow } from "./agent-row.tsx";

interface Column {
  readonly name: string;
  readonly sort: SortKey | null;
  /** Its width, and that figures stand at the right edge. */
  readonly kind: "name" | "status" | "recent" | "numeric";
}

const RECENT: Column = { name: "Last 10 min", sort: null, kind: "recent" };

/** In the order of the row's cells. */
const COLUMNS: readonly Column[] = [
  { name: "Agent", sort: "agent", kind: "name" },
  { name: "Status", sort: "status", kind: "status" },
  RECENT,
  { name: "Calls today", sort: "calls", kind: "numeric" },
  { name: "Tokens in", sort: "tokens_in", kind: "numeric" },
  { name: "Tokens out", sort: "tokens_out", kind: "numeric" },
  { name: "Cost this hour", sort: "cost_hour", kind: "numeric" },
  { name: "Cost today", sort: "cost_day", kind: "numeric" },
  { name: "Cost in all", sort: "cost_total", kind: "numeric" },
  { name: "Errors this hour", sort: "errors", kind: "numeric" },
  { name: "Last seen", sort: "last_seen", kind: "numeric" },
];

/** Every agent, filtered and sorted: a table where there is room, cards on a phone. */
export function AgentsPanel(props: { agents: readonly AgentView[]; watchedSince: number; now: number }) {
  const [filter, setFilter] = createSignal("");
  const [order, setOrder] = createSignal<Order>({ key: "cost_day", descending: true });
  const shown = createMemo(() => arrangeAgents(props.agents, filter(), order()));
  // Sparklines move with each step, not each second.
  const step = createMemo(() => Math.floor(props.now / STEP) * STEP);
  const watched = () => countWatched(props.watchedSince, step());
  const onlySince = createMemo(() => watchedOnlySince(props.watchedSince, step()));
  const count = () =>
    filter()
      ? `${formatCount(shown().length)} of ${formatCount(props.agents.length)}`
      : formatCount(props.agents.length);

  return (
    <section class="panel" id="agents" tabindex="-1" aria-labelledby="agents-title">
      <div class="panel-head">
        <h2 id="agents-title">Agents</h2>
        <span class="panel-count" role="status">
          {count()}
        </span>
        <SortSelect order={order()} choose={setOrder} />
        <FilterField value={filter()} change={setFilter} />
      </div>
      <table class="agents">
        <thead>
          <tr>
            <For each={COLUMNS}>
              {(column) => (
                <Head
                  column={column}
                  name={column === RECENT ? nameRecent(onlySince()) : column.name}
                  order={order()}
                  choose={(key) => setOrder(chooseOrder(order(), key))}
                />
              )}
            </For>
          </tr>
        </thead>
        <tbody>
          <For each={shown()}>
            {(agent) => (
              <AgentRow
                agent={agent}
                now={props.now}
                step={step()}
                watched={watched()}
                onlySince={onlySince()}
              />
            )}
          </For>
        </tbody>
      </table>
      <Show when={shown().length === 0}>
        <p class="nothing">
          No agent matches “{filter()}”.{" "}
          <button type="button" class="as-link" onClick={() => setFilter("")}>
            Show all
          </button>
        </p>
      </Show>
    </section>
  );
}

/** The head does not promise ten minutes before the page has watched them. */
function nameRecent(onlySince: number | null): string {
  return onlySince === null ? RECENT.name : `Since ${formatClock(onlySince)}`;
}

function Head(props: { column: Column; name: string; order: Order; choose: (key: SortKey) => void }) {
  const direction = () => {
    if (props.order.key !== props.column.sort) return undefined;
    return props.order.descending ? "descending" : "ascending";
  };
  return (
    <th scope="col" class={props.column.kind} aria-sort={direction()}>
      <Show when={props.column.sort} fallback={props.name}>
        {(key) => (
          <button type="button" onClick={() => props.choose(key())}>
            {props.name}
          </button>
        )}
      </Show>
    </th>
  );
}

/** The same choice where the heads have no room. */
function SortSelect(props: { order: Order; choose: (order: Order) => void }) {
  const choose = (name: string) => {
    const column = COLUMNS.find((candidate) => candidate.name === name);
    if (column?.sort) props.choose({ key: column.sort, descending: column.sort !== "agent" });
  };
  return (
    <label class="sort-select">
      Sort by
      <select onChange={(event) => choose(event.currentTarget.value)}>
        <For each={COLUMNS.filter((column) => column.sort)}>
          {(column) => <option selected={column.sort === props.order.key}>{column.name}</option>}
        </For>
      </select>
    </label>
  );
}

/** `/` leads here from anywhere on the page, Escape empties it. */
function FilterField(props: { value: string; change: (text: string) => void }) {
  let field: HTMLInputElement | undefined;
  const focus = (event: KeyboardEvent) => {
    const typing = event.target instanceof HTMLElement && event.target.matches("input, select, textarea");
    if (event.key !== "/" || typing || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    field?.focus();
  };
  onMount(() => document.addEventListener("keydown", focus));
  onCleanup(() => document.removeEventListener("keydown", focus));
  return (
    <input
      ref={field}
      type="search"
      class="filter"
      placeholder="Filter by name, owner, purpose, tag"
      aria-label="Filter agents"
      aria-keyshortcuts="/"
      value={props.value}
      onInput={(event) => props.change(event.currentTarget.value)}
      onKeyDown={(event) => event.key === "Escape" && props.change("")}
    />
  );
}
