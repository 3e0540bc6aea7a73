import { createMemo, createSignal, For, onCleanup, onMount, Show } from "solid-js";
import { arrangeAgents, chooseOrder, type Order, type SortKey } from "../feed/arrange.ts";
import type { AgentView } from "../feed/reduce.ts";
import { countWatched, STEP } from "../feed/series.ts";
import { formatCount } from "../format.ts";
import { AgentRow } from "./agent-row.tsx";

interface Column {
  readonly name: string;
  readonly sort: SortKey | null;
  readonly numeric: boolean;
}

/** In the order of the row's cells. */
const COLUMNS: readonly Column[] = [
  { name: "Agent", sort: "agent", numeric: false },
  { name: "Status", sort: "status", numeric: false },
  { name: "Last 10 min", sort: null, numeric: false },
  { name: "Calls today", sort: "calls", numeric: true },
  { name: "Tokens in", sort: "tokens_in", numeric: true },
  { name: "Tokens out", sort: "tokens_out", numeric: true },
  { name: "Cost this hour", sort: "cost_hour", numeric: true },
  { name: "Cost today", sort: "cost_day", numeric: true },
  { name: "Cost in all", sort: "cost_total", numeric: true },
  { name: "Errors this hour", sort: "errors", numeric: true },
  { name: "Last seen", sort: "last_seen", numeric: true },
];

/** Every agent, filtered and sorted: a table where there is room, cards on a phone. */
export function AgentsPanel(props: { agents: readonly AgentView[]; watchedSince: number; now: number }) {
  const [filter, setFilter] = createSignal("");
  const [order, setOrder] = createSignal<Order>({ key: "cost_day", descending: true });
  const shown = createMemo(() => arrangeAgents(props.agents, filter(), order()));
  // Sparklines move with each step, not each second.
  const step = createMemo(() => Math.floor(props.now / STEP) * STEP);
  const watched = () => countWatched(props.watchedSince, step());
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
                <Head column={column} order={order()} choose={(key) => setOrder(chooseOrder(order(), key))} />
              )}
            </For>
          </tr>
        </thead>
        <tbody>
          <For each={shown()}>
            {(agent) => <AgentRow agent={agent} now={props.now} step={step()} watched={watched()} />}
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

function Head(props: { column: Column; order: Order; choose: (key: SortKey) => void }) {
  const direction = () => {
    if (props.order.key !== props.column.sort) return undefined;
    return props.order.descending ? "descending" : "ascending";
  };
  return (
    <th scope="col" classList={{ numeric: props.column.numeric }} aria-sort={direction()}>
      <Show when={props.column.sort} fallback={props.column.name}>
        {(key) => (
          <button type="button" onClick={() => props.choose(key())}>
            {props.column.name}
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
