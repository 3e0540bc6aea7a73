import { createMemo, Show } from "solid-js";
import { createClock } from "../clock.ts";
import { findLeader } from "../feed/pace.ts";
import type { FleetView } from "../feed/reduce.ts";
import { STEP } from "../feed/series.ts";
import { createFeed } from "../feed/store.ts";
import { AgentsPanel } from "../parts/agents-panel.tsx";
import { EntriesPanel } from "../parts/entries-panel.tsx";
import { FirstCall } from "../parts/first-call.tsx";
import { Notices } from "../parts/notices.tsx";
import { TopBar } from "../parts/top-bar.tsx";
import { Totals } from "../parts/totals.tsx";

/** Every agent and what it costs, live. */
export function FleetPage(props: { leave: () => void; signedOut: () => void }) {
  const feed = createFeed(() => props.signedOut());
  const now = createClock();
  // What the last minutes brought is drawn anew with each step, not each second.
  const step = createMemo(() => Math.floor(now() / STEP) * STEP);
  const leader = createMemo(() => findLeader(feed.fleet()?.agents ?? [], step()));

  return (
    <>
      <a class="skip" href="#agents">
        Skip to the agents
      </a>
      <TopBar fleet={feed.fleet()} link={feed.link()} now={now()} leave={() => props.leave()} />
      <main class="page">
        <h1 class="unseen">Fleet</h1>
        <Show when={feed.fleet()} fallback={<Waiting offline={feed.link() === "offline"} />}>
          {(fleet) => (
            <>
              <Notices degraded={fleet().gateway.degraded} warnings={fleet().gateway.warnings} />
              <Show when={hasCalled(fleet())} fallback={<FirstCall gatewayUrl={fleet().gateway.url} />}>
                <Totals fleet={fleet()} leader={leader()} now={now()} step={step()} />
              </Show>
              {/* Configured agents stand here before their first call. */}
              <Show when={fleet().agents.length > 0}>
                <AgentsPanel
                  agents={fleet().agents}
                  leader={leader()}
                  watchedSince={fleet().watchedSince}
                  now={now()}
                  step={step()}
                  hear={feed.hear}
                />
              </Show>
              <Show when={hasCalled(fleet())}>
                <EntriesPanel entries={fleet().entries} newsAfter={fleet().newsAfter} />
              </Show>
            </>
          )}
        </Show>
      </main>
    </>
  );
}

/** Whether any agent has ever called; those that are only configured have not. */
function hasCalled({ agents }: FleetView): boolean {
  return agents.some((agent) => agent.last_seen !== null);
}

function Waiting(props: { offline: boolean }) {
  return (
    <p class="waiting" role="status">
      {props.offline ? "The gateway does not answer. This page tries again by itself." : "Connecting…"}
    </p>
  );
}
