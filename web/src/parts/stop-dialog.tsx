import { createUniqueId, For, onMount, Show } from "solid-js";
import type { Decisions } from "../feed/decisions.ts";
import type { AgentView } from "../feed/reduce.ts";
import { formatCount } from "../format.ts";

/** Which agent is to be stopped, and how hard: `kill` also cuts its calls in flight. */
export interface Stop {
  readonly kind: "pause" | "kill";
  readonly agent: AgentView;
}

const LENGTHS = [
  { name: "Until somebody resumes it", duration: "" },
  { name: "For 15 minutes", duration: "15m" },
  { name: "For an hour", duration: "1h" },
  { name: "For 8 hours", duration: "8h" },
  { name: "For a day", duration: "1d" },
];

/**
 * Asks before an agent is stopped, and for how long and why. Closes when the gateway has done it; the browser gives the
 * focus back to the button that led here.
 */
export function StopDialog(props: { stop: Stop; decisions: Decisions; closed: () => void }) {
  let dialog: HTMLDialogElement | undefined;
  let form: HTMLFormElement | undefined;
  const title = createUniqueId();
  const text = createUniqueId();
  const agent = () => props.stop.agent;
  const kills = () => props.stop.kind === "kill";
  const isPending = () => props.decisions.isPending(agent().id);
  const problem = () => {
    const outcome = props.decisions.outcome();
    return outcome?.kind === "failed" ? outcome.text : null;
  };

  onMount(() => {
    props.decisions.dismiss();
    dialog?.showModal();
  });

  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const answers = new FormData(form);
    const done = await props.decisions.pause(agent().id, {
      reason: String(answers.get("reason") ?? "").trim(),
      duration: String(answers.get("duration") ?? "") || null,
      kill: kills(),
    });
    if (done) dialog?.close();
  }

  return (
    <dialog
      ref={dialog}
      class="stop-dialog"
      data-kind={props.stop.kind}
      aria-labelledby={title}
      aria-describedby={text}
      closedby="any"
      onClose={() => props.closed()}
    >
      <form ref={form} onSubmit={submit}>
        <h2 id={title}>
          {kills() ? "Kill" : "Pause"} {agent().id}?
        </h2>
        <p id={text}>{kills() ? describeKill(agent().in_flight) : describePausing(agent().in_flight)}</p>
        <label>
          How long
          <select name="duration">
            <For each={LENGTHS}>{({ name, duration }) => <option value={duration}>{name}</option>}</For>
          </select>
        </label>
        <label>
          <span>
            Reason <span class="optional">(optional, the agent is told)</span>
          </span>
          <input type="text" name="reason" maxlength="200" autocomplete="off" />
        </label>
        <Show when={problem()}>
          <p class="problem" role="alert">
            {problem()}
          </p>
        </Show>
        <div class="stop-buttons">
          {/* The safe answer has the focus where the other one destroys something. */}
          <button type="button" class="secondary" autofocus={kills()} onClick={() => dialog?.close()}>
            Cancel
          </button>
          <button
            type="submit"
            class={kills() ? "danger" : "primary"}
            autofocus={!kills()}
            aria-disabled={isPending()}
          >
            {nameSubmit(props.stop.kind, isPending())}
          </button>
        </div>
      </form>
    </dialog>
  );
}

function describeKill(inFlight: number): string {
  const cut =
    inFlight === 0
      ? "It has no call in flight at this moment; any that begins until then is cut."
      : `${countCalls(inFlight)} in flight ${inFlight === 1 ? "is" : "are"} cut at once: what was used is charged, the rest of the answer is lost.`;
  return `${cut} Further calls are refused.`;
}

function describePausing(inFlight: number): string {
  const rest =
    inFlight === 0
      ? ""
      : ` ${countCalls(inFlight)} in flight ${inFlight === 1 ? "goes on to its" : "go on to their"} end.`;
  return `Its next calls are refused.${rest}`;
}

function countCalls(calls: number): string {
  return calls === 1 ? "The call" : `The ${formatCount(calls)} calls`;
}

function nameSubmit(kind: Stop["kind"], isPending: boolean): string {
  if (kind === "kill") return isPending ? "Killing…" : "Kill";
  return isPending ? "Pausing…" : "Pause";
}
