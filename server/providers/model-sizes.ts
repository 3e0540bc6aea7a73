/** How much models take in and give out, as the configuration says it of a provider's. */
import { matchesModel } from "../core/glob.ts";
import type { ModelSize } from "../core/settings.ts";
import type { Provider } from "./provider.ts";

/** The provider, of whose models so much is said, by glob. */
export function withSizes(provider: Provider, models: Readonly<Record<string, ModelSize>>): Provider {
  const sizes = Object.entries(models);
  return sizes.length === 0 ? provider : { ...provider, sizes };
}

/** What is said of the model by the first glob that fits it; null where none does. A call that names none fits `*`. */
export function sizeOf({ sizes = [] }: Provider, model: string | null): ModelSize | null {
  return sizes.find(([glob]) => matchesModel(glob, model ?? ""))?.[1] ?? null;
}
