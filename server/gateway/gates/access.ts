/** Gates about what is called: the model, and the provider. */
import { matchesModel } from "../../core/glob.ts";
import { type Refusal, refusal } from "../../core/refusal.ts";
import type { Settings } from "../../core/settings.ts";
import type { Arrival } from "../arrival.ts";
import type { Setup } from "../setup.ts";

/** Case and a vendor's prefix (`openai/gpt-4o`) do not count; what is denied is denied even where it is allowed. */
export function modelAllowed({ identity, terms, facts }: Arrival): Refusal | null {
  const { allow, deny } = terms.models;
  const { requestedModel, model, located } = facts;
  if ((allow.length === 0 && deny.length === 0) || located.operation.kind === "pass") return null;
  // Where an override serves another model, both must be allowed; who asks for none asks for that one.
  const asked = requestedModel === null || requestedModel === model ? [model] : [requestedModel, model];
  const refused = asked.find((one) => !isAllowedModel(one, allow, deny));
  if (refused === undefined) return null;
  return refusal(
    "model_not_allowed",
    `The agent "${identity.name}" may not use ${refused === null ? "a model that it does not name" : `the model ${refused}`}.`,
  );
}

function isAllowedModel(model: string | null, allow: readonly string[], deny: readonly string[]): boolean {
  const matches = (patterns: readonly string[]): boolean =>
    model !== null && patterns.some((pattern) => matchesModel(pattern, model));
  return !matches(deny) && (allow.length === 0 || matches(allow));
}

export function providerEnabled({ setup, facts: { provider } }: Arrival): Refusal | null {
  const isEnabled = settingsOf(setup, provider.id)?.enabled ?? true;
  return isEnabled ? null : refusal("provider_deactivated", `The provider ${provider.id} is switched off.`);
}

export function settingsOf({ settings }: Setup, provider: string): Settings["providers"][string] | undefined {
  return Object.hasOwn(settings.providers, provider) ? settings.providers[provider] : undefined;
}
