import { createSignal, createUniqueId, For, Show } from "solid-js";
import type { Decisions } from "../feed/decisions.ts";
import type { AgentView } from "../feed/reduce.ts";
import { formatCost, formatCount, formatShare, formatShort } from "../format.ts";
import { AgentActions } from "./agent-actions.tsx";
import { AgentDetail } from "./agent-detail.tsx";
import { RateLeft, Recent, Trust } from "./agent-figures.tsx";
import { AgentState } from "./agent-state.tsx";
import { BudgetBars } from "./budget-bars.tsx";
import type { Stop } from "./stop-dialog.tsx";

/** One agent, and its details when they are asked for. `data-label` names a figure where the table's heads are not shown. */
export function AgentRow(props: {
  agent: AgentView;
  now: number;
  step: number;
  watched: number;
  /** Since when the recent calls were watched; null once that is ten minutes. */
  onlySince: number | null;
  /** Its share of what all spend at present, where that is more than all others'; else null. */
  leads: number | null;
  decisions: Decisions;
  stop: (kind: Stop["kind"]) => void;
}) {
  const [isOpen, setIsOpen] = createSignal(false);
  const detailId = createUniqueId();
  const cost = (window: "day" | "total") =>
    formatCost(props.agent.cost[window], props.agent.calls[window], props.agent.unpriced_calls);

  return (
    <>
      <tr class="agent" data-status={props.agent.status} classList={{ open: isOpen() }}>
        <th scope="row" class="agent-name">
          <span class="agent-id" title={props.agent.id}>
            {props.agent.id}
          </span>
          <Labels agent={props.agent} />
        </th>
        <td class="agent-status">
          <AgentState agent={props.agent} now={props.now} />
        </td>
        <td class="agent-recent">
          <Recent
            agent={props.agent}
            step={props.step}
            watched={props.watched}
            onlySince={props.onlySince}
            leads={props.leads}
          />
        </td>
        <td class="numeric" data-label="Calls today">
          {formatShort(props.agent.calls.day)}
          <InAll day={formatShort(props.agent.calls.day)} total={formatShort(props.agent.calls.total)} />
        </td>
        <td
          class="numeric"
          data-label="Errors this hour"
          classList={{ alarming: props.agent.errors.hour > 0 }}
        >
          <Show when={props.agent.errors.hour > 0} fallback="0">
            {formatShort(props.agent.errors.hour)}
            <small title="of this hour's calls">{formatShare(props.agent.error_rate ?? 0)}</small>
          </Show>
          <Show when={props.agent.blocked.hour > 0}>
            <small>{formatShort(props.agent.blocked.hour)} blocked</small>
          </Show>
        </td>
        <td class="numeric" data-label="Tokens today">
          <span title={formatCount(props.agent.tokens.day.in)}>
            {formatShort(props.agent.tokens.day.in)} in
          </span>
          <small title={formatCount(props.agent.tokens.day.out)}>
            {formatShort(props.agent.tokens.day.out)} out
          </small>
        </td>
        <td class="numeric" data-label="Cost today" title={explainUnpriced(props.agent.unpriced_calls)}>
          <strong>{cost("day")}</strong>
          <InAll day={cost("day")} total={cost("total")} />
        </td>
        <td class="agent-budget" data-label="Budget">
          <BudgetBars agent={props.agent} />
        </td>
        <td class="numeric" data-label="Rate left">
          <RateLeft limit={props.agent.rate_limit} lane={props.agent.priority} />
        </td>
        <td class="numeric" data-label="Trust">
          <Trust trust={props.agent.trust} />
        </td>
        <td class="agent-actions">
          <AgentActions
            agent={props.agent}
            decisions={props.decisions}
            stop={props.stop}
            details={{
              id: detailId,
              get isOpen() {
                return isOpen();
              },
              toggle: () => setIsOpen((open) => !open),
            }}
          />
        </td>
      </tr>
      <Show when={isOpen()}>
        <AgentDetail id={detailId} agent={props.agent} now={props.now} />
      </Show>
    </>
  );
}

/** The lifetime below today's figure, where that reads differently. */
function InAll(props: { day: string; total: string }) {
  return (
    <Show when={props.total !== props.day}>
      <small class="in-all">{props.total} in all</small>
    </Show>
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
