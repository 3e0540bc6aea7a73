/** What stands above the agents: the heads that sort, the same choice as a list, and the filter. */
import { For, onCleanup, onMount, Show } from "solid-js";
import { beginOrder, chooseOrder, type Order, type SortKey } from "../feed/arrange.ts";
import { formatClock } from "../format.ts";
import { COLUMNS, type Column, ORDERS, RECENT } from "./agent-columns.ts";

/** The row of heads. `onlySince`: since when recent calls were watched, null once that is ten minutes. */
export function Heads(props: { order: Order; onlySince: number | null; choose: (order: Order) => void }) {
  return (
    <thead>
      <tr>
        <For each={COLUMNS}>
          {(column) => (
            <Head
              column={column}
              name={column === RECENT ? nameRecent(props.onlySince) : column.name}
              order={props.order}
              choose={(key) => props.choose(chooseOrder(props.order, key))}
            />
          )}
        </For>
      </tr>
    </thead>
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
      <Show
        when={props.column.sort}
        fallback={<span classList={{ unseen: props.column.kind === "actions" }}>{props.name}</span>}
      >
        {(key) => (
          <button type="button" onClick={() => props.choose(key())}>
            {props.name}
          </button>
        )}
      </Show>
    </th>
  );
}

/** The same choice where the heads have no room, and for figures that have no column. */
export function SortSelect(props: { order: Order; choose: (order: Order) => void }) {
  const choose = (name: string) => {
    const order = ORDERS.find((candidate) => candidate.name === name);
    if (order) props.choose(beginOrder(order.key));
  };
  return (
    <label class="sort-select">
      Sort by
      <select onChange={(event) => choose(event.currentTarget.value)}>
        <For each={ORDERS}>
          {(order) => <option selected={order.key === props.order.key}>{order.name}</option>}
        </For>
      </select>
    </label>
  );
}

/** `/` leads here from anywhere on the page, Escape empties it. */
export function FilterField(props: { value: string; change: (text: string) => void }) {
  let field: HTMLInputElement | undefined;
  const focus = (event: KeyboardEvent) => {
    const typing =
      event.target instanceof HTMLElement && event.target.matches("input, select, textarea, dialog *");
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
