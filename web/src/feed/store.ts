/** The feed as Solid sees it: the reduced view in a store, so that one changed figure redraws one cell. */
import { type Accessor, batch, createSignal, onCleanup } from "solid-js";
import { createStore, reconcile, unwrap } from "solid-js/store";
import { openLive, pollStatus } from "../api.ts";
import { connectFeed, type Link } from "./connect.ts";
import { type FeedMessage, type FleetView, reduce } from "./reduce.ts";

export interface Feed {
  /** Null until the first picture arrived. */
  readonly fleet: () => FleetView | null;
  readonly link: Accessor<Link>;
  /** Takes in what the gateway said elsewhere than on the feed. */
  hear(message: FeedMessage): void;
}

/** The view as the store keeps it, member by member. */
type Kept = { -readonly [Member in keyof FleetView]: FleetView[Member] };

/** Connects for as long as the owner lives; `signedOut` when the session turns out to be over. */
export function createFeed(signedOut: () => void): Feed {
  const [state, setState] = createStore<{ fleet: Kept | null }>({ fleet: null });
  const [link, setLink] = createSignal<Link>("connecting");
  const world = { openSocket: openLive, poll: pollStatus, after, random: Math.random };
  const stop = connectFeed(world, { heard: hear, changed: setLink, signedOut });
  onCleanup(stop);

  function hear(message: FeedMessage): void {
    const fleet = reduce(unwrap(state).fleet, message, Date.now());
    if (fleet) apply(fleet);
  }

  /**
   * Lists by their keys, so that an agent keeps its row and an entry its line. Each on its own: within a larger value
   * Solid would walk through every figure of every agent, each second.
   */
  function apply(fleet: FleetView): void {
    const { agents, entries, ...rest } = fleet;
    if (!unwrap(state).fleet) setState("fleet", fleet);
    else
      batch(() => {
        setState("fleet", rest);
        setState("fleet", "agents", reconcile(agents, { key: "id" }));
        setState("fleet", "entries", reconcile(entries, { key: "seq" }));
      });
  }

  return { fleet: () => state.fleet, link, hear };
}

function after(delay: number, run: () => void): () => void {
  const timer = setTimeout(run, delay);
  return () => clearTimeout(timer);
}
