import { createMemo, Index, type JSX, Show } from "solid-js";
import { type BudgetUse, type CappedUse, isCapped, moneyLeft, readBudgets } from "../feed/budgets.ts";
import { describePause } from "../feed/pause.ts";
import type { AgentView } from "../feed/reduce.ts";
import { formatAgo, formatCost, formatCount, formatSpan, formatUsd } from "../format.ts";
import { COLUMNS } from "./agent-columns.ts";
import { BudgetMeter } from "./budget-meter.tsx";

/** What the row has no room for: every window of the budget, the limits, and what the agent has done in all. */
export function AgentDetail(props: { id: string; agent: AgentView; now: number }) {
  return (
    <tr class="agent-detail" id={props.id}>
      <td colspan={COLUMNS.length}>
        <Show when={describePause(props.agent, props.now)}>
          {(pause) => (
            <p class="detail-pause">
              <strong>{["Paused", pause().since].filter(Boolean).join(" ")}</strong>, {pause().until}.{" "}
              {pause().why}
            </p>
          )}
        </Show>
        <div class="details">
          <Budgets agent={props.agent} />
          <Limits agent={props.agent} />
          <Lifetime agent={props.agent} now={props.now} />
        </div>
      </td>
    </tr>
  );
}

const WINDOWS = { hour: "This hour", day: "Today", total: "In all" };

function findCapped(use: BudgetUse): CappedUse | null {
  return isCapped(use) ? use : null;
}

function Budgets(props: { agent: AgentView }) {
  const uses = createMemo(() => readBudgets(props.agent));
  const spent = (window: "hour" | "day" | "total") =>
    formatCost(props.agent.cost[window], props.agent.calls[window], props.agent.unpriced_calls);
  return (
    <section class="detail-budgets">
      <h3>Budget</h3>
      <ul>
        <Index each={uses()}>
          {(use) => (
            <li>
              <span class="detail-window">{WINDOWS[use().window]}</span>
              <span class="detail-spent">
                {spent(use().window)} spent
                <Show when={use().held > 0 && use().cap !== null}>, {formatUsd(use().held)} held</Show>
              </span>
              <Show when={findCapped(use())} fallback={<span class="detail-left none">no cap</span>}>
                {(capped) => (
                  <>
                    <span class="detail-left">
                      {formatUsd(moneyLeft(capped()))} of {formatUsd(capped().cap)} left
                    </span>
                    <BudgetMeter use={capped()} />
                  </>
                )}
              </Show>
            </li>
          )}
        </Index>
      </ul>
      <Show when={props.agent.budget.max_cost_per_request}>
        {(cap) => <p>One request may cost {formatUsd(cap())} at most.</p>}
      </Show>
    </section>
  );
}

const BREAKERS = { closed: "closed", open: "open", half_open: "half open" };

function Limits(props: { agent: AgentView }) {
  return (
    <section>
      <h3>Limits and conduct</h3>
      <dl>
        <Term name="Rate">
          <Show when={props.agent.rate_limit} fallback="no limit of its own">
            {(limit) => (
              <>
                {formatCount(limit().remaining)} of {formatCount(limit().limit)} calls left
                <Show when={limit().reset_seconds > 0}>
                  , all again in {formatSpan(Math.ceil(limit().reset_seconds) * 1000)}
                </Show>
              </>
            )}
          </Show>
        </Term>
        <Term name="Lane">{props.agent.priority}</Term>
        <Term name="Trust">
          <Show when={props.agent.trust} fallback="off">
            {(trust) => (
              <>
                {Math.round(trust().score)} of 100, {trust().tier}
                <Show when={trust().pinned}>, pinned by a person</Show>
              </>
            )}
          </Show>
        </Term>
        <Term name="Breakers">
          {props.agent.breakers.map((one) => `${one.provider} ${BREAKERS[one.state]}`).join(", ") ||
            "never opened"}
        </Term>
      </dl>
    </section>
  );
}

function Lifetime(props: { agent: AgentView; now: number }) {
  return (
    <section>
      <h3>In all</h3>
      <dl>
        <Term name="Last seen">
          {props.agent.last_seen ? formatAgo(Date.parse(props.agent.last_seen), props.now) : "never"}
        </Term>
        <Term name="Calls">
          {formatCount(props.agent.calls.total)}, {formatCount(props.agent.errors.total)} failed
        </Term>
        <Term name="Refused">{formatCount(props.agent.blocked.total)}</Term>
        <Term name="Tokens">
          {formatCount(props.agent.tokens.total.in)} in, {formatCount(props.agent.tokens.total.out)} out
        </Term>
      </dl>
    </section>
  );
}

function Term(props: { name: string; children: JSX.Element }) {
  return (
    <div>
      <dt>{props.name}</dt>
      <dd>{props.children}</dd>
    </div>
  );
}
