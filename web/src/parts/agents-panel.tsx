import { createMemo, createSignal, For, Show } from "solid-js";
import { pauseAgent, resumeAgent } from "../api.ts";
import { arrangeAgents, keepPlaces, type Order } from "../feed/arrange.ts";
import { createDecisions } from "../feed/decisions.ts";
import type { AgentView, FeedMessage } from "../feed/reduce.ts";
import { countWatched, STEP, watchedOnlySince } from "../feed/series.ts";
import { formatCount } from "../format.ts";
import { AgentRow } from "./agent-row.tsx";
import { FilterField, Heads, SortSelect } from "./agents-head.tsx";
import { OutcomeLine } from "./outcome-line.tsx";
import { type Stop, StopDialog } from "./stop-dialog.tsx";

/** Every agent, filtered and sorted, and what can be decided about it: a table where there is room, cards on a phone. */
export function AgentsPanel(props: {
  agents: readonly AgentView[];
  watchedSince: number;
  now: number;
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
    const arranged = arrangeAgents(props.agents, filter(), order());
    return isHeld() ? keepPlaces(arranged, before) : arranged;
  }, []);
  // Sparklines move with each step, not each second.
  const step = createMemo(() => Math.floor(props.now / STEP) * STEP);
  const watched = () => countWatched(props.watchedSince, step());
  const onlySince = createMemo(() => watchedOnlySince(props.watchedSince, step()));

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
          onFocusIn={(event) => setIsHeld(event.target.matches(":focus-visible"))}
          onFocusOut={(event) => !isWithin(event.currentTarget, event.relatedTarget) && setIsHeld(false)}
        >
          <For each={shown()}>
            {(agent) => (
              <AgentRow
                agent={agent}
                now={props.now}
                step={step()}
                watched={watched()}
                onlySince={onlySince()}
                decisions={decisions}
                stop={(kind) => setStop({ kind, agent })}
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
