import type { AgentStatus } from "../../../server/management/wire.ts";

/** In flight, active or idle: by colour, by shape and by word. */
export function AgentState(props: { agent: AgentStatus }) {
  const state = () => (props.agent.in_flight > 0 ? "in-flight" : props.agent.status);
  return (
    <span class="agent-state" data-state={state()}>
      <svg viewBox="0 0 12 12" aria-hidden="true">
        <path d={GLYPHS[state()]} />
      </svg>
      {state() === "in-flight" ? `${props.agent.in_flight} in flight` : NAMES[props.agent.status]}
    </span>
  );
}

const NAMES = { active: "Active", idle: "Idle" };

/** An arrow on its way, a full disc, an empty ring. */
const GLYPHS = {
  "in-flight": "M2.5 1.2 10.5 6 2.5 10.8z",
  active: "M6 1.5a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9z",
  idle: "M6 2.2a3.8 3.8 0 1 1 0 7.6 3.8 3.8 0 0 1 0-7.6z",
};
