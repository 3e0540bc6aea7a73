import { defineCommand } from "citty";
import type { ProviderEntry } from "../management/wire/settings.ts";
import { ask } from "./ask.ts";
import { fail, orFail } from "./failure.ts";
import { findProvider } from "./find-provider.ts";
import { NAME, renderProvider } from "./providers-set.ts";
import { findTarget, TARGET_ARGS, type Target } from "./target.ts";
import { EXIT, type Terminal } from "./terminal.ts";

/** Takes back a provider that was made at run time; of any other, its stored key. What the file says holds again. */
export function removeProviderCommand(terminal: Terminal) {
  return defineCommand({
    meta: { name: "remove", description: "Remove a provider of your own, or any provider's stored key" },
    args: {
      name: NAME,
      key: { type: "boolean", description: "Only forget the key, also of a provider of your own" },
      json: { type: "boolean", description: "Print what the API answers" },
      ...TARGET_ARGS,
    },
    async run({ args }) {
      const { name, key, json } = args;
      if (name === undefined) {
        fail(
          "The provider's name is missing.",
          "`tollgate providers remove --help` shows what is possible.",
          EXIT.usage,
        );
      }
      const target = orFail(findTarget(args, terminal));
      const provider = orFail(await findProvider(target, name));
      const { answer, told } =
        isMade(provider) && !key ? await removeWhole(target, name) : await forgetKey(target, name);
      terminal.print(json ? JSON.stringify(answer, null, 2) : told);
    },
  });
}

/** Whether there is such a provider only because somebody said at run time what it speaks. */
function isMade({ sources }: ProviderEntry): boolean {
  return sources.protocol === "runtime";
}

interface Removed {
  readonly answer: object;
  /** The same as a sentence. */
  readonly told: string;
}

async function removeWhole(target: Target, name: string): Promise<Removed> {
  const cleared = { providers: { [name]: null } };
  const answer = orFail(await ask(target, (client) => client.api.config.patch(cleared)));
  const { providers } = orFail(await ask(target, (client) => client.api.providers.get()));
  // The file may have one of that name beneath.
  const left = providers.find((provider) => provider.name === name);
  return { answer, told: left ? renderProvider(left) : `${name} is removed, and its key with it.` };
}

async function forgetKey(target: Target, name: string): Promise<Removed> {
  const answer = orFail(await ask(target, (client) => client.api.providers({ name }).key.delete()));
  const told = answer.key === null ? `No key of ${name} is stored any more.` : renderProvider(answer);
  return { answer, told };
}
