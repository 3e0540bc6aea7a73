/** Providers: how each is reached and limited, and its stored key, set at run time (SPEC 5.4, 19). */
import { Elysia } from "elysia";
import type { Provider } from "../providers/provider.ts";
import { type Change, SETTINGS_BODY } from "./change.ts";
import type { ManagementContext } from "./context.ts";
import { answerFailure, type Failure, failure } from "./failure.ts";
import { checkKey } from "./provider-check.ts";
import type { ProviderEntry, ProvidersAnswer } from "./wire/settings.ts";

/**
 * `GET /providers`; `PUT /providers/:name`, which sets what is given, clears what is null and leaves the rest;
 * `POST /providers/:name/validate`, which tries the stored key out; `DELETE /providers/:name/key`.
 */
export function providerRoutes(context: ManagementContext, change: Change) {
  const find = (name: string): Provider | null => context.setup().providers.find(name);
  const view = (name: string): ProviderEntry | null => {
    const provider = find(name);
    return provider && viewProvider(provider, context);
  };

  return new Elysia()
    .get("/providers", (): ProvidersAnswer => {
      const names = context.setup().providers.names();
      return { providers: names.map(view).filter((entry) => entry !== null) };
    })
    .put(
      "/providers/:name",
      ({ params: { name }, body, request, server, set }) => {
        const refused = change({ request, server }, { at: ["providers", name], given: body });
        if (refused) return answerFailure(refused, set);
        return view(name) ?? answerFailure(unknown(context), set);
      },
      SETTINGS_BODY,
    )
    .post("/providers/:name/validate", async ({ params: { name }, set }) => {
      const provider = find(name);
      return provider ? checkKey(provider, context) : answerFailure(unknown(context), set);
    })
    .delete("/providers/:name/key", ({ params: { name }, request, server, set }) => {
      const provider = view(name);
      if (!provider) return answerFailure(unknown(context), set);
      if (provider.sources.api_key !== "runtime") return answerFailure(describeNoKey(provider), set);
      const refused = change({ request, server }, { at: ["providers", name, "api_key"], given: null });
      if (refused) return answerFailure(refused, set);
      return view(name) ?? answerFailure(unknown(context), set);
    });
}

function viewProvider(provider: Provider, { configuration, settings }: ManagementContext): ProviderEntry {
  const values = configuration.values(["providers", provider.id]);
  const { providers } = settings();
  const own = Object.hasOwn(providers, provider.id) ? providers[provider.id] : undefined;
  const key = values.find(({ name }) => name === "api_key")?.value;
  return {
    name: provider.id,
    protocol: provider.speaks,
    base_url: provider.base,
    enabled: own?.enabled ?? true,
    key: typeof key === "string" ? key : null,
    rate_limit: own?.rate_limit ?? null,
    max_concurrency: own?.max_concurrency ?? null,
    sources: Object.fromEntries(
      values.filter(({ source }) => source !== "default").map(({ name, source }) => [name, source]),
    ),
  };
}

function unknown({ setup }: ManagementContext): Failure {
  const names = setup().providers.names();
  return failure(
    404,
    "unknown_provider",
    `There is no provider of that name. There are: ${names.join(", ")}.`,
    {
      names,
    },
  );
}

function describeNoKey({ name, sources }: ProviderEntry): Failure {
  const message =
    sources.api_key === "file"
      ? `The key of ${name} is the configuration file's. Take it out there and reload.`
      : `No key of ${name} is stored.`;
  return failure(404, "no_key", message);
}
