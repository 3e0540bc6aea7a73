/** What several settings say together: contradictions, and what deserves a warning. Pure. */
import { SHORTEST_SAFE_TOKEN } from "../core/role.ts";
import type { ConditionFault, Settings } from "../core/settings.ts";
import { checkAlerts } from "./alert-rules.ts";
import { type Contradiction, noProvider } from "./contradiction.ts";
import { checkLimits } from "./limits-rules.ts";
import { nearest } from "./nearest.ts";
import { checkPolicies } from "./policy-rules.ts";
import { renderPath } from "./problem.ts";
import { checkTargets } from "./target-rules.ts";

/** What the configuration cannot judge by itself. */
export interface Judges {
  /** The providers that need no protocol and base_url. */
  readonly providers: readonly string[];
  /** Whether a model's name alone says which provider serves it. */
  isKnownModel(model: string): boolean;
  /** What is wrong with a policy's condition; null when nothing is. */
  checkCondition(condition: string): ConditionFault | null;
}

/** Every contradiction. */
export function findContradictions(settings: Settings, judges: Judges): Contradiction[] {
  const known = judges.providers;
  const names = [...new Set([...known, ...Object.keys(settings.providers)])];
  return [
    ...checkProviders(settings, known),
    ...checkAgents(settings, names),
    ...checkLimits(settings, names),
    ...checkTargets(settings, names, judges.isKnownModel),
    ...checkPolicies(settings.policies, Object.keys(settings.alerts.channels), judges.checkCondition),
    ...checkAlerts(settings.alerts),
    ...checkListeners(settings),
  ];
}

function* checkProviders({ providers }: Settings, known: readonly string[]): Generator<Contradiction> {
  for (const [name, { protocol, base_url }] of Object.entries(providers)) {
    const path = renderPath(["providers", name]);
    const needs = [protocol === null ? "protocol" : null, base_url === null ? "base_url" : null];
    const missing = needs.filter((need) => need !== null).join(" and ");
    if (known.includes(name)) {
      if (protocol === null) continue;
      yield { path: `${path}.protocol`, message: `${path}.protocol must be left out: ${name} is known.` };
    } else if (missing) {
      const near = nearest(name, known);
      const hint = near ? ` If ${near} is meant, correct the name.` : "";
      yield { path, message: `${path} is not known to Tollgate, so it needs ${missing}.${hint}` };
    }
  }
}

function* checkAgents({ agents }: Settings, names: readonly string[]): Generator<Contradiction> {
  for (const [name, agent] of Object.entries(agents)) {
    const path = renderPath(["agents", name]);
    const provider = agent.provider ?? agents["*"].provider;
    if (agent.api_key !== null && provider === null) {
      yield {
        path: `${path}.api_key`,
        message: `${path}.api_key needs ${path}.provider beside it: the provider that the key is for.`,
      };
    }
    if (agent.provider !== null && !names.includes(agent.provider)) {
      const wrong = noProvider(agent.provider, names);
      yield { path: `${path}.provider`, message: `${path}.provider is ${agent.provider}, ${wrong}` };
    }
  }
}

function* checkListeners({ gateway, dashboard }: Settings): Generator<Contradiction> {
  if (gateway.port !== dashboard.port || gateway.port === 0 || gateway.host === dashboard.host) return;
  const message =
    `dashboard.host is ${dashboard.host} and gateway.host is ${gateway.host}, but both use port ${gateway.port}: ` +
    "one listener has one host. Give both the same host, or different ports.";
  yield { path: "dashboard.port", message };
}

/** What is allowed and probably not meant, as sentences for the person who starts the gateway. */
export function findWarnings({ gateway, dashboard, agents, identity, admin }: Settings): string[] {
  const warnings: string[] = [];
  const isProven = identity.mode === "keys";
  if (!isLoopback(gateway.host) && !isProven) {
    warnings.push(
      `The gateway listens on ${gateway.host}: whoever reaches it can call under any agent's name, and with the ` +
        "stored keys.",
    );
  }
  if (!isLoopback(dashboard.host)) {
    warnings.push(
      `The dashboard listens on ${dashboard.host} without TLS: the admin token crosses the network in the clear.`,
    );
  }
  const keyed = Object.keys(agents).filter((name) => name !== "*" && agents[name]?.api_key);
  if (keyed.length > 0 && !isProven) {
    warnings.push(
      `Agents with a key of their own (${listNames(keyed)}) are known by name alone: whoever gives the name uses the key.`,
    );
  }
  if (admin.token !== null && admin.token.length < SHORTEST_SAFE_TOKEN) {
    warnings.push(`The admin token has fewer than ${SHORTEST_SAFE_TOKEN} characters and can be guessed.`);
  }
  return warnings;
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127\./.test(host);
}

function listNames(names: readonly string[]): string {
  const shown = names.slice(0, 5).join(", ");
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown;
}
