import { Show } from "solid-js";
import type { Outcome } from "../feed/decisions.ts";

/** How the latest decision went: a failure for all to see until it is dismissed, a success for screen readers. */
export function OutcomeLine(props: { outcome: Outcome | null; dismiss: () => void }) {
  const text = (kind: Outcome["kind"]) => (props.outcome?.kind === kind ? props.outcome.text : null);
  return (
    <>
      <p class="unseen" role="status">
        {text("done")}
      </p>
      <Show when={text("failed")}>
        {(problem) => (
          <div class="outcome-line">
            <p role="alert">{problem()}</p>
            <button type="button" class="quiet" onClick={() => props.dismiss()}>
              Dismiss
            </button>
          </div>
        )}
      </Show>
    </>
  );
}
