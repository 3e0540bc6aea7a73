import { createMemo, For, Show } from "solid-js";
import type { AgentView } from "../feed/reduce.ts";
import { readSeries } from "../feed/series.ts";
import { formatAgo, formatCost, formatCount, formatShare, formatShort, formatWatched } from "../format.ts";
import { AgentState } from "./agent-state.tsx";
import { Bars } from "./sparkline.tsx";

/** One agent. `data-label` names a figure where the table's heads are not shown. */
export function AgentRow(props: {
  agent: AgentView;
  now: number;
  step: number;
  watched: number;
  /** Since when the recent calls were watched; null once that is ten minutes. */
  onlySince: number | null;
}) {
  const recent = createMemo(() => readSeries(props.agent.recentCalls, props.step));
  const recentCalls = () => formatCount(recent().reduce((sum, calls) => sum + calls, 0));
  const cost = (window: "hour" | "day" | "total") =>
    formatCost(props.agent.cost[window], props.agent.calls[window], props.agent.unpriced_calls);

  return (
    <tr>
      <th scope="row" class="agent-name">
        <span class="agent-id" title={props.agent.id}>
          {props.agent.id}
        </span>
        <Labels agent={props.agent} />
      </th>
      <td class="agent-status">
        <AgentState agent={props.agent} />
      </td>
      <td class="agent-recent">
        <Bars
          values={recent()}
          watched={props.watched}
          label={`${recentCalls()} calls seen ${formatWatched(props.onlySince)}`}
        />
      </td>
      <td class="numeric" data-label="Calls today">
        <Count day={props.agent.calls.day} total={props.agent.calls.total} />
      </td>
      <td class="numeric" data-label="Tokens in" title={formatCount(props.agent.tokens.day.in)}>
        <Count day={props.agent.tokens.day.in} total={props.agent.tokens.total.in} />
      </td>
      <td class="numeric" data-label="Tokens out" title={formatCount(props.agent.tokens.day.out)}>
        <Count day={props.agent.tokens.day.out} total={props.agent.tokens.total.out} />
      </td>
      <td class="numeric" data-label="Cost this hour">
        {cost("hour")}
      </td>
      <td class="numeric strong" data-label="Cost today">
        {cost("day")}
      </td>
      <td class="numeric" data-label="Cost in all" title={explainUnpriced(props.agent.unpriced_calls)}>
        {cost("total")}
      </td>
      <td class="numeric" data-label="Errors this hour" classList={{ alarming: props.agent.errors.hour > 0 }}>
        <Show when={props.agent.errors.hour > 0} fallback="0">
          {formatShort(props.agent.errors.hour)}
          <small>{formatShare(props.agent.error_rate ?? 0)} of calls</small>
        </Show>
        <Show when={props.agent.blocked.hour > 0}>
          <small>{formatShort(props.agent.blocked.hour)} blocked</small>
        </Show>
      </td>
      <td class="numeric" data-label="Last seen" title={props.agent.last_seen ?? undefined}>
        {props.agent.last_seen ? formatAgo(Date.parse(props.agent.last_seen), props.now) : "never"}
      </td>
    </tr>
  );
}

/** Today, and below it the lifetime where that reads differently. */
function Count(props: { day: number; total: number }) {
  const total = () => formatShort(props.total);
  return (
    <>
      {formatShort(props.day)}
      <Show when={total() !== formatShort(props.day)}>
        <small class="in-all">{total()} in all</small>
      </Show>
    </>
  );
}

/** Owner, purpose and tags: what the agent says about itself. */
function Labels(props: { agent: AgentView }) {
  const labels = () =>
    [props.agent.owner, props.agent.purpose, ...props.agent.tags].filter((label) => label !== null);
  return (
    <Show when={labels().length > 0}>
      <span class="agent-labels" title={labels().join(" · ")}>
        <For each={labels()}>{(label) => <span>{label}</span>}</For>
      </span>
    </Show>
  );
}

function explainUnpriced(calls: number): string | undefined {
  return calls > 0 ? `${formatCount(calls)} calls without a known price are left out` : undefined;
}
