import { For, Show } from "solid-js";

/** What keeps the gateway from its duty, and what deserves attention: above everything else. */
export function Notices(props: { degraded: readonly string[]; warnings: readonly string[] }) {
  return (
    <Show when={props.degraded.length + props.warnings.length > 0}>
      <ul class="notices">
        <For each={props.degraded}>
          {(reason) => <Notice kind="degraded" title="Degraded" text={reason} />}
        </For>
        <For each={props.warnings}>
          {(warning) => <Notice kind="warning" title="Warning" text={warning} />}
        </For>
      </ul>
    </Show>
  );
}

function Notice(props: { kind: "degraded" | "warning"; title: string; text: string }) {
  return (
    <li class="notice" data-kind={props.kind} role={props.kind === "degraded" ? "alert" : undefined}>
      <svg class="notice-sign" viewBox="0 0 16 16" aria-hidden="true">
        <path d="M8 1.6 15.2 14.4H.8z M8 6.2v4 M8 11.9v.7" />
      </svg>
      <p>
        <strong>{props.title}.</strong> {props.text}
      </p>
    </li>
  );
}
