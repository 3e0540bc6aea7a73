/** Whose budgets a call is charged to (SPEC 7.1, 4.6). Caps are read from the configuration in force each time. */
import type { Identity } from "../core/agent.ts";
import type { Budget, Caps } from "../core/budget.ts";
import type { NanoUsd } from "../core/money.ts";
import type { AgentState, LiveFleet, OwnerState } from "./fleet.ts";
import type { RunState } from "./runs.ts";
import type { Setup } from "./setup.ts";
import { capOnce, createOwnAccount, NO_CAPS, type ScopedBudget } from "./stakes.ts";
import type { AgentTerms } from "./terms.ts";

export interface Payers {
  readonly identity: Identity;
  readonly agent: AgentState;
  /** As `findPayer` says: the very state that its spending goes to. */
  readonly owner: OwnerState | null;
  readonly run: RunState | null;
  readonly fleet: LiveFleet;
  /** What earlier attempts of the call are charged. */
  readonly spentBefore: NanoUsd;
  setup(): Setup;
  /** The agent's settings under its trust. */
  terms(): AgentTerms;
}

/**
 * The owner whose cap a call is charged to (SPEC 4.6): the one that the configuration names for the agent now, else the one
 * that the agent's calls were charged to first; of the first call, the one that it shows. Null: nobody's. Until a call was
 * let in for the owner, it is another state each time.
 */
export function findPayer(
  agent: AgentState,
  shown: string | null,
  setup: Setup,
  fleet: Pick<LiveFleet, "owner">,
): OwnerState | null {
  const name = setup.agent(agent.name).owner ?? agent.firstOwner ?? shown;
  return name === null ? null : fleet.owner(name);
}

/** The agent, the owner, its run, the gateway, the call itself, and the agent's tokens. */
export function chargedTo(payers: Payers): ScopedBudget[] {
  const { identity, agent, owner, run, fleet, spentBefore, setup, terms } = payers;
  const { name } = identity;
  // Trust touches quotas alone, so money is asked of the configuration itself.
  const own = () => setup().agent(name);
  const budgets: ScopedBudget[] = [{ scope: "agent", name, account: agent.money, caps: () => own().caps }];
  if (owner !== null) {
    budgets.push({
      scope: "owner",
      name: owner.name,
      account: owner.money,
      caps: () => setup().ownerCaps.get(owner.name) ?? NO_CAPS,
    });
  }
  if (run !== null)
    budgets.push({ scope: "run", name: run.id, account: run.money, caps: () => capOnce(run.budget) });
  budgets.push({
    scope: "gateway",
    name: "",
    account: fleet.gateway.money,
    caps: () => setup().gatewayCaps,
  });
  budgets.push({
    scope: "request",
    name,
    account: createOwnAccount(spentBefore),
    caps: () => capOnce(own().budget.max_cost_per_request),
  });
  budgets.push({
    scope: "quota",
    name,
    account: agent.tokens,
    caps: () => (hasTokenCaps(own()) ? tokenCaps(terms()) : NO_CAPS),
  });
  return budgets;
}

/** The agent's own money, as its pauses look at it. */
export function ownBudget(terms: AgentTerms, { money }: AgentState): Budget {
  return { account: money, caps: () => terms.caps };
}

function hasTokenCaps({ quota }: AgentTerms): boolean {
  return quota.tokens_per_hour !== null || quota.tokens_per_day !== null;
}

function tokenCaps({ quota }: AgentTerms): Caps {
  return { hour: quota.tokens_per_hour, day: quota.tokens_per_day, total: null };
}
