import { createMemo, Index, Show } from "solid-js";
import { isCapped, readBudgets } from "../feed/budgets.ts";
import type { AgentView } from "../feed/reduce.ts";
import { formatCap, formatUsd } from "../format.ts";
import { BudgetMeter } from "./budget-meter.tsx";

/** The agent's caps, a bar for each window that has one. By place, so that a bar grows instead of being made anew. */
export function BudgetBars(props: { agent: AgentView }) {
  const capped = createMemo(() => readBudgets(props.agent).filter(isCapped));
  return (
    <Show when={capped().length > 0} fallback={<span class="none">No cap</span>}>
      <ul class="budget-bars">
        <Index each={capped()}>
          {(use) => (
            <li>
              <span>{use().window}</span>
              <BudgetMeter use={use()} />
              <span class="budget-spent">
                <strong>{formatUsd(use().spent)}</strong> of {formatCap(use().cap)}
              </span>
            </li>
          )}
        </Index>
      </ul>
    </Show>
  );
}
