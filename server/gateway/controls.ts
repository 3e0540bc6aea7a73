/**
 * What governs the calls of a running gateway: limits, budgets' lines, breakers, lanes, policies, trust, pauses. Each has
 * its own file; here they are put together, and what they bring about is done and written down.
 */
import type { AgentName } from "../core/agent.ts";
import type { Instant, Millis } from "../core/duration.ts";
import type { NoteLine } from "../core/event.ts";
import type { Refusal } from "../core/refusal.ts";
import { limitFactor, type Tier } from "../core/trust-tier.ts";
import type { Store } from "../store/store.ts";
import { type BreakerChange, type Breakers, createBreakers } from "./breakers.ts";
import type { LiveFleet } from "./fleet.ts";
import { errorCode } from "./forward.ts";
import { createKeyRest, type KeyRest } from "./key-rest.ts";
import { slotsOf } from "./lane-upstream.ts";
import { createLanes, type Lanes } from "./lanes.ts";
import { createLimits, type Limits } from "./limits.ts";
import { restoreLimits } from "./limits-past.ts";
import { createLoops, type Loops } from "./loops.ts";
import { createOutputHabits, type OutputHabits } from "./output-habits.ts";
import { createPausing, type Pausing } from "./pausing.ts";
import { createPolicing, type Policing } from "./policing.ts";
import { effectLine } from "./policy-line.ts";
import {
  createReputation,
  type Reputation,
  type ReputationTerms,
  trustLine,
  trustTerms,
} from "./reputation.ts";
import { createKeyTurns, type KeyTurns } from "./routing/key-turns.ts";
import { createRuns, type Runs } from "./runs.ts";
import { createScaling } from "./scaled-terms.ts";
import type { Setup } from "./setup.ts";
import type { AgentTerms } from "./terms.ts";
import { createWaiting, type Waiting } from "./waiting.ts";

export interface Controls extends Pick<Pausing, "pauses" | "pause" | "resume" | "liftIfOver"> {
  readonly limits: Limits;
  readonly waiting: Waiting;
  readonly lanes: Lanes;
  readonly breakers: Breakers;
  readonly keyRest: KeyRest;
  readonly keyTurns: KeyTurns;
  readonly loops: Loops;
  readonly policing: Policing;
  readonly reputation: Reputation;
  readonly runs: Runs;
  readonly habits: OutputHabits;
  /** The agent's tier and its settings under it. `hasKey`: a gateway key proves the agent. */
  standing(
    agent: AgentName,
    setup: Setup,
    hasKey: boolean,
  ): { readonly tier: Tier; readonly terms: AgentTerms };
  /** The agent's trust score; null while trust is off. */
  trustScore(agent: AgentName, setup: Setup): number | null;
  trustTermsOf(agent: AgentName, setup: Setup): ReputationTerms;
  /** What a refusal has for consequences besides the answer. */
  suffer(refused: Refusal, agent: AgentName, setup: Setup, now: Instant): void;
  /**
   * The configuration in force: brings in line what lives on across configurations. Cheap when nothing changed. Called
   * with each request and by `keepHouse`, so that those who wait feel a reload although nobody calls.
   */
  follow(setup: Setup): void;
  /** What is due every second or so. */
  keepHouse(now: Instant): void;
  /** Writes down what would be lost when the gateway stops. */
  persist(): void;
}

export interface ControlsContext {
  readonly store: Store;
  readonly fleet: LiveFleet;
  readonly now: () => Instant;
  setup(): Setup;
  log(message: string): void;
}

/** How often the trust of agents is written to disk where nothing was lost: the points and habits of quiet times. */
const PERSIST_EVERY: Millis = 60_000;

/** Puts everything together, from what the store remembers. */
export function createControls({ store, fleet, now: clock, setup: current, log }: ControlsContext): Controls {
  const limits = createLimits((provider) => current().providers.find(provider) !== null);
  const loops = createLoops();
  const scale = createScaling();
  const lanes = createLanes();
  const waiting = createWaiting();
  const breakers = createBreakers(noteBreaker);
  const policing = createPolicing(fleet.agents, (effect, agent, now) => {
    write(effectLine(effect, agent, now), agent);
    if (effect.kind !== "pause") return;
    const cause = { by: "policy", rule: effect.rule } as const;
    pausing.impose({ agent, since: now, until: effect.until, cause }, now);
  });
  const pausing = createPausing({ state: store.state, fleet, loops, policing, write, keep });
  const reputation = createReputation({
    restore: store.state.readTrust(),
    onUnreadable: (agent) => log(`The trust of ${agent} in state.db cannot be read: it starts anew.`),
    onEvent: (agent, event, now) => {
      write(trustLine(agent, event, now), agent);
      // A crash must not give back what the journal says was lost.
      persist();
    },
  });
  let followed: Setup | null = null;
  let tickedAt = clock();
  let persistedAt = clock();
  // No key is known before a call brings it: what only a proven agent has more is not restored.
  restoreLimits(limits, store.index, current(), (agent) => standing(agent, current(), false).terms, clock());

  /** An agent's line has its labels, so that an owner's logs tell what became of its agents. */
  function write(line: NoteLine, agent: AgentName | null): void {
    store.journal.append(agent === null ? line : { ...line, ...labelsOf(agent) });
    if (agent !== null) fleet.changed(agent);
  }

  function labelsOf(agent: AgentName): Pick<NoteLine, "owner" | "purpose"> {
    const configured = current().agent(agent);
    const known = fleet.agents.get(agent);
    return {
      owner: configured.owner ?? known?.owner ?? undefined,
      purpose: configured.purpose ?? known?.purpose ?? undefined,
    };
  }

  /** The database being full must not stop what was decided. */
  function keep(what: string, run: () => void): void {
    try {
      run();
    } catch (cause) {
      log(`${what} could not be kept on disk and is lost with a restart: ${errorCode(cause)}`);
    }
  }

  function noteBreaker({ scope, agent, provider, origin, transition, now }: BreakerChange): void {
    const detail = scope === "agent" ? { scope, provider } : { scope, provider, origin };
    const time = new Date(now).toISOString();
    const event = `breaker.${transition}`;
    write({ type: "breaker", event, time, detail, ...(scope === "agent" && { agent }) }, agent);
  }

  function standing(agent: AgentName, setup: Setup, hasKey: boolean): ReturnType<Controls["standing"]> {
    const tier = reputation.tier(agent, trustTermsOf(agent, setup));
    const factor = limitFactor(tier, setup.settings.trust.raise, hasKey);
    return { tier, terms: scale(setup.agent(agent), factor) };
  }

  function follow(setup: Setup): void {
    if (followed === setup) return;
    followed = setup;
    lanes.resize(slotsOf(setup.settings.providers));
    waiting.stirAll();
  }

  function trustTermsOf(agent: AgentName, { settings, agent: termsOf }: Setup): ReputationTerms {
    return trustTerms(settings.trust, termsOf(agent).trust.pin);
  }

  function persist(): void {
    const standings = reputation.takeStandings();
    if (standings.length > 0) keep("The trust of agents", () => store.state.writeTrust(standings));
  }

  const keyRest = createKeyRest();

  return {
    limits,
    waiting,
    lanes,
    breakers,
    keyRest,
    keyTurns: createKeyTurns(keyRest),
    loops,
    policing,
    reputation,
    runs: createRuns(store.index),
    pauses: pausing.pauses,
    pause: pausing.pause,
    resume: pausing.resume,
    liftIfOver: pausing.liftIfOver,
    habits: createOutputHabits(),
    trustTermsOf,
    persist,
    standing,
    follow,
    trustScore(agent, setup) {
      return setup.settings.trust.enabled ? reputation.score(agent, trustTermsOf(agent, setup)) : null;
    },
    suffer(refused, agent, setup, now) {
      if (refused.pause) pausing.impose(refused.pause, now);
      if (refused.reason === "model_not_allowed") {
        reputation.observe(agent, { kind: "refused_model" }, now, trustTermsOf(agent, setup));
      }
      if (refused.reason === "loop_detected" && refused.pause) {
        reputation.observe(agent, { kind: "loop" }, now, trustTermsOf(agent, setup));
      }
    },
    keepHouse(now) {
      const setup = current();
      fleet.turn(now);
      follow(setup);
      // A new hour or day makes room that nobody gave back.
      waiting.stirAll();
      pausing.liftAllOver(setup, now);
      if (Math.abs(now - tickedAt) >= setup.settings.trust.interval) {
        tickedAt = now;
        reputation.tick(now, (agent) => trustTermsOf(agent, setup));
      }
      if (Math.abs(now - persistedAt) >= PERSIST_EVERY) {
        persistedAt = now;
        persist();
      }
    },
  };
}
