import type { Decisions } from "../feed/decisions.ts";
import type { AgentView } from "../feed/reduce.ts";
import type { Stop } from "./stop-dialog.tsx";

/** Two bars, a triangle, a square, an angle. */
const GLYPHS = {
  pause: "M5.5 3.5v9 M10.5 3.5v9",
  resume: "M5 3.2 12.5 8 5 12.8z",
  kill: "M4.2 4.2h7.6v7.6H4.2z",
  details: "M4 6.5 8 10.5 12 6.5",
};

/** What can be decided about an agent. Pausing and resuming are one button, so that the focus stays where it is. */
export function AgentActions(props: {
  agent: AgentView;
  decisions: Decisions;
  stop: (kind: Stop["kind"]) => void;
  details: { readonly id: string; readonly isOpen: boolean; readonly toggle: () => void };
}) {
  const isPaused = () => props.agent.status === "paused";
  const isPending = () => props.decisions.isPending(props.agent.id);
  const turn = () => {
    if (isPaused()) void props.decisions.resume(props.agent.id);
    else props.stop("pause");
  };
  return (
    <div class="agent-buttons">
      <ActionButton
        glyph={isPaused() ? "resume" : "pause"}
        name={isPaused() ? "Resume" : "Pause"}
        agent={props.agent.id}
        isPending={isPending()}
        act={turn}
      />
      <ActionButton
        glyph="kill"
        name="Kill"
        agent={props.agent.id}
        isPending={isPending()}
        act={() => props.stop("kill")}
      />
      <button
        type="button"
        class="action"
        data-action="details"
        aria-label={`Details of ${props.agent.id}`}
        title="Details"
        aria-expanded={props.details.isOpen}
        aria-controls={props.details.isOpen ? props.details.id : undefined}
        onClick={() => props.details.toggle()}
      >
        <svg viewBox="0 0 16 16" aria-hidden="true">
          <path d={GLYPHS.details} />
        </svg>
        <span class="action-name">Details</span>
      </button>
    </div>
  );
}

function ActionButton(props: {
  glyph: "pause" | "resume" | "kill";
  name: string;
  agent: string;
  isPending: boolean;
  act: () => void;
}) {
  return (
    <button
      type="button"
      class="action"
      data-action={props.glyph}
      aria-label={`${props.name} ${props.agent}`}
      title={props.name}
      aria-disabled={props.isPending}
      onClick={() => !props.isPending && props.act()}
    >
      <svg viewBox="0 0 16 16" aria-hidden="true">
        <path d={GLYPHS[props.glyph]} />
      </svg>
      <span class="action-name">{props.name}</span>
    </button>
  );
}
