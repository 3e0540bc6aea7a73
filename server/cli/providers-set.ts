import { defineCommand } from "citty";
import type { ProviderEntry } from "../management/wire/settings.ts";
import { ask } from "./ask.ts";
import { fail, orFail } from "./failure.ts";
import { OPTIONAL_HINT } from "./options.ts";
import { VISIBLE_KEY } from "./secret.ts";
import { findTarget, TARGET_ARGS } from "./target.ts";
import { EXIT, type Terminal } from "./terminal.ts";

/** The provider, in every command that is about one. */
export const NAME = { type: "positional", required: false, description: "The provider's name" } as const;

/** Stores a provider's key, encrypted and at once in use (SPEC 5.4); or makes a provider of one's own. */
export function setProviderCommand(terminal: Terminal) {
  return defineCommand({
    meta: { name: "set", description: "Store a provider's key, or change how the provider is reached" },
    args: {
      name: NAME,
      key: {
        type: "positional",
        required: false,
        valueHint: OPTIONAL_HINT,
        description: "Its key; - or nothing reads it from standard input",
      },
      "base-url": {
        type: "string",
        valueHint: "URL",
        description: "Where it is reached: what one would give the SDK",
      },
      protocol: {
        type: "string",
        valueHint: "NAME",
        description: "What a provider of your own speaks, such as openai",
      },
      enabled: { type: "boolean", description: "Let calls go there again; --no-enabled stops them" },
      json: { type: "boolean", description: "Print the answer of PUT /api/providers/{name}" },
      ...TARGET_ARGS,
    },
    async run({ args }) {
      const { name, key, protocol, enabled, "base-url": baseUrl } = args;
      if (name === undefined) misuse("The provider's name is missing.");
      const target = orFail(findTarget(args, terminal));
      const others = { protocol, enabled, base_url: baseUrl };
      const isAboutKey = key !== undefined || Object.values(others).every((value) => value === undefined);
      const body = { ...others, ...(isAboutKey ? { api_key: await readKey(name, key, terminal) } : {}) };
      const stored = orFail(await ask(target, (client) => client.api.providers({ name }).put(body)));
      terminal.print(args.json ? JSON.stringify(stored, null, 2) : renderProvider(stored));
      if (key !== undefined && key !== "-") terminal.complain(VISIBLE_KEY);
      if (isAboutKey) terminal.complain(`\`tollgate providers test ${name}\` tries the key out.`);
    },
  });
}

/** As typed, as piped in, or as a person answers without showing it. */
async function readKey(name: string, given: string | undefined, { input }: Terminal): Promise<string> {
  if (given !== undefined && given !== "-") return given;
  const asked = given === undefined && input.isPerson;
  const key = (asked ? await input.askSecret(`Key of ${name}: `) : await input.readAll())?.trim() ?? "";
  return key === "" ? misuse("No key was given.") : key;
}

/** How the provider is reached, and which key is stored for it, in a sentence. Pure. */
export function renderProvider({ name, key, enabled, base_url, sources }: ProviderEntry): string {
  const what = key === null ? "no key is stored" : `its key ends in ${key} (${sources.api_key ?? "default"})`;
  return `${name} is reached at ${base_url}${enabled ? "" : " and switched off"}; ${what}.`;
}

function misuse(message: string): never {
  return fail(message, "`tollgate providers set --help` shows what is possible.", EXIT.usage);
}
