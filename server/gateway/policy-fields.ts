/** What a policy's condition can read about an agent: the one place where a field is named (SPEC 10). */

interface Field {
  /** As CEL calls it. All numbers are doubles, so that 50 and 50.0 are alike. */
  readonly type: "double" | "string" | "list<string>";
  /** One sentence for the documentation. */
  readonly meaning: string;
}

/** Every field; `docs/policies.md` is tested against it. */
export const POLICY_FIELDS = {
  error_rate: { type: "double", meaning: "Share of the calls of the current hour that failed, 0 to 1." },
  cost_this_hour: { type: "double", meaning: "USD that settled in the current hour." },
  cost_today: { type: "double", meaning: "USD that settled today." },
  total_cost: { type: "double", meaning: "USD that ever settled." },
  calls_this_hour: { type: "double", meaning: "Calls that settled in the current hour." },
  call_count: { type: "double", meaning: "Calls that ever settled." },
  error_count: { type: "double", meaning: "Calls that ever failed." },
  status: { type: "string", meaning: "`active`, `paused`, or `idle` after five minutes without a call." },
  agent_id: { type: "string", meaning: "The agent's name." },
  owner: { type: "string", meaning: "Who answers for the call; empty when nobody is named." },
  purpose: { type: "string", meaning: "What the call is for; empty when nothing is said." },
  tags: { type: "list<string>", meaning: "The labels of the agent and of the call." },
  model: { type: "string", meaning: "The model that the call asks for; empty when it names none." },
  provider: { type: "string", meaning: "The provider that the call goes to." },
  hour: { type: "double", meaning: "The hour of the day in `gateway.timezone`, 0 to 23." },
  trust_score: { type: "double", meaning: "The agent's trust, 0 to 100." },
  run_cost: { type: "double", meaning: "USD that settled in the call's run; 0 without a run." },
  run_calls: { type: "double", meaning: "Calls that settled in the call's run; 0 without a run." },
} as const satisfies Record<string, Field>;

export type PolicyField = keyof typeof POLICY_FIELDS;

type ValueOf<Type> = Type extends "double" ? number : Type extends "string" ? string : readonly string[];

/** An agent's state and the call at hand, as conditions see them. Whoever fills them in bounds the texts: agents write them. */
export type PolicyFacts = {
  readonly [Name in PolicyField]: ValueOf<(typeof POLICY_FIELDS)[Name]["type"]>;
};

export const POLICY_FIELD_NAMES = Object.keys(POLICY_FIELDS) as PolicyField[];
