/** Which provider and model serve a call (SPEC 12.1). Pure. */
import { matchesModel } from "../../core/glob.ts";
import { type Refusal, refusal } from "../../core/refusal.ts";
import type { Providers } from "../../providers/index.ts";
import type { Operation, Provider } from "../../providers/provider.ts";
import type { AgentTerms } from "../terms.ts";

/** What a call asks for. */
export interface Wish {
  /** The provider that the call was addressed to; null: `auto`. */
  readonly provider: Provider | null;
  readonly model: string | null;
}

/** Who serves it. */
export interface Target {
  readonly provider: Provider;
  /** Null where neither the call nor the configuration names one: the provider says what it thinks of that. */
  readonly model: string | null;
}

type Terms = Pick<AgentTerms, "model" | "provider" | "overrides" | "fallback">;
type Known = Pick<Providers, "find" | "byModel">;

/** An entry of the overrides under this name stands for every model. */
const EVERY_MODEL = "model";

/** Who serves the call, and who does when that one fails, in this order. */
export function findTargets(
  {
    addressed,
    operation,
    prepared,
    setup,
  }: {
    readonly addressed: { readonly provider: Provider; readonly isStranger: boolean } | null;
    readonly operation: Pick<Operation, "kind" | "name">;
    readonly prepared: { readonly model: string | null };
    readonly setup: { readonly providers: Known };
  },
  terms: Terms,
): readonly Target[] | Refusal {
  const { model } = prepared;
  // What is passed on unread names no model, and a host that only the caller knows has no understudy.
  if (addressed !== null && (operation.kind === "pass" || addressed.isStranger))
    return [{ provider: addressed.provider, model }];
  const own = termsFor(operation, terms, model);
  const chosen = chooseTarget({ provider: addressed?.provider ?? null, model }, own, setup.providers);
  if ("reason" in chosen) return chosen;
  if (own.fallback.length === 0) return [chosen];
  const others = fallbackTargets(terms, setup.providers);
  return [chosen, ...others.filter((other) => !isSame(other, chosen))];
}

/** What is counted is meant for the model that would answer; nobody else would count the same. */
function termsFor(
  { kind, name }: Pick<Operation, "kind" | "name">,
  terms: Terms,
  asked: string | null,
): Terms {
  if (kind === "generate") return terms;
  return name === "count_tokens" ? { ...terms, fallback: [] } : forWhatGeneratesNothing(terms, asked);
}

/**
 * A model that is given to every call is one that generates: for embeddings and the like, only rules count that name their
 * model, and nobody stands in.
 */
function forWhatGeneratesNothing({ model, provider, overrides }: Terms, asked: string | null): Terms {
  const rules = Object.entries(overrides).map(([key, own]) => {
    const { [EVERY_MODEL]: _, ...named } = own;
    return [key, named] as const;
  });
  return {
    model: asked === null ? model : null,
    provider,
    overrides: Object.fromEntries(rules),
    fallback: [],
  };
}

function isSame(one: Target, other: Target): boolean {
  return one.provider.id === other.provider.id && one.model === other.model;
}

/**
 * Override for the provider that would serve, per-model rule, the agent's own provider and model, the owner of the model's
 * name; in this order.
 */
export function chooseTarget(wish: Wish, terms: Terms, known: Known): Target | Refusal {
  const { provider: named, model } = wish;
  const usual = named === null ? chooseFreely(model, terms, known) : complete(named, model, terms);
  const override = findOverride(model, "reason" in usual ? null : usual, terms);
  if (override === null) return usual;
  const [key, text] = override;
  const target = parseTarget(text, known);
  if (target.provider) return { ...target, provider: target.provider };
  // A rule for one provider stays there; one for any goes to whom the model belongs.
  const own = "reason" in usual ? null : usual.provider;
  const provider = key === "*" ? (known.byModel(text) ?? own) : own;
  return provider ? { provider, model: text } : unserved(text);
}

/** Where the call goes when its target fails, in this order. */
export function fallbackTargets({ fallback }: Terms, known: Known): Target[] {
  return fallback.flatMap((text) => {
    const { provider, model } = parseTarget(text, known);
    const serving = provider ?? known.byModel(model);
    return serving ? [{ provider: serving, model }] : [];
  });
}

/** A call to a named provider goes there; without a model it gets the agent's, where that is meant for this provider. */
function complete(provider: Provider, model: string | null, terms: Terms): Target {
  const isMeant = terms.provider === null || terms.provider === provider.id;
  return { provider, model: model ?? (isMeant ? terms.model : null) };
}

function chooseFreely(asked: string | null, terms: Terms, known: Known): Target | Refusal {
  const wanted = terms.model ?? asked;
  if (terms.provider !== null) {
    const provider = known.find(terms.provider);
    if (provider) return { provider, model: withoutVendor(wanted, provider) };
  }
  if (wanted === null) {
    return refusal(
      "unserved_model",
      "The request names no model, and the agent has none. Name one, or set agents.<name>.model. What names none, such " +
        "as a list of models, is asked of a provider: /agents/<name>/<provider>/…",
    );
  }
  const target = parseTarget(wanted, known);
  const provider = target.provider ?? known.byModel(wanted);
  return provider ? { provider, model: target.model } : unserved(wanted);
}

/**
 * The first rule for the provider that would serve, or for any, with the key that it stands under: one for every model, else
 * one for the model that was asked for, else one for the model that would serve in its place.
 */
function findOverride(
  asked: string | null,
  usual: Target | null,
  { overrides }: Terms,
): readonly [key: string, target: string] | null {
  if (isEmpty(overrides)) return null;
  const keys = usual === null ? ["*"] : [usual.provider.id, "*"];
  const rules = keys.map((key) => [key, Object.hasOwn(overrides, key) ? overrides[key] : undefined] as const);
  for (const [key, own] of rules) {
    const every = own && Object.hasOwn(own, EVERY_MODEL) ? own[EVERY_MODEL] : undefined;
    if (every !== undefined) return [key, every];
  }
  for (const model of new Set([asked, usual?.model ?? null])) {
    if (model === null) continue;
    for (const [key, own] of rules) {
      const rule = Object.entries(own ?? {}).find(([glob]) => matchesModel(glob, model));
      if (rule) return [key, rule[1]];
    }
  }
  return null;
}

/** `provider/model`, where the first part names a provider; else a model, whose own name may have slashes. */
function parseTarget(
  text: string,
  known: Known,
): { readonly provider: Provider | null; readonly model: string } {
  const slash = text.indexOf("/");
  const provider = slash < 0 ? null : known.find(text.slice(0, slash));
  return provider ? { provider, model: text.slice(slash + 1) } : { provider: null, model: text };
}

/** `openai/gpt-4o` is called `gpt-4o` at OpenAI itself. */
function withoutVendor(model: string | null, { id }: Provider): string | null {
  return model?.startsWith(`${id}/`) ? model.slice(id.length + 1) : model;
}

function unserved(model: string): Refusal {
  return refusal(
    "unserved_model",
    `Nothing says which provider serves the model ${JSON.stringify(model.slice(0, 80))}. Write provider/model, or set ` +
      "agents.<name>.provider.",
  );
}

function isEmpty(entries: object): boolean {
  for (const _ in entries) return false;
  return true;
}
