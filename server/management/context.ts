import type { Configuration } from "../configuration.ts";
import type { AgentName } from "../core/agent.ts";
import type { Instant, Millis } from "../core/duration.ts";
import type { Settings } from "../core/settings.ts";
import type { Controls } from "../gateway/controls.ts";
import type { LiveFleet } from "../gateway/fleet.ts";
import type { Fetch } from "../gateway/forward.ts";
import type { Keyring } from "../gateway/keys.ts";
import type { Setup } from "../gateway/setup.ts";
import type { Alerts } from "../outbound/alerts/alerts.ts";
import type { Store } from "../store/store.ts";
import type { ConfigProblem, ReloadAnswer } from "./wire/settings.ts";

/** What the management API needs of the house. Time, chance and the effects on the configuration come from here. */
export interface ManagementContext {
  readonly now: () => Instant;
  readonly version: string;
  readonly startedAt: Instant;
  readonly fleet: WatchedFleet;
  readonly store: Store;
  readonly keys: Keyring;
  /** What governs the calls: shown, and told to pause and resume. */
  readonly controls: GovernedBy;
  /** Ends every call that the agent has in flight, at once. */
  kill(agent: AgentName): void;
  /** The settings in force; ask each time, a reload swaps them. */
  settings(): Settings;
  /** What these settings mean for the calls. */
  setup(): Setup;
  /** What these settings are made of, and the way to change them at run time. */
  readonly configuration: Pick<
    Configuration,
    "values" | "shadowed" | "removedPolicies" | "removedAlerts" | "change"
  >;
  /** What alerts have raised, and a way to try them out. */
  readonly alerts: Pick<Alerts, "raised" | "test">;
  health(): Health;
  /** Reads the configuration file anew and swaps it in, or says everything that is wrong with it. Never throws. */
  reload(): Promise<ReloadResult>;
  /** Where an agent on this machine reaches the gateway: `http://127.0.0.1:8080`, no trailing slash. */
  gatewayUrl(): string;
  /** Where a browser on this machine reaches the page: `http://127.0.0.1:4040`, no trailing slash. */
  dashboardUrl(): string;
  /** The network, for what a person asks to be tried out. */
  readonly fetch: Fetch;
  /** So many unpredictable bytes. */
  random(bytes: number): Uint8Array;
  /** Calls back each period until the returned function is called: `setInterval` in the running gateway. */
  every(period: Millis, run: () => void): () => void;
  /** Aborts when the gateway begins to stop: live sockets would otherwise hold it. */
  readonly stopping: AbortSignal;
  /** One line for the operator; never given a secret. */
  log(message: string): void;
}

/** The gateway's controls as far as people look at them and turn them. */
export type GovernedBy = Pick<
  Controls,
  "limits" | "breakers" | "reputation" | "pauses" | "standing" | "trustTermsOf" | "pause" | "resume"
>;

/** The fleet as a watcher needs it: to read, and to begin a new hour before reading. */
export type WatchedFleet = Pick<LiveFleet, "agents" | "strangers" | "takeChanged" | "turn">;

/** Sentences for the person. Anything in `degraded` turns `/health` into 503. */
export interface Health {
  readonly degraded: readonly string[];
  readonly warnings: readonly string[];
}

/** A change is whole or not at all. */
export type ChangeResult =
  /** The paths that came or have another value, and those that went; none where all was as it is. */
  | { readonly outcome: "applied"; readonly set: readonly string[]; readonly cleared: readonly string[] }
  /** These belong to the machine: the file alone sets them. */
  | { readonly outcome: "fixed"; readonly paths: readonly string[] }
  | { readonly outcome: "refused"; readonly problems: readonly ConfigProblem[] }
  | { readonly outcome: "unkept"; readonly message: string };

/** A reload is whole or not at all. */
export type ReloadResult =
  | ({ readonly outcome: "applied" } & ReloadAnswer)
  | { readonly outcome: "refused"; readonly problems: readonly ConfigProblem[] };
