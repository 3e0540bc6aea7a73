import { Show } from "solid-js";
import type { Link } from "../feed/connect.ts";
import type { FleetView } from "../feed/reduce.ts";
import { formatSpan } from "../format.ts";
import { LinkState } from "./link-state.tsx";
import { Mark } from "./mark.tsx";
import { ThemeSwitch } from "./theme-switch.tsx";

/** Who is speaking, since when, and whether what the page shows is the present. */
export function TopBar(props: { fleet: FleetView | null; link: Link; now: number; leave: () => void }) {
  return (
    <header class="top-bar">
      <div class="brand">
        <Mark />
        <span class="brand-name">Tollgate</span>
        <Show when={props.fleet}>
          {(fleet) => <span class="brand-version">{fleet().gateway.version}</span>}
        </Show>
      </div>
      <div class="top-bar-end">
        <Show when={props.fleet}>
          {(fleet) => <span class="uptime">up {formatSpan(fleet().gateway.uptime_ms)}</span>}
        </Show>
        <LinkState link={props.link} receivedAt={props.fleet?.receivedAt ?? null} now={props.now} />
        <ThemeSwitch />
        <button type="button" class="quiet" onClick={() => props.leave()}>
          Sign out
        </button>
      </div>
    </header>
  );
}
