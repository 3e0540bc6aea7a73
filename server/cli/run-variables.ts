/** The environment in which a program's SDKs call the gateway instead of the providers. Pure. */
import type { Environment } from "../config/env.ts";
import { SECRET_OPTIONS } from "./proxy-secrets.ts";

/** One place where SDKs and tools look for a base URL. */
interface Lookup {
  /** What follows the agent in the path: a provider, with the version where the SDK leaves it to the base. */
  readonly at: string;
  readonly urls: readonly string[];
  /** Where the key is looked for; the first is set where it is missing. */
  readonly keys: readonly string[];
}

/** As the SDKs' own sources and LiteLLM's documentation name them. */
const LOOKUPS: readonly Lookup[] = [
  { at: "/openai/v1", urls: ["OPENAI_BASE_URL", "OPENAI_API_BASE"], keys: ["OPENAI_API_KEY"] },
  {
    at: "/anthropic",
    urls: ["ANTHROPIC_BASE_URL", "ANTHROPIC_API_BASE"],
    keys: ["ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"],
  },
  { at: "/google", urls: ["GOOGLE_GEMINI_BASE_URL"], keys: ["GEMINI_API_KEY", "GOOGLE_API_KEY"] },
  { at: "/mistral/v1", urls: ["MISTRAL_BASE_URL", "MISTRAL_API_BASE"], keys: ["MISTRAL_API_KEY"] },
  { at: "/cohere", urls: ["CO_API_URL"], keys: ["CO_API_KEY"] },
  { at: "/deepseek/v1", urls: ["DEEPSEEK_BASE_URL", "DEEPSEEK_API_BASE"], keys: ["DEEPSEEK_API_KEY"] },
  { at: "/moonshot/v1", urls: ["MOONSHOT_BASE_URL", "MOONSHOT_API_BASE"], keys: ["MOONSHOT_API_KEY"] },
  { at: "/zhipu", urls: ["ZHIPUAI_BASE_URL"], keys: ["ZHIPUAI_API_KEY"] },
  { at: "/auto/v1", urls: ["LITELLM_PROXY_API_BASE"], keys: ["LITELLM_PROXY_API_KEY"] },
];

/** Any provider may serve what is sent there (SPEC 12.2). */
const VIRTUAL = "auto";

/** What an agent must not have: with these it could govern itself, report for others, or pay with any key. */
const WITHHELD: readonly string[] = [
  "TOLLGATE_ADMIN_TOKEN",
  "TOLLGATE_SECRET_KEY",
  ...SECRET_OPTIONS.map(([, variable]) => variable),
];

/** SDKs refuse to start without a key; the gateway takes this one for none (SPEC 5.1). */
const NO_KEY = "managed-by-tollgate";

export interface RunPlan {
  /** The gateway's address, without trailing slash. */
  readonly url: string;
  /** Null: the default agent. */
  readonly agent: string | null;
  /** Providers that the gateway has a key for. */
  readonly stored: ReadonlySet<string>;
}

/** `env` with every base URL pointing to the gateway, and a key that is none where the gateway has one instead. */
export function renderEnvironment({ url, agent, stored }: RunPlan, env: Environment): Environment {
  const base = agent === null ? url : `${url}/agents/${agent}`;
  const added = LOOKUPS.flatMap(({ at, urls, keys: [first = "", ...others] }) => {
    const [, provider = ""] = at.split("/");
    const hasKey = [first, ...others].some((key) => env[key]);
    const addresses = urls.map((name) => [name, `${base}${at}`] as const);
    const isServed = provider === VIRTUAL ? stored.size > 0 : stored.has(provider);
    return hasKey || !isServed ? addresses : [...addresses, [first, NO_KEY] as const];
  });
  const kept = Object.entries(env).filter(([name]) => !WITHHELD.includes(name));
  return Object.fromEntries([...kept, ...added]);
}
