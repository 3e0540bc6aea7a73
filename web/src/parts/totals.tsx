import { createMemo, type JSX, Show } from "solid-js";
import type { Leader } from "../feed/pace.ts";
import type { FleetView } from "../feed/reduce.ts";
import { countWatched, readSeries, sumMinutes, watchedOnlySince } from "../feed/series.ts";
import {
  formatCost,
  formatCount,
  formatShare,
  formatShort,
  formatUsd,
  formatWatched,
  formatWholeShare,
} from "../format.ts";
import { Curve } from "./sparkline.tsx";

const MINUTE = 60_000;

/** The fleet as a whole, today; the large figure is the money. */
export function Totals(props: { fleet: FleetView; leader: Leader | null; now: number; step: number }) {
  const day = () => props.fleet.totals.day;
  const hour = () => props.fleet.totals.hour;
  const unpriced = () => props.fleet.agents.reduce((sum, agent) => sum + agent.unpriced_calls, 0);
  const held = () => props.fleet.agents.reduce((sum, agent) => sum + agent.held, 0);
  const busy = () => props.fleet.agents.filter((agent) => agent.in_flight > 0).length;

  return (
    <section class="totals" aria-label="Fleet today">
      <Spend
        today={formatCost(day().cost, day().calls, unpriced())}
        hour={formatCost(hour().cost, hour().calls, unpriced())}
        unpriced={unpriced()}
        fleet={props.fleet}
        leader={props.leader}
        now={props.now}
        step={props.step}
      />
      <Figure name="Calls today" value={formatShort(day().calls)} title={formatCount(day().calls)}>
        {formatShort(hour().calls)} this hour
      </Figure>
      <Figure name="Tokens today" value={formatShort(day().tokens_in + day().tokens_out)}>
        {formatShort(day().tokens_in)} in, {formatShort(day().tokens_out)} out
      </Figure>
      <Figure name="Errors today" value={formatShort(day().errors)} alarming={day().errors > 0}>
        {day().calls > 0 ? `${formatShare(day().errors / day().calls)} of calls` : "no calls yet"}
        <Show when={day().blocked > 0}>, {formatShort(day().blocked)} blocked</Show>
      </Figure>
      <Figure
        name="In flight"
        value={formatCount(props.fleet.totals.in_flight)}
        moving={props.fleet.totals.in_flight > 0}
      >
        {busy()} of {formatCount(props.fleet.agents.length)} agents
        <Show when={held() > 0}>, {formatUsd(held())} held</Show>
      </Figure>
    </section>
  );
}

function Spend(props: {
  today: string;
  hour: string;
  unpriced: number;
  fleet: FleetView;
  leader: Leader | null;
  now: number;
  step: number;
}) {
  const perMinute = createMemo(() => sumMinutes(readSeries(props.fleet.recentSpend, props.step)));
  const lastMinute = () => formatUsd(perMinute().at(-1) ?? 0);
  const onlySince = () => watchedOnlySince(props.fleet.watchedSince, props.step);
  const span = () =>
    props.now - props.fleet.watchedSince < MINUTE ? "since this page opened" : "in the last minute";
  return (
    <div class="figure spend">
      <h2 class="figure-name">Spend today</h2>
      <p class="figure-value">{props.today}</p>
      <p class="figure-note">
        {props.hour} this hour
        <Show when={props.unpriced > 0}>
          <br />
          {formatCount(props.unpriced)} {props.unpriced === 1 ? "call" : "calls"} without a known price
        </Show>
      </p>
      <div class="spend-rate">
        <p>
          <strong>{lastMinute()}</strong> {span()}
        </p>
        <Show when={props.leader}>
          {(leader) => (
            <p class="spend-leader">
              <strong>{formatWholeShare(leader().share)}</strong> of it by{" "}
              <span title={leader().agent}>{leader().agent}</span>
            </p>
          )}
        </Show>
        <Curve
          values={perMinute()}
          watched={countWatched(props.fleet.watchedSince, props.step)}
          label={`Spend per minute ${formatWatched(onlySince())}, now ${lastMinute()}`}
        />
      </div>
    </div>
  );
}

function Figure(props: {
  name: string;
  value: string;
  title?: string;
  alarming?: boolean;
  moving?: boolean;
  children: JSX.Element;
}) {
  return (
    <div class="figure" classList={{ alarming: props.alarming, moving: props.moving }}>
      <h2 class="figure-name">{props.name}</h2>
      <p class="figure-value" title={props.title}>
        {props.value}
      </p>
      <p class="figure-note">{props.children}</p>
    </div>
  );
}
