import { createMemo, createSignal, For, Show } from "solid-js";
import { pauseAgent, resumeAgent } from "../api.ts";
import { arrangeAgents, keepPlaces, type Order } from "../feed/arrange.ts";
import { createDecisions } from "../feed/decisions.ts";
import { type Leader, readPace } from "../feed/pace.ts";
import type { AgentView, FeedMessage } from "../feed/reduce.ts";
import { countWatched, watchedOnlySince } from "../feed/series.ts";
import { formatCount } from "../format.ts";
import { AgentRow } from "./agent-row.tsx";
import { FilterField, Heads, SortSelect } from "./agents-head.tsx";
import { OutcomeLine } from "./outcome-line.tsx";
import { type Stop, StopDialog } from "./stop-dialog.tsx";

/** Rows at first, and with each wish for more: each of them is looked at again every second. */
const PAGE = 100;

/** Every agent, filtered and sorted, and what can be decided about it: a table where there is room, cards on a phone. */
export function AgentsPanel(props: {
  agents: readonly AgentView[];
  leader: Leader | null;
  watchedSince: number;
  now: number;
  step: number;
  hear: (message: FeedMessage) => void;
}) {
  const [filter, setFilter] = createSignal("");
  const [order, setOrder] = createSignal<Order>({ key: "cost_day", descending: true });
  const [stop, setStop] = createSignal<Stop | null>(null);
  const decisions = createDecisions({ pauseAgent, resumeAgent }, (agent) =>
    props.hear({ type: "agent", agent }),
  );
  // A row that moved would drop the focus, and the next key would go nowhere.
  const [isHeld, setIsHeld] = createSignal(false);
  const shown = createMemo<AgentView[]>((before) => {
    const arranged = arrangeAgents(props.agents, filter(), order(), (agent) => readPace(agent, props.step));
    return isHeld() ? keepPlaces(arranged, before) : arranged;
  }, []);
  const [room, setRoom] = createSignal(PAGE);
  const placed = createMemo(() => shown().slice(0, room()));
  let rows: HTMLTableSectionElement | undefined;
  /** The focus goes on with the first row that came: the button may be gone. */
  const showMore = () => {
    const first = room();
    setRoom(first + PAGE);
    rows?.querySelectorAll(".agent")[first]?.querySelector("button")?.focus();
  };
  const watched = createMemo(() => countWatched(props.watchedSince, props.step));
  const onlySince = createMemo(() => watchedOnlySince(props.watchedSince, props.step));

  return (
    <section class="panel" id="agents" tabindex="-1" aria-labelledby="agents-title">
      <div class="panel-head">
        <h2 id="agents-title">Agents</h2>
        <span class="panel-count" role="status">
          {describeCount(props.agents, filter() ? shown().length : null)}
        </span>
        <SortSelect order={order()} choose={setOrder} />
        <FilterField value={filter()} change={setFilter} />
      </div>
      {/* An open dialog says itself what went wrong. */}
      <OutcomeLine outcome={stop() ? null : decisions.outcome()} dismiss={decisions.dismiss} />
      <table class="agents">
        <Heads order={order()} onlySince={onlySince()} choose={setOrder} />
        <tbody
          ref={rows}
          onFocusIn={(event) => setIsHeld(event.target.matches(":focus-visible"))}
          onFocusOut={(event) => !isWithin(event.currentTarget, event.relatedTarget) && setIsHeld(false)}
        >
          <For each={placed()}>
            {(agent) => (
              <AgentRow
                agent={agent}
                now={props.now}
                step={props.step}
                watched={watched()}
                onlySince={onlySince()}
                leads={props.leader?.agent === agent.id ? props.leader.share : null}
                decisions={decisions}
                stop={(kind) => setStop({ kind, agent })}
              />
            )}
          </For>
        </tbody>
      </table>
      <Show when={shown().length > room()}>
        <p class="more">
          <button type="button" class="quiet" onClick={showMore}>
            Show {formatCount(Math.min(PAGE, shown().length - room()))} more
          </button>
          of {formatCount(shown().length - room())} further agents
        </p>
      </Show>
      <Show when={shown().length === 0}>
        <p class="nothing">
          No agent matches “{filter()}”.{" "}
          <button type="button" class="as-link" onClick={() => setFilter("")}>
            Show all
          </button>
        </p>
      </Show>
      <Show when={stop()} keyed>
        {(asked) => <StopDialog stop={asked} decisions={decisions} closed={() => setStop(null)} />}
      </Show>
    </section>
  );
}

function isWithin(element: Element, target: EventTarget | null): boolean {
  return target instanceof Node && element.contains(target);
}

/** `12, 2 paused`; while a filter is set, `3 of 12, 2 paused`. */
function describeCount(agents: readonly AgentView[], shown: number | null): string {
  const paused = agents.filter((agent) => agent.status === "paused").length;
  const count = formatCount(agents.length);
  const all = shown === null ? count : `${formatCount(shown)} of ${count}`;
  return paused > 0 ? `${all}, ${formatCount(paused)} paused` : all;
}
