/** Figures of an agent that take more than a number: what it does at present, its rate and lane, its trust. */
import { createMemo, Show } from "solid-js";
import { readPace } from "../feed/pace.ts";
import type { AgentView } from "../feed/reduce.ts";
import { readSeries } from "../feed/series.ts";
import { formatCount, formatPace, formatShort, formatWatched, formatWholeShare } from "../format.ts";
import { Bars } from "./sparkline.tsx";

/** When its calls came and what it spends a minute; `leads` is its share of all spend where that is the largest. */
export function Recent(props: {
  agent: AgentView;
  step: number;
  watched: number;
  onlySince: number | null;
  leads: number | null;
}) {
  const calls = createMemo(() => readSeries(props.agent.recentCalls, props.step));
  const count = () => formatCount(calls().reduce((sum, one) => sum + one, 0));
  const pace = createMemo(() => readPace(props.agent, props.step));
  const isLowerBound = () => props.agent.unpriced_calls > 0;
  return (
    <>
      <Bars
        values={calls()}
        watched={props.watched}
        label={`${count()} calls seen ${formatWatched(props.onlySince)}`}
      />
      <small class="pace" classList={{ leads: props.leads !== null }} title="Spent in the last minute">
        <Show when={pace() > 0} fallback={isLowerBound() ? "spend unknown" : "no spend now"}>
          {isLowerBound() ? "≥ " : ""}
          {formatPace(pace())}
          <Show when={props.leads}>{(share) => <>, {formatWholeShare(share())}</>}</Show>
        </Show>
      </small>
    </>
  );
}

/** How many calls its own limits would let through now, and its lane where that is not the usual one. */
export function RateLeft(props: { limit: AgentView["rate_limit"]; lane: AgentView["priority"] }) {
  return (
    <>
      <Show when={props.limit} fallback={<span class="none">No limit</span>}>
        {(limit) => (
          <span classList={{ "used-up": limit().remaining === 0 }}>
            {formatShort(limit().remaining)}
            <small>of {formatShort(limit().limit)}</small>
          </span>
        )}
      </Show>
      <Show when={props.lane !== "normal"}>
        <small class="lane">{props.lane} lane</small>
      </Show>
    </>
  );
}

/** Its score and tier, and whether a person decided on the tier. */
export function Trust(props: { trust: AgentView["trust"] }) {
  return (
    <Show when={props.trust} fallback={<span class="none">Off</span>}>
      {(trust) => (
        <span class="trust" data-tier={trust().tier}>
          {Math.round(trust().score)}
          <small>{trust().tier}</small>
          <Show when={trust().pinned}>
            <small>pinned</small>
          </Show>
        </span>
      )}
    </Show>
  );
}
