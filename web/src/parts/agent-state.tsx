import { For, Show } from "solid-js";
import type { AgentStatus } from "../../../server/management/wire/status.ts";
import { describePause, type PauseView } from "../feed/pause.ts";
import { formatAgo } from "../format.ts";

/** Paused, in flight, active or idle: by colour, by shape and by word; below it the breakers that are not closed. */
export function AgentState(props: { agent: AgentStatus; now: number }) {
  const pause = () => describePause(props.agent, props.now);
  return (
    <>
      <Show when={pause()} fallback={<Running agent={props.agent} now={props.now} />}>
        {(shown) => <Paused pause={shown()} inFlight={props.agent.in_flight} />}
      </Show>
      <For each={props.agent.breakers.filter((breaker) => breaker.state !== "closed")}>
        {(breaker) => (
          <span class="breaker" data-state={breaker.state} title={BREAKERS[breaker.state].explain}>
            <svg viewBox="0 0 12 12" aria-hidden="true">
              <path d={GLYPHS[breaker.state]} />
            </svg>
            <span>
              {breaker.provider} {BREAKERS[breaker.state].name}
            </span>
          </span>
        )}
      </For>
    </>
  );
}

function Paused(props: { pause: PauseView; inFlight: number }) {
  return (
    <span class="pause">
      <span class="pause-badge" data-by={props.pause.by}>
        <svg viewBox="0 0 12 12" aria-hidden="true">
          <path d={GLYPHS.paused} />
        </svg>
        Paused
      </span>
      <small class="pause-until">{props.pause.until}</small>
      <small class="pause-why" title={props.pause.why}>
        <Show when={props.pause.since}>
          <span class="pause-since">{props.pause.since}:</span>{" "}
        </Show>
        <span>{props.pause.why}</span>
      </small>
      <Show when={props.inFlight > 0}>
        <small class="pause-in-flight">{props.inFlight} still in flight</small>
      </Show>
    </span>
  );
}

function Running(props: { agent: AgentStatus; now: number }) {
  const state = () => {
    if (props.agent.in_flight > 0) return "in-flight";
    return props.agent.status === "idle" ? "idle" : "active";
  };
  return (
    <>
      <span class="agent-state" data-state={state()}>
        <svg viewBox="0 0 12 12" aria-hidden="true">
          <path d={GLYPHS[state()]} />
        </svg>
        {state() === "in-flight" ? `${props.agent.in_flight} in flight` : NAMES[state()]}
      </span>
      <small class="last-seen" title={props.agent.last_seen ?? undefined}>
        {props.agent.last_seen ? formatAgo(Date.parse(props.agent.last_seen), props.now) : "never called"}
      </small>
    </>
  );
}

const NAMES = { "in-flight": "In flight", active: "Active", idle: "Idle" };

const BREAKERS = {
  closed: { name: "closed", explain: "Calls go through." },
  open: {
    name: "open",
    explain: "Its breaker is open: too many calls failed, new ones are refused at once.",
  },
  half_open: {
    name: "half open",
    explain: "Its breaker is half open: a few calls try whether it works again.",
  },
};

/** Two bars, an arrow on its way, a full disc, an empty ring; for breakers a cut, a narrow and a whole line. */
const GLYPHS = {
  paused: "M4 2.5v7 M8 2.5v7",
  "in-flight": "M2.5 1.2 10.5 6 2.5 10.8z",
  active: "M6 1.5a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9z",
  idle: "M6 2.2a3.8 3.8 0 1 1 0 7.6 3.8 3.8 0 0 1 0-7.6z",
  open: "M.5 8.5h3L8.5 3 M8.5 8.5h3",
  half_open: "M.5 8.5h3L9 6.2 M8.5 8.5h3",
  closed: "M.5 8.5h11",
};
