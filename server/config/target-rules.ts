/** What overrides and fallbacks name that nobody serves. Pure. */
import type { Settings } from "../core/settings.ts";
import { type Contradiction, noProvider } from "./contradiction.ts";
import { renderPath } from "./problem.ts";

/** Every target without a provider. `names` are all providers. */
export function* checkTargets(
  { agents }: Settings,
  names: readonly string[],
  isKnownModel: (model: string) => boolean,
): Generator<Contradiction> {
  for (const [name, { overrides, fallback }] of Object.entries(agents)) {
    for (const provider of Object.keys(overrides)) {
      const path = renderPath(["agents", name, "overrides", provider]);
      if (provider !== "*" && !names.includes(provider))
        yield { path, message: `${path} is for ${provider}, ${noProvider(provider, names)}` };
    }
    for (const [index, target] of (fallback ?? []).entries()) {
      const path = renderPath(["agents", name, "fallback", String(index)]);
      const [provider = ""] = target.split("/");
      if (names.includes(provider) || isKnownModel(target)) continue;
      const wrong = target.includes("/")
        ? `begins with ${provider}, ${noProvider(provider, names)}`
        : "is no model whose provider is known; write it as provider/model.";
      yield { path, message: `${path} ${wrong}` };
    }
  }
}
