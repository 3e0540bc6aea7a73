/** An agent whose trust is followed through a made-up life. */
import type { CallFact } from "../../server/core/conduct.ts";
import {
  createTrust,
  type Fact,
  observe,
  type TrustEvent,
  type TrustState,
  type TrustTerms,
  tick,
} from "../../server/core/trust.ts";

export const MINUTE = 60_000;
export const START = Date.UTC(2026, 0, 1);
/** Terms under which only behaviour decides. */
export const terms: TrustTerms = { enabled: true, interval: MINUTE, quarantine: false, pin: null };
/** A call that none of its kind finds unusual. */
const ordinary: CallFact = { kind: "call", model: "gpt-4o", owner: "team", status: 200, costNano: 1000 };

/** An agent under observation: the state, the clock and everything that was returned. */
export function follow(initial = 50, first: TrustTerms = terms) {
  const agent = {
    state: createTrust(initial, first, START),
    now: START,
    terms: first,
    events: [] as TrustEvent[],
    /** Kinds of losses so far. */
    get lost() {
      return agent.events.flatMap((event) => (event.event === "trust.lost" ? [event.reason] : []));
    },
    /** Observes a fact, so many times, at this moment. */
    sees(fact: Partial<CallFact> | Exclude<Fact, CallFact>, times = 1) {
      const whole: Fact =
        fact.kind === "loop" || fact.kind === "refused_model" ? fact : { ...ordinary, ...fact };
      for (let count = 0; count < times; count++) apply(observe(agent.state, whole, agent.now, agent.terms));
      return agent;
    },
    /** Lets intervals pass, each with so many ordinary calls at its beginning. */
    passes(intervals = 1, calls = 0) {
      for (let count = 0; count < intervals; count++) {
        agent.sees({}, calls);
        agent.now += agent.terms.interval;
        apply(tick(agent.state, agent.now, agent.terms));
      }
      return agent;
    },
  };
  function apply(step: { state: TrustState; events: readonly TrustEvent[] }) {
    agent.state = step.state;
    agent.events.push(...step.events);
  }
  return agent;
}
