/** What makes a policy impossible: a name that is taken, a condition that cannot be read, parameters of another action. Pure. */
import type { ConditionFault, PolicyParams, PolicySettings } from "../core/settings.ts";
import { checkChannelNames } from "./alert-rules.ts";
import type { Contradiction } from "./contradiction.ts";
import { quote, renderPath } from "./problem.ts";

/** Parameters that one action alone understands. */
const OWN_PARAMS = [
  ["duration", "pause"],
  ["rate", "throttle"],
  ["delay_ms", "throttle"],
] as const satisfies readonly (readonly [keyof PolicyParams, PolicySettings["action"]])[];

/** Every contradiction among policies; `channels` are the names of those that alerts have. */
export function* checkPolicies(
  policies: readonly PolicySettings[],
  channels: readonly string[],
  checkCondition: (condition: string) => ConditionFault | null,
): Generator<Contradiction> {
  const names = new Map<string, number>();
  for (const [index, policy] of policies.entries()) {
    const path = ["policies", String(index)];
    const taken = names.get(policy.name);
    if (taken === undefined) names.set(policy.name, index);
    else {
      yield about(
        [...path, "name"],
        `is ${quote(policy.name)}, as ${renderPath(["policies", String(taken)])} is called already`,
      );
    }
    const fault = checkCondition(policy.condition);
    if (fault) yield about([...path, "condition"], describeFault(policy.name, fault));
    yield* checkChannelNames(policy.params.channels, channels, [...path, "params", "channels"]);
    yield* checkParams(policy, path);
  }
}

function describeFault(name: string, { line, column, message }: ConditionFault): string {
  return `of the rule ${quote(name)} cannot be used: line ${line}, column ${column}: ${message}`;
}

function* checkParams({ action, params }: PolicySettings, path: readonly string[]): Generator<Contradiction> {
  const at = [...path, "params"];
  for (const [key, owner] of OWN_PARAMS) {
    if (params[key] !== null && action !== owner) {
      yield about([...at, key], `belongs to the action ${owner}, and the action here is ${action}`);
    }
  }
  if (params.channels.length > 0 && action !== "alert") {
    yield about([...at, "channels"], `belongs to the action alert, and the action here is ${action}`);
  }
  if (action !== "throttle") return;
  if (params.rate === null && params.delay_ms === null) {
    yield about(at, "needs rate or delay_ms: what a throttle lets pass");
  } else if (params.rate !== null && params.delay_ms !== null) {
    yield about(at, "has both rate and delay_ms; a throttle has one of them");
  }
}

function about(path: readonly string[], what: string): Contradiction {
  const name = renderPath(path);
  return { path: name, message: `${name} ${what}${/[.?]$/.test(what) ? "" : "."}` };
}
