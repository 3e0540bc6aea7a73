/** The provider that somebody names on the command line. */
import type { ProviderEntry } from "../management/wire/settings.ts";
import { ask } from "./ask.ts";
import { type Failure, failure, isFailure } from "./failure.ts";
import { guess } from "./guess.ts";
import type { Target } from "./target.ts";

/** The provider as it is now, or a failure that names the one that was probably meant. */
export async function findProvider(target: Target, name: string): Promise<ProviderEntry | Failure> {
  const answer = await ask(target, (client) => client.api.providers.get());
  if (isFailure(answer)) return answer;
  const found = answer.providers.find((provider) => provider.name === name);
  if (found) return found;
  const names = answer.providers.map((provider) => provider.name);
  const near = guess(name, names);
  const hint = near === null ? "." : `; did you mean ${near}?`;
  return failure(`There is no provider ${JSON.stringify(name)}${hint}`, `There are: ${names.join(", ")}.`);
}
